"""The two things that travel through the grader: a submission on its way in, a result on its way out.

Both are plain data. A submission holds text that a student wrote and is never executed outside the sandbox;
a result holds only what an instructor may store. `to_json`/`from_json` are the one place that knows the file format.
"""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Literal

SCHEMA = 1

Status = Literal["graded", "needs-human", "infrastructure-error"]


@dataclass(frozen=True)
class Submission:
    """What intake makes of one file: the sources of its code cells and its written answers, nothing else."""

    student: str
    """Who handed it in, as the file or folder name tells (Canvas, Gradescope, nbgrader and plain naming)."""
    file: str
    """Where it was found, relative to the folder or zip that was given; inside a zip after a `!`."""
    digest: str
    """SHA-256 of cells and answers (of the raw bytes where the file could not be read)."""
    cells: tuple[str, ...] = ()
    """Sources of the code cells, in order."""
    answers: dict[str, str] = field(default_factory=dict)
    """Markdown of each written answer, by question id."""
    problem: str | None = None
    """Why it cannot be graded, in one sentence for a person; None when it can."""
    notes: tuple[str, ...] = ()
    """What intake noticed and tolerated ("UTF-16, read as such"), for the flags."""
    submitted_at: str | None = None
    """ISO 8601 time stamp where the naming or a time-stamp file tells."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One test case of one question."""

    name: str
    hidden: bool
    points: float
    earned: float
    passed: bool
    message: str
    """For the student. A hidden case never says what it tested."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class QuestionResult:
    question: str
    max_points: float
    points: float | None
    """None: waits for a human (a written answer)."""
    cases: tuple[CaseResult, ...] = ()
    hint: str | None = None
    """The hint of the misconception that gives the same wrong answers."""
    misconception: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CellNote:
    """A cell that did not run to its end."""

    index: int
    kind: Literal["error", "timeout", "killed", "skipped"]
    message: str


@dataclass(frozen=True, slots=True)
class Late:
    """How late a submission was, and what that costs. Worked out when reports are written, never stored with a result."""

    due: str
    """ISO 8601: when it was due for this student."""
    seconds: float | None
    """After the due date; 0: in time; None: nobody knows."""
    penalty: float = 0.0
    """Points deducted, at most the score."""


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that grading one submission came to; one JSON file each."""

    student: str
    file: str
    assignment: str
    status: Status
    questions: tuple[QuestionResult, ...] = ()
    problem: str | None = None
    """Why a human is needed or what failed in the grader."""
    flags: tuple[str, ...] = ()
    """Short notes with evidence for the instructor."""
    cells: tuple[CellNote, ...] = ()
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of `submission`, `tests`, `reference` and `environment`: the key for resuming."""
    isolation: dict = field(default_factory=dict)
    """Level of isolation and limits that were in force."""
    answers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    submitted_at: str | None = None
    schema: int = SCHEMA
    late: Late | None = None
    """None where no due date was given, and in every stored result."""

    @property
    def raw_score(self) -> float:
        """Points earned so far; what waits for a human counts nothing yet."""
        return sum(q.points or 0.0 for q in self.questions)

    @property
    def penalty(self) -> float:
        """Points deducted for being late."""
        return self.late.penalty if self.late else 0.0

    @property
    def score(self) -> float:
        """The points that count: those earned so far, less those deducted."""
        return max(0.0, self.raw_score - self.penalty) if self.penalty else self.raw_score

    @property
    def max_score(self) -> float:
        return sum(q.max_points for q in self.questions)

    @property
    def waiting(self) -> float:
        """Points that a human has still to give."""
        return sum(q.max_points for q in self.questions if q.points is None)


def to_json(result: Result) -> str:
    """One result as stable, readable JSON: the same result gives the same bytes."""
    record = dataclasses.asdict(result)
    del record["late"]
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def from_json(text: str) -> Result:
    """The inverse of `to_json`. Raises ValueError when the text is no result of this schema."""
    raw = json.loads(text)
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        raise ValueError(f"not a result of schema {SCHEMA}")
    questions = tuple(QuestionResult(**{**q, "cases": tuple(CaseResult(**c) for c in q["cases"])}) for q in raw.pop("questions"))
    cells = tuple(CellNote(**c) for c in raw.pop("cells"))
    raw["flags"] = tuple(raw["flags"])
    return Result(questions=questions, cells=cells, **raw)
