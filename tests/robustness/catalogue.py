"""Bad submissions, each with its fair score: what reaches the sandbox and the judge (what intake stops is tested with intake).

A notebook is three right functions worth 3 points each (1 public, 2 hidden). A case changes it; `score` is what is then fair.
Outcomes: A graded as if nothing had happened, G cell skipped and noted, Z zero for that question with a message that helps,
L limit reached and the rest graded, B no effect on anything.
"""

from dataclasses import dataclass

IMPORTS = "import numpy as np"
Q1 = "def squared_distances(X, mu):\n    return ((X[:, None] - mu[None]) ** 2).sum(axis=2)"
Q2 = "def nearest(X, mu):\n    return ((X[:, None] - mu[None]) ** 2).sum(axis=2).argmin(axis=1)"
Q3 = "def center(X):\n    return X - X.mean(axis=0)"
HONEST = (IMPORTS, Q1, Q2, Q3)
FULL = 9.0
ABSTRACT = "course-robustness"
"""In a case this stands for the name of an abstract socket of this machine."""

WRONG = (
    IMPORTS,
    "def squared_distances(X, mu):\n    return np.full((len(X), len(mu)), 7.0)",
    "def nearest(X, mu):\n    return np.full(len(X), 9)",
    "def center(X):\n    return np.full(X.shape, 7.0)",
)
"""A notebook that has earned nothing: whatever a trick adds to it must not show."""


@dataclass(frozen=True)
class Case:
    group: str
    outcome: str
    name: str
    cells: tuple[str, ...]
    score: float = FULL
    says: str = ""
    """A text that a note, a flag or a public message must contain."""
    flag: str = ""
    at_most: bool = False
    """The fair score is an upper bound: what is left of it depends on the order, which nobody can know."""


def after(extra: str, base: tuple[str, ...] = HONEST) -> tuple[str, ...]:
    return (*base, extra)


def before(extra: str, base: tuple[str, ...] = HONEST) -> tuple[str, ...]:
    return (extra, *base)


def q3(body: str, extra: str = "") -> tuple[str, ...]:
    """The honest notebook with another third question."""
    indented = "\n".join("    " + line for line in body.splitlines())
    return (IMPORTS, Q1, Q2, f"{extra}\ndef center(X):\n{indented}")


