"""What students of the sample class write: right, wrong, half-finished, careless, greedy and dishonest papers.

Each paper knows what it fairly earns: the source that the truth is computed from stands beside the source that is handed
in, wherever the two differ (a hostile function earns what an unwritten one earns).
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from autograder import stubs
from autograder.assignment import Assignment, solution_functions
from autograder.errors import CourseError
from solutions.variants import load_variants

ANSWERS = (
    "Each step can only lower the loss, and there are finitely many partitions, so no partition can come twice.",
    "Because the loss falls.\n\nIt cannot fall for ever, since it is never below zero… I am not sure about ties.",
    "It stops when `y` does not change any more. 📉",
    '<script>document.title = "full marks"</script><img src=x onerror=alert(1)> =HYPERLINK("http://x.invalid","5/5")',
    "",
)


@dataclass
class Paper:
    """One student's notebook before it becomes a file."""

    kind: str
    sources: dict[str, str]
    """The answer cell of each question, by question."""
    true: dict[str, str] = field(default_factory=dict)
    """Where it differs: the source that earns the same when otter's tests are run on it directly."""
    before: list[str] = field(default_factory=list)
    """Cells between the set-up and the first question."""
    after: list[str] = field(default_factory=list)
    """Cells at the end."""
    answer: str = ""

    @property
    def truth_sources(self) -> dict[str, str]:
        return self.sources | self.true


    @property
    def is_right(self) -> bool:
        """Whether every answer is meant to earn all its points."""
        return self.kind in ("perfect", "alternative") and not self.true


@dataclass(frozen=True)
class Material:
    """Everything that papers are made of, by question."""

    assignment: Assignment
    references: dict[str, str]
    stubs: dict[str, str]
    alternatives: dict[str, list[str]]
    misconceptions: dict[str, list[str]]

    @property
    def leaf(self) -> str:
        """The last question whose function no other reference calls: what goes wrong there stays there."""
        return self._leaves()[-1]

    @property
    def first_leaf(self) -> str:
        return self._leaves()[0]

    def _leaves(self) -> list[str]:
        called = {n.id for s in self.references.values() for n in ast.walk(ast.parse(s)) if isinstance(n, ast.Name)}
        return [q.id for q in self.assignment.questions if q.function and q.function not in called]

    def function(self, question: str) -> str:
        return self.assignment.question(question).function

    def parameters(self, question: str) -> str:
        node = solution_functions(self.assignment)[self.function(question)]
        return ", ".join(argument.arg for argument in node.args.args)


def material(assignment: Assignment) -> Material:
    """Read references and variants. Raises CourseError when there are none."""
    graded = [q for q in assignment.questions if q.function]
    references = {q.id: f"{stubs.head(assignment, q.function)}\n{stubs.body(assignment, q.function)}\n" for q in graded}
    variants: dict[str, dict[str, list[str]]] = {}
    for folder in ("alternatives", "misconceptions"):
        try:
            found = load_variants(assignment.slug, folder)
        except ValueError as error:
            raise CourseError(str(error)) from None
        variants[folder] = {q.id: [v.source for v in found if v.question == q.id] for q in graded}
    return Material(assignment, references, {q.id: stubs.stub(assignment, q) for q in graded}, **variants)


# ------------------------------------------------------------------------------------------ honest work


def perfect(m: Material, rng: np.random.Generator) -> Paper:
    return Paper("perfect", dict(m.references), answer=_answer(rng))


def alternative(m: Material, rng: np.random.Generator) -> Paper:
    sources = {q: _one_of([reference, *m.alternatives[q]], rng) for q, reference in m.references.items()}
    return Paper("alternative", sources, answer=_answer(rng))


def misconceived(m: Material, rng: np.random.Generator) -> Paper:
    """One to three misconceptions among right answers; each stands alone, as `Variant.source` does."""
    paper = alternative(m, rng)
    possible = [q for q in m.references if m.misconceptions[q]]
    for q in rng.choice(possible, size=min(int(rng.integers(1, 4)), len(possible)), replace=False):
        paper.sources[str(q)] = _one_of(m.misconceptions[str(q)], rng)
    paper.kind = "misconceptions"
    return paper


def unfinished(m: Material, rng: np.random.Generator) -> Paper:
    """The last questions are still the stub."""
    paper = alternative(m, rng)
    questions = list(m.references)
    for q in questions[int(rng.integers(0, len(questions))) :]:
        paper.sources[q] = m.stubs[q]
    paper.kind, paper.answer = "unfinished", ""
    return paper


def _answer(rng: np.random.Generator) -> str:
    return _one_of(ANSWERS, rng)


def _one_of(items: list | tuple, rng: np.random.Generator) -> str:
    return items[int(rng.integers(len(items)))]


# -------------------------------------------------------------------------- cells around honest functions

