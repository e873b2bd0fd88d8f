"""What the class understood: numbers about questions, checks and misconceptions. All from one walk over the results."""

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
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


def by_id(result: Result) -> dict[str, QuestionResult]:
    return {q.question: q for q in result.questions}


def mode(result: Result) -> str:
    """The mode of the sandbox, in the sandbox's own word; empty where nothing ran."""
    return str(result.isolation.get("mode") or "")


def unsafe(result: Result) -> bool:
    """Whether it was graded without isolation."""
    return mode(result) in ("none", "unsafe")


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


class Survey:
    """One walk over the results: what the reports say of the class as a whole, kept as a few numbers a submission.

    What is said of the questions concerns the submissions that the grader could grade; the others say nothing about them.
    """

    def __init__(self, questions: Sequence[Topic], results: Iterable[Result], files: Collection[str] = ()):
        """`files` names those whose positions are wanted."""
        self.questions, self.files = list(questions), frozenset(files)
        self.n = self.graded = self.flagged = self.waiting = 0
        self.waiting_points = self.total_seconds = 0.0
        self.undecided: set[str] = set()
        self.unsafe = False
        """Whether any submission was graded without isolation."""
        self.modes: set[str] = set()
        """Of the sandbox, in its own words."""
        self.decided: Counter = Counter()
        """How many have how many points decided."""
        self.troubled: list[int] = []
        """Positions of those that could not be graded."""
        self.positions: dict[str, int] = {}
        """Of the wanted files."""
        self.late = Lateness()
        self.scores, self.shares, self.seconds = array("d"), array("d"), array("d")
        self._points, self._maxima, self._times = array("d"), array("d"), array("d")
        """A row for each graded submission, a column for each question; NaN where there is nothing."""
        self._seen: Counter = Counter()
        self._passed: Counter = Counter()
        self._misconceptions: dict[tuple[str, str], tuple[str, list[int]]] = {}
        self._flags: dict[str, list[int]] = {}
        for result in results:
            self._add(result)

    def _add(self, result: Result) -> None:
        if result.file in self.files:
            self.positions.setdefault(result.file, self.n)
        for q in result.questions:
            if q.misconception:
                self._misconceptions.setdefault((q.question, q.misconception), (q.hint or "", []))[1].append(self.n)
        for flag in dict.fromkeys(result.flags):
            self._flags.setdefault(flag, []).append(self.n)
        self.flagged += bool(result.flags)
        self.total_seconds += result.seconds
        self.modes.add(mode(result))
        self.unsafe |= unsafe(result)
        self.late.add(result)
        if result.status == "graded":
            self._add_graded(result)
        else:
            self.troubled.append(self.n)
        self.n += 1

    def _add_graded(self, result: Result) -> None:
        self.graded += 1
        self.waiting += result.waiting > 0
        self.waiting_points += result.waiting
        self.undecided |= {q.question for q in result.questions if q.points is None}
        self.decided[round(result.max_score - result.waiting, 6)] += 1
        self.scores.append(result.score)
        self.seconds.append(result.seconds)
        if (part := share(result)) is not None:
            self.shares.append(part)
        answers = by_id(result)
        for question in (answers.get(topic.id) for topic in self.questions):
            self._maxima.append(question.max_points if question else math.nan)
            self._points.append(question.points if question and question.points is not None else math.nan)
            self._times.append(question.seconds if question and question.cases else math.nan)
        for question in result.questions:
            for case in question.cases:
                key = (question.question, case.name, case.hidden)
                self._seen[key] += 1
                self._passed[key] += case.passed

    def finished(self) -> list[Topic]:
        """The questions that nobody is waiting for: decided in every graded submission."""
        return [t for t in self.questions if t.id not in self.undecided]

    def items(self) -> list[Item]:
        """One `Item` for each question."""
        points, maxima, times = (
            np.array(numbers).reshape(self.graded, len(self.questions)).T for numbers in (self._points, self._maxima, self._times)
        )
        counted = {j for j, topic in enumerate(self.questions) if topic.id not in self.undecided}
        return [
            _item(topic, points[j], maxima[j], times[j], [points[k] for k in sorted(counted - {j})])
            for j, topic in enumerate(self.questions)
        ]

    def checks(self) -> list[Check]:
        """How many passed each check, in the order of the assignment."""
        return [Check(*key, n=n, passed=self._passed[key]) for key, n in self._seen.items()]

    def misunderstandings(self) -> list[Misunderstanding]:
        """The misconceptions found, the most frequent first."""
        n = max(self.graded, 1)
        every = [Misunderstanding(*key, hint, tuple(who), len(who) / n) for key, (hint, who) in self._misconceptions.items()]
        return sorted(every, key=lambda m: (-len(m.students), m.question, m.name))

    def flags(self) -> list[tuple[str, list[int]]]:
        """Each flag with the positions of the results that bear it, the rarest first: what everybody has means little."""
        return sorted(self._flags.items(), key=lambda f: (len(f[1]), f[0]))


class Lateness:
    """Who came late and what it cost."""

    def __init__(self) -> None:
        self.dates: Counter = Counter()
        """When it was due, with how many; empty where nothing was due."""
        self.n = self.unknown = 0
        """Late, and without a time stamp."""
        self.most = self.deducted = self.penalties = 0.0

    def add(self, result: Result) -> None:
        if result.late is None:
            return
        self.dates[result.late.due] += 1
        self.n += bool(result.late.seconds)
        self.most = max(self.most, result.late.seconds or 0.0)
        self.unknown += result.late.seconds is None
        self.penalties += result.penalty
        self.deducted += result.penalty * (result.status == "graded")

    @property
    def due(self) -> str | None:
        """The date of most (a few may have an extension); None where nothing was due."""
        return self.dates.most_common(1)[0][0] if self.dates else None


def _item(topic: Topic, points: np.ndarray, maxima: np.ndarray, times: np.ndarray, others: Sequence[np.ndarray]) -> Item:
    """All (n,), NaN where there is nothing: what was given for this question, could be, the seconds, and what was given for the others."""
    answers, decided, times = int(np.sum(~np.isnan(maxima))), ~np.isnan(points), times[~np.isnan(times)]
    scores, maxima = points[decided], maxima[decided]
    rest = sum((np.nan_to_num(other[decided]) for other in others), np.zeros(len(scores)))
    full, none = int(np.sum(scores >= maxima - 1e-9)), int(np.sum(scores <= 1e-9))
    return Item(
        topic=topic,
        n=len(scores),
        mean_share=float(scores.sum() / maxima.sum()) if maxima.sum() > 0 else None,
        full=full,
        part=len(scores) - full - none,
        none=none,
        waiting=answers - len(scores),
        discrimination=discrimination(scores, rest),
        seconds_median=float(np.median(times)) if len(times) else None,
        seconds_95=float(np.quantile(times, 0.95)) if len(times) else None,
    )
