"""One submission in the sandbox, from its first cell to its last call, through every death of its process.

A cell or a call that takes too long, or that kills its process, costs that cell or that call and no more: a fresh process runs the
notebook again, with only the definitions of the guilty cell (and without it, should that kill again). Restarts and total
time are bounded.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.box import wire
from autograder.errors import GraderFailure
from autograder.model import CellNote
from autograder.sandbox import Box, Child, ChildDied

_PATIENCE = 2.0
"""Seconds for the definitions of a cell, when its whole has proved too much."""
PRINTED = 20_000
"""Characters of what one call prints; the box keeps to it, too, but who knows who answers."""
_GENTLER = {"all": "definitions", "definitions": "nothing"}


@dataclass(frozen=True)
class Answer:
    """What came back from one call or one look at a variable: data, or why there is none. Nothing in it is trusted."""

    kind: str
    """"ok", "raised", "unsendable", "missing"; "timeout", "memory", "killed", "garbled"; "exhausted"."""
    value: bytes | None = None
    """The encoded value of an "ok"; decode it afresh for each use."""
    type: str = ""
    message: str = ""
    where: str | None = None
    left: bytes | None = None
    """Where the call changed its arguments (its own copies; ours are elsewhere): `(args, kwargs)` afterwards, b"" if they cannot cross."""
    generators: tuple = ()
    printed: str = ""
    seconds: float = 0.0

    def decoded(self, caps: wire.Caps = wire.CAPS) -> object:
        return wire.decode(self.value, caps)


class Session:
    """Use as a context manager; on leaving, nothing of the submission is left in the machine."""

    def __init__(self, box: Box, cells: tuple[str, ...]):
        self.box, self.limits, self.cells = box, box.limits, cells
        self.packages = packages_of(cells)
        self.plan = ["all"] * len(cells)
        self.notes: dict[int, CellNote] = {}
        self.deaths: list[str] = []
        """Why processes ended, in order; for the flags."""
        self.names: dict[str, str] = {}
        """What the notebook defines: name -> "callable", "module" or "data"."""
        self.question = ""
        """Ask for the names as they were when this question was checked in the notebook; "" for the end."""
        self.used = 0.0
        self.child: Child | None = None

    def __enter__(self) -> "Session":
        try:
            self._revive()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        if self.child is not None:
            self.child.discard()

    # -------------------------------------------------------------------------------------- calls

    def call(self, name: str, packed: bytes, seconds: float) -> Answer:
        """Call the student's function with encoded `(args, kwargs)`; never raises for anything that the student did."""
        return self._ask("call", name, packed, self.question, seconds=min(seconds, self.limits.call_seconds))

    def get(self, name: str) -> Answer:
        """The value of a variable."""
        return self._ask("get", name, self.question, seconds=self.limits.call_seconds)

    def _ask(self, verb: str, *rest, seconds: float) -> Answer:
        if self.child is None and not self._revive():
            return Answer("exhausted")
        started = time.monotonic()
        try:
            outcome, *parts = self._request(verb, *rest, seconds=seconds)
            answer = _answer(verb, outcome, parts, time.monotonic() - started)
        except ChildDied as death:
            return Answer(death.kind, message=death.detail, seconds=time.monotonic() - started)
        if answer is None:
            self._buried("garbled")
            return Answer("garbled", message="not an answer to what was asked")
        return answer

    def _request(self, verb: str, *rest, seconds: float) -> tuple:
        """One exchange within what is left of the submission's time."""
        started = time.monotonic()
        try:
            left = self.limits.submission_seconds - self.used
            return self.child.ask(verb, *rest, seconds=max(0.001, min(seconds, left)))
        except ChildDied as death:
            self._buried(death.kind)
            raise
        except GraderFailure:
            self.child = None
            raise
        finally:
            self.used += time.monotonic() - started

    def _buried(self, kind: str) -> None:
        self.child.discard()
        self.child = None
        self.deaths.append(kind)

    # -------------------------------------------------------------------------------------- cells

    def _revive(self) -> bool:
        """A process in which the notebook has run, if the bounds allow another; False when they do not."""
        while self.child is None:
            if len(self.deaths) > self.limits.restarts or self.used >= self.limits.submission_seconds:
                self._note_unreached()
                return False
            self.child = self.box.child(self.packages)
            try:
                self._run_cells()
            except ChildDied:
                continue
        return True

    def _run_cells(self) -> None:
        started = time.monotonic()
        for index, source in enumerate(self.cells):
            plan, seconds = self.plan[index], self.limits.cell_seconds
            left = self.limits.cells_seconds - (time.monotonic() - started)
            if plan == "all" and left <= 0:
                plan = "definitions"
                self._note(index, "skipped", "not run, only its definitions: the cells before it took too long")
            if plan != "nothing":
                self._run_cell(index, source, plan, min(seconds, max(left, _PATIENCE)) if plan == "all" else _PATIENCE)
        _, *found = self._request("names", seconds=self.limits.call_seconds)
        self.names = _names(found)

    def _run_cell(self, index: int, source: str, plan: str, seconds: float) -> None:
        try:
            packed = wire.encode((source,))
        except wire.Unsendable:
            self._note(index, "skipped", "not run: the cell is too large")
            self.plan[index] = "nothing"
            return
        try:
            outcome, *rest = self._request("cell", index, packed, plan == "definitions", seconds=seconds)
        except ChildDied as death:
            self.plan[index] = _GENTLER[plan]
            self._note(index, "timeout" if death.kind == "timeout" else "killed", _DEATHS[death.kind].format(seconds=seconds))
            raise
        if outcome == "raised" and len(rest) >= 3:
            type_, message, where = rest[:3]
            self._note(index, "error", f"{where or f'<cell {index + 1}>'}: {type_}: {message}")

    def _note(self, index: int, kind: str, message: str) -> None:
        """The first thing that went wrong with a cell is the one that helps."""
        self.notes.setdefault(index, CellNote(index, kind, message))

    def _note_unreached(self) -> None:
        if not self.names:
            for index in range(len(self.cells)):
                self._note(index, "skipped", "not reached: the cells before it used up the time or the restarts")