CARELESS = [
    Case("careless", "A", "a second definition wins", (IMPORTS, "def center(X):\n    return 1", Q1, Q2, Q3)),
    Case("careless", "A", "every cell twice", HONEST + HONEST),
    Case(
        "careless",
        "A",
        "GUI backend and plt.show",
        before(
            "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
            + Q3
        ),
    ),
    Case(
        "careless",
        "A",
        "switch_backend and 300 figures",
        before(
            "import matplotlib.pyplot as plt\nplt.switch_backend('QtAgg')\nfor _ in range(300):\n    plt.figure()"
        ),
    ),
    Case(
        "careless",
        "A",
        "warnings on stderr",
        q3(
            "import warnings, sys\nwarnings.warn('careful')\nnp.float64(1) / np.float64(0)\nprint('oh', file=sys.stderr)\n"
            "return X - X.mean(axis=0)"
        ),
    ),
    Case(
        "careless",
        "A",
        "50 MB of output",
        before("line = 'x' * 1023\nfor _ in range(50 * 1024):\n    print(line)"),
    ),
    Case(
        "careless",
        "A",
        "emoji and right-to-left text in the code",
        before("größe_ß = 'שלום 😀'\nπ = 3.14\ndef naïve(): return größe_ß\nprint(naïve())"),
    ),
    Case(
        "careless",
        "A",
        "arguments changed in place",
        q3("X -= X.mean(axis=0)\nreturn X"),
        flag="changed its arguments",
    ),
    Case(
        "careless",
        "A",
        "a view, Fortran order, big-endian, float32",
        (
            IMPORTS,
            "def squared_distances(X, mu):\n    return ((mu[:, None] - X[None]) ** 2).sum(axis=2).T",
            "def nearest(X, mu):\n    return list(((X[:, None] - mu[None]) ** 2).sum(axis=2).argmin(axis=1))",
            "def center(X):\n    return np.asfortranarray(X - X.mean(axis=0)).astype('>f4')",
        ),
    ),
    Case("careless", "A", "a long double", q3("return (X - X.mean(axis=0)).astype(np.longdouble)")),
    Case(
        "careless",
        "A",
        "otter's own cells",
        (
            *before("import otter\ngrader = otter.Notebook('k.ipynb')"),
            "grader.check('q1')",
            "grader.check_all()",
            "grader.export(pdf=False)",
        ),
    ),
    Case(
        "careless",
        "A",
        "pandas-free display and get_ipython",
        before(
            "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))\nget_ipython().run_line_magic('matplotlib', 'inline')"
        ),
    ),
    Case(
        "careless",
        "A",
        "magics",
        before("%matplotlib inline\n%load_ext autoreload\nx = !ls\n!pip install numpy\nnp?"),
    ),
    Case("careless", "A", "a cell magic around the answer", (IMPORTS, Q1, Q2, "%%time\n" + Q3)),
    Case("careless", "G", "syntax error in one cell", before("def f(:\n    pass"), says="SyntaxError"),
    Case(
        "careless",
        "G",
        "exception half way",
        (IMPORTS, Q1 + "\nraise ValueError('half way')", Q2, Q3),
        says="half way",
    ),
    Case("careless", "G", "input()", before("name = input('Your name? ')"), says="EOFError"),
    Case("careless", "G", "a missing file", before("open('data.csv')"), says="FileNotFoundError"),
    Case(
        "careless",
        "G",
        "a Windows path",
        before(r"import numpy as np; np.loadtxt(r'C:\Users\me\data.csv')"),
        says="FileNotFoundError",
    ),
    Case(
        "careless",
        "G",
        "cells out of order",
        (IMPORTS, "print(center(np.ones((2, 2))))", Q1, Q2, Q3),
        says="NameError",
    ),
    Case(
        "careless",
        "G",
        "a missing package",
        before("import a_package_that_nobody_has"),
        says="ModuleNotFoundError",
    ),
    Case("careless", "G", "a null byte", before("x = 1\0"), says="null byte"),
    Case("careless", "G", "a lone surrogate", before("x = '\ud800'\ny ="), says="cell 1"),
    Case("careless", "G", "a cell of 9 MB", before("x = '" + "a" * (9 << 20) + "'"), says="too large"),
    Case("careless", "G", "brackets 5,000 deep", before("(" * 5000 + ")" * 5000), says="cell 1"),
    Case("careless", "Z", "a question missing", (IMPORTS, Q1, Q2), 6, "`center` was not found"),
    Case(
        "careless",
        "Z",
        "a function renamed",
        (IMPORTS, Q1, Q2, Q3.replace("center", "centre")),
        6,
        "`centre` found; `center` expected",
    ),
    Case(
        "careless",
        "Z",
        "only the stub",
        q3("raise NotImplementedError('write center')"),
        6,
        "raised NotImplementedError",
    ),
    Case("careless", "Z", "NaN", q3("return X * np.nan"), 6, "subtract"),
    Case("careless", "Z", "infinity", q3("return X + np.inf"), 6, "subtract"),
    Case("careless", "Z", "wrong shape", q3("return X.mean()"), 6, "subtract"),
    Case(
        "careless",
        "Z",
        "an unbroadcastable shape",
        q3("return np.zeros((3, 5, 7))"),
        6,
        "could not be broadcast",
    ),
    Case(
        "careless",
        "Z",
        "an object array",
        q3("return np.array([[1, None]], dtype=object)"),
        6,
        "dtype object",
    ),
    Case("careless", "Z", "strings", q3("return 'X - X.mean()'"), 6, "returned 'X - X.mean()'"),
    Case("careless", "Z", "nothing returned", q3("X - X.mean(axis=0)"), 6, "returned None"),
    Case("careless", "Z", "recursion", q3("return center(X)"), 6, "RecursionError"),
    Case(
        "careless",
        "Z",
        "recursion until it crashes",
        q3("import sys\nsys.setrecursionlimit(10**9)\nreturn eval('center(X)')"),
        6,
        "`center`",
    ),
    Case(
        "careless",
        "Z",
        "segmentation fault",
        q3("import ctypes\nreturn ctypes.string_at(1)"),
        6,
        "ended Python itself",
    ),
    Case("careless", "Z", "a generator", q3("for x in X:\n    yield x"), 6, "a generator"),
    Case(
        "careless",
        "Z",
        "an instance of a class",
        q3("return Answer()", "class Answer: pass"),
        6,
        "class Answer",
    ),
    Case("careless", "Z", "a function", q3("return lambda: X"), 6, "a function or class"),
    Case("careless", "Z", "a name that is no function", (IMPORTS, Q1, Q2, "center = 3"), 6, "not callable"),
    Case(
        "careless",
        "B",
        "changed global settings",
        before(
            "import numpy as np, warnings, os, random\nnp.random.seed(0)\nrandom.seed(0)\nnp.seterr(all='raise')\n"
            "warnings.simplefilter('error')\nos.chdir('/')\nnp.set_printoptions(threshold=1)"
        ),
    ),
    Case(
        "careless",
        "B",
        "own numpy.py and otter.py",
        before(
            "for name in ('numpy', 'otter', 'runner', 'wire'):\n    open(name + '.py', 'w').write('raise SystemExit(3)')\n"
            "import numpy, otter"
        ),
    ),
]