CELLS_BEFORE = {
    "syntax error in a scratch cell": "for i in range(3) print(i)",
    "exception in a scratch cell": "data = [1, 2, 3]\nprint(data[7])",
    "input()": 'name = input("Your name? ")\nprint("Hello", name)',
    "magic and shell commands": "%matplotlib inline\n%timeit -n1 -r1 sum(range(10))\n!pip install numpy\n!ls",
    "missing file": 'import csv\nrows = list(csv.reader(open("C:\\\\Users\\\\me\\\\Desktop\\\\data.csv")))',
    "plots and warnings": "import matplotlib.pyplot as plt, warnings\nplt.plot([1, 2])\nplt.show()\n"
    'warnings.warn("this is fine")\nnp.float64(1) / 0',
    "changes global state": "import os\nnp.random.seed(0)\nnp.seterr(all='raise')\nos.chdir('/')\n"
    "import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='warn')\nwarnings.resetwarnings()",
    "own numpy.py": "open('numpy.py', 'w').write('raise SystemExit')\nopen('otter.py', 'w').write('raise SystemExit')",
    "flood on stdout": "for i in range(200_000):\n    print('all work and no play', i)",
    "exit in a scratch cell": "exit(0)",
    "sys.exit in a scratch cell": "import sys\nsys.exit()",
    "patched library": "np.testing.assert_allclose = np.testing.assert_array_equal = np.allclose = lambda *a, **k: True\n"
    "import builtins\nbuiltins.abs = lambda x: x",
    "redefined grader": "class Always:\n    def check(self, *a, **k):\n        return 'all passed'\n"
    "grader = Always()\nprint('q1 results: All test cases passed!')",
    "fake result files": "import json\nfor name in ('results.json', '/results.json', '/tmp/gradebook.db'):\n    try:\n"
    "        json.dump({'score': 1e9}, open(name, 'w'))\n    except OSError as e:\n        print(e)",
    "hunt for the reference": "import gc, sys\nhits = [m for m in sys.modules if 'solution' in m or 'autograder' in m]\n"
    "hits += [o for o in gc.get_objects() if isinstance(o, dict) and 'expected' in o]\nassert not hits, hits",
    "planted start-up file": "import pathlib, site\nfor folder in [pathlib.Path.home(), pathlib.Path(site.getusersitepackages())]:\n"
    "    try:\n        folder.mkdir(parents=True, exist_ok=True)\n        (folder / 'usercustomize.py').write_text('1/0')\n"
    "    except OSError as e:\n        print(e)",
    "child left behind": "import os, time\ntry:\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)\n        os._exit(0)\n"
    "except OSError as e:\n    print(e)",
    "atexit and threads": "import atexit, threading, time\natexit.register(lambda: time.sleep(600))\n"
    "threading.Thread(target=time.sleep, args=(600,)).start()",
    "network": "import urllib.request\nprint(urllib.request.urlopen('http://127.0.0.1:1/', timeout=2).read())",
    "3 GB of memory": "big = np.ones(400_000_000)\nprint(big.sum())",
    "file system filled": "with open('big', 'wb') as f:\n    for _ in range(4000):\n        f.write(bytes(2**20))",
}
SLOW_CELLS = {
    "endless loop in a scratch cell": "n = 0\nwhile True:\n    n += 1",
    "loop that swallows signals": "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass",
}


def around(cell: str) -> Callable[[Material, np.random.Generator], Paper]:
    """Right answers with that cell before them: it must cost nothing."""

    def make(m: Material, rng: np.random.Generator) -> Paper:
        paper = perfect(m, rng) if "np." in cell else alternative(m, rng)  # who patches a library might need it
        paper.before.append(cell)
        return paper

    return make


# ------------------------------------------------------------------------------------- hostile functions


def instead(body: str, *, true: str | None = None, leaf: str = "leaf") -> Callable[[Material, np.random.Generator], Paper]:
    """Right answers but for one question whose function has this body; it earns what the body `true` earns.

    Without `true` it earns what the stub earns: nothing.
    """

    def make(m: Material, rng: np.random.Generator) -> Paper:
        paper = perfect(m, rng)
        question = getattr(m, leaf)
        head = f"def {m.function(question)}({m.parameters(question)}):\n"
        paper.sources[question] = head + _indented(body)
        paper.true[question] = head + _indented(true) if true else m.stubs[question]
        return paper

    return make


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.splitlines())


