"""Classes of results that were never graded, for tests of the reports: any size, the same for the same seed."""

from dataclasses import dataclass, replace

import numpy as np

from autograder.model import CaseResult, CellNote, QuestionResult, Result


@dataclass(frozen=True)
class Question:
    id: str
    title: str
    kind: str
    points: float


@dataclass(frozen=True)
class Assignment:
    slug: str
    title: str
    questions: tuple[Question, ...]


ASSIGNMENT = Assignment(
    "kmeans",
    "The k-means algorithm",
    (
        Question("q1", "The objective", "function", 4),
        Question("q2", "The nearest truck", "function", 4),
        Question("q3", "Move the trucks", "function", 4),
        Question("q4", "The whole algorithm", "function", 6),
        Question("q5", "The same partition", "function", 4),
        Question("q6", "Colours of a photograph", "function", 4),
        Question("q7", "Why does it stop?", "written", 4),
    ),
)
MISCONCEPTIONS = {
    "q1": ("takes the distance, not its square", "Walk one step, then two: how does the loss of each person grow?"),
    "q3": ("divides by n instead of N_j", "How many people does truck j serve? Try two people at one truck, none at the other."),
    "q4": ("stops one step early", "When you compare the old labels with the new ones, which of the two do you return?"),
    "q5": ("compares the labels themselves", "Swap the names of two trucks. Did the partition change?"),
}
CASES = ("test_two_points_by_hand", "test_a_triangle", "test_hidden_random", "test_hidden_far_away_cluster")
FIRST = ["Ada", "Grace", "Emmy", "Sofia", "Maryam", "Katherine", "Mary", "Hedy", "Alan", "Kurt", "Carl", "Leonhard", "Évariste", "Srinivasa", "Paul", "Évelyne", "Jürgen", "Øyvind", "美咲", "محمد", "Zoë", "Łukasz"]
LAST = ["Lovelace", "Hopper", "Noether", "Kovalevskaya", "Mirzakhani", "Johnson", "Somerville", "Lamarr", "Turing", "Gödel", "Gauß", "Euler", "Galois", "Ramanujan", "Erdős", "Boyd", "Müller", "Åse", "山田", "الخوارزمي"]


def question_result(question: Question, skill: float, rng: np.random.Generator) -> QuestionResult:
    """The four cases of one question for a student who passes each with a chance that grows with `skill`."""
    if question.kind == "written":
        return QuestionResult(question.id, question.points, None)
    hard = {"q1": 1.5, "q2": 1.8, "q3": 0.6, "q4": -0.2, "q5": 0.1, "q6": 1.0}[question.id]
    right = rng.random() < 1 / (1 + np.exp(-(skill + hard)))
    passed = [True] * 4 if right else [bool(rng.random() < p) for p in (0.6, 0.4, 0.15, 0.1)]
    each = question.points / 4
    cases = tuple(
        CaseResult(name, i >= 2, each, each * ok, ok, message(name, i >= 2, ok), float(rng.gamma(2, 0.004)))
        for i, (name, ok) in enumerate(zip(CASES, passed, strict=True))
    )
    known = MISCONCEPTIONS.get(question.id) if not all(passed) and rng.random() < 0.6 else None
    return QuestionResult(
        question.id, question.points, sum(c.earned for c in cases), cases, known and known[1], known and known[0],
        sum(c.seconds for c in cases) * (6 if question.id == "q4" else 1),
    )  # fmt: skip


def message(name: str, hidden: bool, passed: bool) -> str:
    if passed:
        return ""
    if hidden:
        return "A further check did not pass."
    return f"For {name[5:].replace('_', ' ')} the loss should be larger than what you return.\nCompare with a sum on paper: two people, one truck."


def make_results(n: int, seed: int = 0) -> list[Result]:
    """`n` results as a class gives them: most are fine, some are broken, flagged or unusual."""
    rng = np.random.default_rng(seed)
    return [_result(i, rng) for i in range(n)]


def _result(i: int, rng: np.random.Generator) -> Result:
    name = f"{FIRST[rng.integers(len(FIRST))]} {LAST[rng.integers(len(LAST))]}"
    student = f"{name} {i}" if i else name
    kind = rng.random()
    base = Result(student, f"class/{i:05d}_kmeans.ipynb", "kmeans", "graded", digests={"submission": f"{i:064x}"}, isolation={"mode": "unprivileged"})
    if kind < 0.04:
        return replace(base, status="needs-human", problem="the file ends in the middle of its JSON; ask for it again")
    if kind < 0.05:
        return replace(base, status="infrastructure-error", problem="the sandbox did not answer twice")
    skill = rng.normal(0.8, 1.3)
    questions = tuple(question_result(q, skill, rng) for q in ASSIGNMENT.questions)
    flags = ("wrote to /etc/passwd: permission denied",) if kind < 0.08 else ()
    cells = (CellNote(6, "error", "NameError: name 'plt' is not defined"),) if kind > 0.93 else ()
    if kind > 0.97:
        flags = ("two cells define `assign_clusters`; the last one counts",)
    answers = {"q7": "The loss never rises, and there are finitely many partitions."}
    seconds = sum(q.seconds for q in questions) + 0.05
    return replace(base, questions=questions, flags=flags, cells=cells, answers=answers, seconds=seconds)


def make_sources(results: list[Result], seed: int = 0) -> dict[str, str]:
    """A source for each result: its own choice among many ways to write each function; the last two are copies."""
    rng = np.random.default_rng(seed)
    sources = {r.file: _own_names("\n\n".join(_function(rng, k) for k in range(6)), rng) for r in results}
    if len(results) > 3:
        first, last = results[1].file, results[-1].file
        sources[last] = sources[first].replace("total", "sum_of_all").replace("point", "person")
    return sources


def _own_names(source: str, rng: np.random.Generator) -> str:
    """The same code with the names that this writer likes."""
    for word in ("total", "point", "labels", "old", "mask", "counts", "pairs", "flat", "best", "one_hot", "d0", "d1", "d2"):
        source = source.replace(word, word + str(rng.integers(12)))
    return source


def _function(rng: np.random.Generator, k: int) -> str:
    """A function in steps, each drawn from several; names are the writer's own."""
    steps = [
        "total = 0.0", "total = np.zeros(len(X))", "d = X[:, None, :] - mu[None, :, :]", "d = np.sum((X - mu[y]) ** 2)",
        "for i, point in enumerate(X):\n        total += float(np.dot(point - mu[y[i]], point - mu[y[i]]))",
        "while not np.array_equal(old, y):\n        old, y = y, np.argmin(((X[:, None] - mu) ** 2).sum(-1), axis=1)",
        "mask = y == j\n    if mask.any():\n        centres[j] = X[mask].mean(axis=0)\n    else:\n        centres[j] = mu[j]",
        "counts = np.bincount(y, minlength=len(mu))", "pairs = {(a, b) for a, b in zip(y1.tolist(), y2.tolist())}",
        "flat = image.reshape(-1, 3).astype(float)", "assert total >= 0, 'the loss is a sum of squares'",
        "best = min(range(len(mu)), key=lambda j: np.linalg.norm(X[0] - mu[j]))", "labels = np.empty(len(X), dtype=int)",
        "one_hot = np.eye(len(mu))[y]\n    sums = one_hot.T @ X", "return palette[labels].reshape(image.shape)",
    ]  # fmt: skip
    chosen = [steps[j].replace("d", f"d{rng.integers(3)}", 1) for j in rng.permutation(len(steps))[:7]]
    return f"def function_{k}(X, mu, y):\n    " + "\n    ".join(chosen) + "\n    return total"