LOOP = "while True:\n    pass"
GREEDY = [
    Case("greedy", "L", "a loop in a scratch cell", (IMPORTS, Q1, LOOP, Q2, Q3), says="stopped after"),
    Case(
        "greedy",
        "L",
        "a loop below the answer in its cell",
        (IMPORTS, Q1, Q2, Q3 + "\n" + LOOP),
        says="stopped after",
    ),
    Case("greedy", "L", "a loop in a function", q3(LOOP), 6, "took longer than"),
    Case(
        "greedy",
        "L",
        "a loop in two functions",
        (IMPORTS, Q1, "def nearest(X, mu):\n    while True: pass", "def center(X):\n    while True: pass"),
        3,
        "took longer than",
    ),
    Case("greedy", "L", "sleep", q3("import time\ntime.sleep(3600)"), 6, "took longer than"),
    Case(
        "greedy",
        "L",
        "a loop that swallows signals and exceptions",
        q3(
            "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, lambda *a: None)\n    except (OSError, ValueError): pass\n"
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
        ),
        6,
        "took longer than",
    ),
    Case("greedy", "L", "3 GB of memory", q3("big = np.ones(3 << 27)\nreturn X"), 6, "MemoryError"),
    Case(
        "greedy",
        "L",
        "3 GB of memory in 20 processes",
        q3(
            "import os, time\nfor _ in range(20):\n    if os.fork() == 0:\n        big = np.ones(20 << 20)\n        time.sleep(60)\n"
            "time.sleep(60)\nreturn X"
        ),
        6,
        "MB of memory",
    ),
    Case(
        "greedy",
        "L",
        "memory by memfd_create",
        q3("import os\nfd = os.memfd_create('x')\nos.ftruncate(fd, 3 << 30)\nreturn X"),
        6,
        "PermissionError",
    ),
    Case(
        "greedy",
        "L",
        "memory by /dev/shm",
        q3("open('/dev/shm/big', 'wb').write(bytes(200 << 20))\nreturn X"),
        6,
        "OSError",
    ),
    Case(
        "greedy",
        "L",
        "memory by System V",
        q3(
            "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nif libc.shmget(0, ctypes.c_size_t(1 << 28), 0o1600) == -1:\n"
            "    raise PermissionError('shmget')\nreturn X - X.mean(axis=0)"
        ),
        6,
        "PermissionError",
    ),
    Case(
        "greedy",
        "L",
        "process bomb in a cell",
        before("import os\nwhile True:\n    os.fork()"),
        says="cell 1",
    ),
    Case(
        "greedy",
        "L",
        "process bomb in a function",
        q3("import os\nwhile True:\n    os.fork()"),
        6,
        "`center`",
    ),
    Case(
        "greedy",
        "L",
        "thread bomb",
        q3(
            "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(99,)).start()"
        ),
        6,
        "`center`",
    ),
    Case(
        "greedy",
        "L",
        "filling the disk",
        before("n = 0\nwhile True:\n    open(f'/tmp/{n}', 'wb').write(bytes(1 << 20))\n    n += 1"),
        says="OSError",
    ),
    Case(
        "greedy",
        "L",
        "a million empty files",
        before("n = 0\nwhile True:\n    open(f'/tmp/{n}', 'wb').close()\n    n += 1"),
        says="OSError",
    ),
    Case(
        "greedy",
        "L",
        "half a reply, then silence",
        q3("import os, time\nos.write(3, b'\\0\\0\\1\\0half')\ntime.sleep(3600)"),
        6,
        "took longer than",
    ),
    Case(
        "greedy",
        "L",
        "a reply in a trickle",
        q3(
            "import os, time\nos.write(3, b'\\0\\0\\xff\\xff')\nwhile True:\n    os.write(3, b'x')\n    time.sleep(0.05)"
        ),
        6,
        "took longer than",
    ),
    Case(
        "greedy",
        "L",
        "many calls, each just under the limit",
        q3("import time\ntime.sleep(1.7)\nreturn X - X.mean(axis=0)"),
        7,
    ),
    Case(
        "greedy",
        "Z",
        "file descriptors used up",
        q3("return [open('/dev/null') for _ in range(10**6)]"),
        6,
        "OSError",
    ),
    Case(
        "greedy",
        "Z",
        "an oversize reply",
        q3("return np.zeros(40 << 20, dtype=np.uint8)"),
        6,
        "an array of 40 MB",
    ),
    Case(
        "greedy",
        "Z",
        "a small reply of huge shape",
        q3("return np.broadcast_to(0.0, (10**9, 10**3))"),
        6,
        "an array of",
    ),
    Case("greedy", "Z", "a list of ten million", q3("return [0] * 10**7"), 6, "items"),
    Case("greedy", "Z", "an endless nest", q3("a = []\na.append(a)\nreturn a"), 6, "nested"),
    Case("greedy", "Z", "an integer of a million digits", q3("return 10 ** 10**6"), 6, "integer"),
    Case(
        "greedy",
        "Z",
        "keys that all collide",
        q3("return {k * (2**61 - 1): 0 for k in range(5000)}"),
        6,
        "`center`",
    ),
    Case(
        "greedy",
        "A",
        "flood on stdout in a function",
        q3("for _ in range(2000):\n    print('x' * 10_000)\nreturn X - X.mean(axis=0)"),
    ),
    Case(
        "greedy",
        "B",
        "daemonised children",
        before(
            "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        while True: time.sleep(1)\n    os._exit(0)"
        ),
    ),
    Case(
        "greedy",
        "B",
        "a hang at exit and in __del__",
        before(
            "import atexit, time\nclass Sticky:\n    def __del__(self):\n        while True: time.sleep(1)\nsticky = Sticky()\n"
            "atexit.register(lambda: time.sleep(3600))"
        ),
    ),
    Case("greedy", "B", "a fork that goes on as a second notebook", before("import os\nos.fork()")),
    Case(
        "greedy",
        "B",
        "a busy thread left running",
        before("import threading\nthreading.Thread(target=lambda: [0 for _ in iter(int, 1)], daemon=True)"),
    ),
]

