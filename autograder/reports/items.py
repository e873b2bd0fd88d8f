"""What the class understood: numbers about questions, checks and misconceptions. Pure functions of the results."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.model import QuestionResult, Result


@dataclass(frozen=True)
class Topic:
    """A question as the reports name it."""

    id: str
    title: str
    max_points: float
    written: bool = False


@dataclass(frozen=True)
class Item:
    """How the class did in one question. Shares are of the points; `None` where nothing was decided yet."""

    topic: Topic
    n: int
    mean_share: float | None
    full: int
    part: int
    none: int
    waiting: int
    discrimination: float | None
    seconds_median: float | None
    seconds_95: float | None


@dataclass(frozen=True)
class Check:
    """How often one check of one question was passed."""

    question: str
    name: str
    hidden: bool
    n: int
    passed: int


@dataclass(frozen=True)
class Misunderstanding:
    """A misconception that the judge recognised, and who holds it."""

    question: str
    name: str
    hint: str
    students: tuple[int, ...]
    """Positions in the list of results."""
    share: float
    """Of the submissions that were graded."""


def topics(assignment: Any, results: Sequence[Result]) -> list[Topic]:
    """The questions, from the assignment where it is known, else from the results, in the order they first appear."""
    if assignment is not None:
        return [Topic(q.id, q.title, float(q.points), q.kind == "written") for q in assignment.questions]
    found: dict[str, Topic] = {}
    for question in (q for r in results for q in r.questions):
        found.setdefault(question.question, Topic(question.question, "", question.max_points, not question.cases))
    return list(found.values())


def graded(results: Iterable[Result]) -> list[Result]:
    """The submissions that the grader could grade; the others say nothing about the questions."""
    return [r for r in results if r.status == "graded"]


def by_id(result: Result) -> dict[str, QuestionResult]:
    return {q.question: q for q in result.questions}


def was_due(results: Iterable[Result]) -> bool:
    """Whether the work had a due date."""
    return any(r.late for r in results)


def finished(results: Sequence[Result], questions: Sequence[Topic]) -> list[Topic]:
    """The questions that nobody is waiting for: decided in every graded submission."""
    waiting = {q.question for r in graded(results) for q in r.questions if q.points is None}
    return [t for t in questions if t.id not in waiting]


def share(result: Result) -> float | None:
    """Points earned over points decided so far; `None` while nothing is decided."""
    decided = result.max_score - result.waiting
    return result.score / decided if decided > 0 else None


def histogram(shares: Sequence[float], bins: int = 10) -> list[int]:
    """How many of `shares` fall in each of `bins` equal parts of [0, 1]; each part has its left end, the last both.

    The small shift keeps 0.3, which is 0.29999… in binary, out of the bin below.
    """
    index = np.clip(np.floor(np.asarray(shares, float) * bins + 1e-9).astype(int), 0, bins - 1)
    return np.bincount(index, minlength=bins).tolist()


def discrimination(scores: np.ndarray, rest: np.ndarray) -> float | None:
    """Corrected item–total correlation: Pearson's r between the points of one question and of all the others.

    "Corrected" because the question itself is left out of the total: with it inside, every question would correlate.
    `scores` and `rest` are (n,). `None` when fewer than three students or no spread leave it undefined.
    """
    if len(scores) < 3 or np.ptp(scores) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(scores, rest)[0, 1])


def item_statistics(questions: Sequence[Topic], results: Sequence[Result]) -> list[Item]:
    """One `Item` for each question, over the graded submissions."""
    done = graded(results)
    total_over = {t.id for t in finished(results, questions)}
    return [_item(topic, done, total_over - {topic.id}) for topic in questions]


def _item(topic: Topic, done: Sequence[Result], others: set[str]) -> Item:
    answers = [(r, by_id(r)[topic.id]) for r in done if topic.id in by_id(r)]
    decided = [(r, q) for r, q in answers if q.points is not None]
    scores = np.array([q.points for _, q in decided], float)
    rest = np.array([sum(q.points or 0.0 for q in r.questions if q.question in others) for r, _ in decided])
    maxima = np.array([q.max_points for _, q in decided], float)
    times = [q.seconds for _, q in answers if q.cases]
    full, none = int(np.sum(scores >= maxima - 1e-9)), int(np.sum(scores <= 1e-9))
    return Item(
        topic=topic,
        n=len(decided),
        mean_share=float(scores.sum() / maxima.sum()) if maxima.sum() > 0 else None,
        full=full,
        part=len(decided) - full - none,
        none=none,
        waiting=len(answers) - len(decided),
        discrimination=discrimination(scores, rest),
        seconds_median=float(np.median(times)) if times else None,
        seconds_95=float(np.quantile(times, 0.95)) if times else None,
    )


def check_statistics(results: Sequence[Result]) -> list[Check]:
    """How many passed each check, in the order of the assignment."""
    seen: Counter = Counter()
    passed: Counter = Counter()
    for question in (q for r in graded(results) for q in r.questions):
        for case in question.cases:
            key = (question.question, case.name, case.hidden)
            seen[key] += 1
            passed[key] += case.passed
    return [Check(*key, n=n, passed=passed[key]) for key, n in seen.items()]


def misunderstandings(results: Sequence[Result]) -> list[Misunderstanding]:
    """The misconceptions found, the most frequent first."""
    n = len(graded(results))
    found: dict[tuple[str, str], tuple[str, list[int]]] = {}
    for i, result in enumerate(results):
        for q in result.questions:
            if q.misconception:
                found.setdefault((q.question, q.misconception), (q.hint or "", []))[1].append(i)
    every = [Misunderstanding(*key, hint, tuple(who), len(who) / max(n, 1)) for key, (hint, who) in found.items()]
    return sorted(every, key=lambda m: (-len(m.students), m.question, m.name))