_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([^\W\d]\w*)", re.M)


def packages_of(cells: Iterable[str]) -> frozenset[str]:
    """The packages that lines of the cells seem to import; a line of a docstring that looks like it does no harm."""
    return frozenset(name for source in cells for name in _IMPORT.findall(source))


_DEATHS = {
    "timeout": "stopped after {seconds:g} seconds; only its definitions were kept",
    "memory": "stopped: it used more memory than there is; only its definitions were kept",
    "killed": "ended its own process (a crash, or an exit); only its definitions were kept",
    "garbled": "sent what is not an answer; only its definitions were kept",
}


def _names(found: list) -> dict[str, str]:
    if len(found) == 1 and type(found[0]) is dict:
        return {k: v for k, v in found[0].items() if type(k) is str and v in ("callable", "module", "data")}
    return {}


def _answer(verb: str, outcome: str, parts: list, seconds: float) -> Answer | None:
    """The answer in our own form; None if it does not fit what was asked."""
    left, generators, printed = None, (), ""
    if verb == "call" and outcome != "missing":
        if len(parts) < 3 or [type(part) for part in parts[-2:]] != [list, str] or type(parts[-3]) not in (bytes, type(None)):
            return None
        *parts, left, generators, printed = parts
        printed = printed[:PRINTED]
    common = {"left": left, "generators": tuple(generators), "printed": printed, "seconds": seconds}
    if outcome == "ok" and len(parts) == 1 and type(parts[0]) is bytes:
        return Answer("ok", value=parts[0], **common)
    if outcome == "raised" and len(parts) == 3:
        return Answer("raised", type=parts[0], message=parts[1], where=parts[2], **common)
    if outcome == "unsendable" and len(parts) == 1:
        return Answer("unsendable", message=parts[0], **common)
    return Answer("missing", **common) if outcome == "missing" and not parts else None