HUNT = """
import sys, gc, os, inspect
def hunted():
    for module in list(sys.modules.values()):
        f = getattr(module, 'center', None)
        if callable(f) and f is not mine: return f
    frame = sys._getframe()
    while frame:
        for scope in (frame.f_globals, frame.f_locals):
            f = scope.get('center')
            if callable(f) and f is not mine: return f
        frame = frame.f_back
    for thing in gc.get_objects():
        if inspect.isfunction(thing) and thing.__name__ in ('center', 'test_random') and thing is not mine: return thing
    for root, _, files in os.walk('/'):
        if root.startswith(('/usr', '/lib')): continue
        for name in files:
            if name in ('q3.py', 'catalogue.py', 'kmeans.py'): raise SystemError('FOUND ' + root)
    for text in (*os.environ.values(), *sys.argv):
        if 'robustness' in text or 'solutions' in text: raise SystemError('FOUND ' + text)
def mine(X):
    f = hunted()
    return f(X) if f else np.full(X.shape, 7.0)
center = mine
"""
ALWAYS_EQUAL = """
class Yes:
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __array__(self, *a, **k): return np.zeros((2, 2))
    def __iter__(self): return iter(())
class YesArray(np.ndarray):
    def __eq__(self, other): return np.True_
    def __array_ufunc__(self, *a, **k): return np.True_
class YesFloat(float):
    def __eq__(self, other): return True
def squared_distances(X, mu): return Yes()
def nearest(X, mu): return np.zeros(2).view(YesArray)
def center(X): return YesFloat(3)
"""
PATCHED = """
import numpy.testing, builtins, unittest
np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
np.testing.assert_allclose = numpy.testing.assert_array_equal = lambda *a, **k: None
builtins.all = builtins.any = lambda *a: True
builtins.AssertionError = type('Never', (BaseException,), {})
builtins.isinstance = lambda *a: True
unittest.TestCase.assertEqual = lambda *a: None
"""
FORGED = """
import os, sys
def forge(value):
    wire = sys.modules['wire']
    for ident in range(1, 200):
        body = wire.encode((ident, 'ok', wire.encode(value), False, []), wire.FRAME)
        os.write(3, wire.HEADER.pack(len(body)) + body)
    return value
"""
MEMO = """
answers = {}
calls = []
def recall(name, wrong):
    def f(*args):
        calls.append(name)
        known = {('center', 1): [[-1.0, -2.0], [1.0, 2.0]], ('nearest', 1): [0, 1], ('squared_distances', 1): [[0.0], [25.0]]}
        return np.array(known.get((name, calls.count(name)), wrong))
    return f
center, nearest, squared_distances = (recall(n, 7.0) for n in ('center', 'nearest', 'squared_distances'))
"""
PUBLIC = """
def squared_distances(X, mu): return np.array([[0.0], [25.0]])
def nearest(X, mu): return [0, 1]
def center(X): return np.array([[-1.0, -2.0], [1.0, 2.0]])
"""
PICKLE = """
import os, pickle
class Evil:
    def __reduce__(self): return (os.system, ('touch /tmp/course-canary',))
open('log.pkl', 'wb').write(pickle.dumps(Evil()))
def squared_distances(X, mu): return Evil()
def nearest(X, mu): return pickle.dumps(Evil())
def center(X):
    data = pickle.dumps(Evil())
    os.write(3, len(data).to_bytes(4, 'big') + data)
    return X
"""
DISHONEST = [
    Case(
        "dishonest",
        "B",
        "the check redefined",
        after(
            "import otter\notter.Notebook.check = lambda *a, **k: 'all passed'\ngrader = otter.Notebook()\ngrader.check = print\n"
            "def check(*a): return True\ntest_random = test_mean_is_zero = check",
            WRONG,
        ),
        0,
    ),
    Case("dishonest", "B", "np.testing, np.allclose and builtins patched", after(PATCHED, WRONG), 0),
    Case(
        "dishonest",
        "B",
        "IPython hooks and transformers",
        after(
            "ip = get_ipython()\nip.input_transformers_post.append(lambda lines: [])\nip.events.register('post_run_cell', print)\n"
            "ip.set_custom_exc((Exception,), print)",
            WRONG,
        ),
        0,
    ),
    Case("dishonest", "B", "hunting for the reference", after(HUNT, WRONG), 0),
    Case(
        "dishonest",
        "B",
        "a fake result and gradebook",
        after(
            "for p in ('results.json', '/autograder/results/results.json', '/tmp/course-canary', '../course-canary', 'gradebook.db'):\n"
            "    try: open(p, 'w').write('{\"score\": 9}')\n    except OSError: pass",
            WRONG,
        ),
        0,
    ),
    Case(
        "dishonest",
        "B",
        "printing results, then exit",
        after("print('{\"score\": 9.0}')\nimport sys\nsys.exit(0)", WRONG),
        0,
        "SystemExit",
    ),
    Case(
        "dishonest",
        "B",
        "rewriting at exit",
        after("import atexit\natexit.register(lambda: open('results.json', 'w').write('9'))", WRONG),
        0,
    ),
    Case("dishonest", "B", "a pickle as reply and as log", after(PICKLE, WRONG), 0),
    Case(
        "dishonest",
        "B",
        "detecting the grader",
        after(
            "import sys, os\nif os.getpid() == 1 or not sys.stdout.isatty():\n    center = lambda X: X * 0 + 7",
            WRONG,
        ),
        0,
    ),
    Case("dishonest", "B", "memoising by the order of calls", after(MEMO, WRONG), 3, at_most=True),
    Case("dishonest", "B", "public answers hard-coded", after(PUBLIC, WRONG), 3),
    Case(
        "dishonest",
        "B",
        "hidden inputs in the exception",
        q3("raise ValueError(f'LEAK {X.tolist()}')"),
        6,
        "LEAK [[1.0, 2.0]",
    ),
    Case(
        "dishonest",
        "B",
        "hidden inputs in an exception's class",
        q3("raise type('LEAK' + X.tobytes().hex()[:60], (Exception,), {})"),
        6,
        "LEAK",
    ),
    Case(
        "dishonest",
        "B",
        "HTML and ANSI in an exception",
        q3("raise ValueError('\\x1b[2J<script>alert(1)</script>=cmd|/C calc')"),
        6,
        "<script>",
    ),
    Case(
        "dishonest",
        "B",
        "an exception whose text hangs or fails",
        q3("class Bad(Exception):\n    def __str__(self): raise KeyboardInterrupt\nraise Bad()"),
        6,
        "raised Bad",
    ),
    Case(
        "dishonest",
        "Z",
        "a library that the question forbids",
        q3("from sklearn.preprocessing import scale\nreturn scale(X, with_std=False)"),
        6,
        "write it with NumPy",
        flag="imports sklearn.preprocessing, which this assignment does not allow",
    ),
    Case("dishonest", "Z", "always-equal objects", after(ALWAYS_EQUAL, WRONG), 0, "class Yes"),
    Case("dishonest", "Z", "exit(0) in a function", q3("exit(0)"), 6, "SystemExit"),
    Case(
        "dishonest", "Z", "os._exit(0) in a function", q3("import os\nos._exit(0)"), 6, "ended Python itself"
    ),
    Case(
        "dishonest",
        "G",
        "os._exit(0) in a cell",
        before("import os\nos._exit(0)"),
        says="ended its own process",
    ),
    Case(
        "dishonest",
        "G",
        "os._exit(0) below the answer",
        (IMPORTS, Q1, Q2, Q3 + "\nimport os\nos._exit(0)"),
        says="ended its own process",
    ),
    Case(
        "dishonest",
        "Z",
        "forged replies",
        after(FORGED + "def center(X): return forge(np.zeros((2, 2)))", HONEST),
        6,
    ),
    Case("dishonest", "Z", "the inputs zeroed", q3("X[:] = 0\nreturn X"), 6, "subtract"),
    Case(
        "dishonest",
        "Z",
        "a random generator that is not plain",
        q3("return np.random.RandomState(3)"),
        6,
        "default_rng",
    ),
    Case(
        "dishonest",
        "B",
        "the runner rewritten",
        after(
            "import sys\nrunner = sys.modules['runner']\nrunner.sendable = lambda v: ('ok', b'T')\nrunner.changed = lambda *a: 'no'\n"
            "sys.modules['wire'].CAPS = None",
            WRONG,
        ),
        0,
    ),
    Case(
        "dishonest",
        "B",
        "standard streams closed, modules deleted",
        after(
            "import sys, os\nsys.stdout = sys.stderr = None\nos.closerange(0, 3)\n"
            "for name in ('numpy', 'wire', 'runner', 'notebook', 'os', '__main__'):\n    del sys.modules[name]"
        ),
    ),
    Case(
        "dishonest",
        "Z",
        "the channel closed",
        q3("import os\nos.closerange(0, 256)\nreturn X"),
        6,
        "ended Python itself",
    ),
]