FUNCTIONS = {
    "exit(0) in a function": instead("exit(0)"),
    "os._exit(0) in a function": instead("import os\nos._exit(0)"),
    "segmentation fault": instead("import ctypes\nctypes.string_at(0)"),
    "endless recursion": instead("def again():\n    return again()\nreturn again()"),
    "always-equal object": instead(
        "class Equal:\n    def __eq__(self, other):\n        return True\n    __ne__ = lambda s, o: False\n"
        "    __bool__ = lambda s: True\n    __float__ = lambda s: 0.0\n    __array_priority__ = 1e9\nreturn Equal()",
        leaf="first_leaf",
    ),
    "object array": instead("return np.array([object()], dtype=object)"),
    "generator": instead("yield 1"),
    "NaN": instead("return float('nan')", true="return float('nan')", leaf="first_leaf"),
    "inputs set to zero": instead(
        "import sys\nfor value in list(locals().values()):\n    if isinstance(value, np.ndarray):\n        value[...] = 0\nreturn 0.0",
        true="return 0.0",
        leaf="first_leaf",
    ),
    "answer from the caller's frame": instead(
        "import sys\nframe = sys._getframe()\nwhile frame:\n    for name in ('expected', 'truth', 'answer'):\n"
        "        if name in frame.f_locals:\n            return frame.f_locals[name]\n    frame = frame.f_back\nreturn -1.0",
        true="return -1.0",
        leaf="first_leaf",
    ),
    "oversize reply": instead("return np.zeros(300_000_000)", leaf="first_leaf"),
    "file descriptors used up": instead("keep = []\nwhile True:\n    keep.append(open('/dev/null'))"),
    "prints fake results and exits": instead("import os\nprint('{\"score\": 100}', flush=True)\nos._exit(0)"),
}
SLOW_FUNCTIONS = {
    "endless loop in a function": instead("while True:\n    pass"),
    "sleep in a function": instead("import time\ntime.sleep(3600)"),
}


def renamed(m: Material, rng: np.random.Generator) -> Paper:
    """The function is there under another name: nothing for the question, and a message that names both."""
    paper = perfect(m, rng)
    function = m.function(m.leaf)
    paper.sources[m.leaf] = paper.sources[m.leaf].replace(f"def {function}(", f"def my_{function}(")
    paper.true[m.leaf] = m.stubs[m.leaf]
    return paper


def deleted(m: Material, rng: np.random.Generator) -> Paper:
    paper = perfect(m, rng)
    paper.sources[m.leaf] = ""
    paper.true[m.leaf] = m.stubs[m.leaf]
    return paper


def defined_twice(m: Material, rng: np.random.Generator) -> Paper:
    """First wrong, then right in a later cell: the last definition counts."""
    paper = perfect(m, rng)
    right, paper.sources[m.leaf] = paper.sources[m.leaf], m.stubs[m.leaf]
    paper.after.append(right)
    paper.true[m.leaf] = right
    return paper


def syntax_error(m: Material, rng: np.random.Generator) -> Paper:
    """The answer cell itself does not compile; the other questions keep their points."""
    paper = perfect(m, rng)
    paper.sources[m.leaf] = paper.sources[m.leaf].replace("):", ")", 1) if "):" in m.references[m.leaf] else "def ("
    paper.sources[m.leaf] += "\n    return ((\n"
    paper.true[m.leaf] = m.stubs[m.leaf]
    return paper


def changes_arguments(m: Material, rng: np.random.Generator) -> Paper:
    """Right answers from a function that then overwrites its arguments: it earns what otter gives it, whose tests see their data lost."""
    paper = perfect(m, rng)
    q = m.first_leaf
    name = m.function(q)
    wrapper = (
        f"_right = {name}\ndef {name}(*args):\n    answer = _right(*args)\n    for a in args:\n"
        "        if isinstance(a, np.ndarray):\n            a[...] = 0\n    return answer"
    )
    paper.after.append(wrapper)
    paper.true[q] = f"{paper.sources[q]}\n\n{wrapper}"
    return paper


OTHERS = {
    "renamed function": renamed,
    "deleted answer cell": deleted,
    "defined twice": defined_twice,
    "syntax error in an answer": syntax_error,
    "changes its arguments": changes_arguments,
}
HARD_CODED = "public answers hard-coded"


def hard_coded(m: Material, answers: list[tuple[list, object]]) -> Paper:
    """A table of the public checks' inputs and answers instead of a program: the public points and no others.

    What cannot be written down (a random generator) cannot be learned by heart.
    """
    paper = Paper(HARD_CODED, dict(m.references))
    answers = [call for call in answers if _can_be_written(call)]
    paper.sources[m.leaf] = (
        f"KNOWN = {answers!r}\n\ndef {m.function(m.leaf)}(*args):\n    for inputs, answer in KNOWN:\n"
        "        if len(inputs) == len(args) and all(np.array_equal(a, b) for a, b in zip(inputs, args)):\n"
        "            return np.array(answer, dtype=np.asarray(args[-1]).dtype) if isinstance(answer, list) else answer\n"
        "    raise ValueError('never seen')\n"
    )
    return paper


def _can_be_written(call: tuple[list, object]) -> bool:
    try:
        ast.literal_eval(repr(call))
    except (ValueError, SyntaxError):
        return False
    return True


def special_papers() -> dict[str, Callable[[Material, np.random.Generator], Paper]]:
    """Every careless, greedy and dishonest paper by name; the slow ones, which use up a time limit, last."""
    cells = {name: around(cell) for name, cell in CELLS_BEFORE.items()}
    slow = {name: around(cell) for name, cell in SLOW_CELLS.items()}
    return cells | FUNCTIONS | OTHERS | slow | SLOW_FUNCTIONS