ESCAPE = """
escaped = []
import os, sys, socket, ctypes
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name):
    def run(f):
        try:
            if f(): escaped.append(name)
        except OSError: pass
        return f
    return run
{}
if escaped:
    del center
"""


def escape(name: str, body: str) -> Case:
    """An honest notebook whose third question vanishes if the attempt succeeds."""
    indented = "\n".join("    " + line for line in body.splitlines())
    return Case("escaping", "B", name, after(ESCAPE.format(f"@attempt('x')\ndef f():\n{indented}")))


ESCAPING = [
    escape("network", "return socket.create_connection(('1.1.1.1', 53), timeout=0.5)"),
    escape(
        "loopback services",
        "return any(socket.socket().connect_ex(('127.0.0.1', p)) == 0 for p in (22, 80, 111, 631, 5432, 8888))",
    ),
    escape("abstract sockets", f"socket.socket(socket.AF_UNIX).connect('\\0{ABSTRACT}')\nreturn True"),
    escape(
        "inherited descriptors",
        "for d in range(4, 4096):\n    try:\n        os.fstat(d)\n        return True\n    except OSError: pass",
    ),
    escape(
        "home, keys, environment",
        "for p in ('/root', '/home', os.path.expanduser('~/.ssh'), '/etc/shadow', '/etc/passwd'):\n"
        "    if os.path.isdir(p) and any(n.startswith(('.ssh', '.bash')) for n in os.listdir(p)): return True\n"
        "    if os.path.isfile(p): return True\nreturn any(k in os.environ for k in ('COURSE_SECRET', 'SSH_AUTH_SOCK'))",
    ),
    escape(
        "writing outside the work folder",
        "for p in ('/course-canary', '/usr/lib/course-canary', '/dev/course-canary', '/box/course-canary', '/proc/course-canary'):\n"
        "    try:\n        open(p, 'w').close()\n        return True\n    except OSError: pass",
    ),
    escape(
        "start-up files for the next student",
        "import numpy, IPython\nfor p in (os.path.dirname(numpy.__path__[0]), os.path.dirname(os.__file__), '/box', sys.prefix):\n"
        "    for n in ('course-canary.pth', 'usercustomize.py', 'sitecustomize.py', 'otter.py'):\n"
        "        try:\n            open(os.path.join(p, n), 'w').write('raise SystemExit')\n            return True\n        except OSError: pass",
    ),
    escape(
        "killing the parent",
        "os.kill(-1, 9)\nfor pid in range(2, 4000):\n    try:\n        os.kill(pid, 9)\n        return True\n    except OSError: pass",
    ),
    escape(
        "tracing the parent",
        "return libc.ptrace(16, 2, 0, 0) == 0 or libc.ptrace(16, os.getppid(), 0, 0) == 0",
    ),
    escape("/proc/<pid>/mem", "return bool(os.listdir('/proc')) or open('/proc/self/mem', 'rb')"),
    escape("nested namespaces", "return libc.unshare(0x10000000) == 0 or libc.unshare(0x20000) == 0"),
    escape(
        "mounts and remounts",
        "return libc.mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0 or libc.mount(None, b'/', None, 32 | 4096, None) == 0",
    ),
    escape(
        "set-uid programs", "os.chmod('/tmp/work', 0o4777)\nreturn libc.setuid(0) == 0 or libc.setgid(0) == 0"
    ),
    escape(
        "TIOCSTI", "import fcntl\nfor fd in (0, 1, 2):\n    fcntl.ioctl(fd, 0x5412, b'x')\n    return True"
    ),
    escape(
        "io_uring, bpf, keyctl",
        "return any(libc.syscall(n, 0, 0, 0, 0, 0) != -1 for n in (425, 321, 250, 298, 323))",
    ),
    escape(
        "core dumps",
        "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (1 << 20, 1 << 20))\nreturn True",
    ),
    escape(
        "raising its own limits",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\nreturn True",
    ),
    escape("a raw or packet socket", "socket.socket(17, 3)\nreturn True"),
    escape("device nodes", "os.mknod('/tmp/sda', 0o600 | 0o060000, os.makedev(8, 0))\nreturn True"),
    escape("chroot", "os.chroot('/tmp')\nreturn True"),
]

CASES = [*CARELESS, *GREEDY, *DISHONEST, *ESCAPING]
