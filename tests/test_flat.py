"""The main process needs no more memory for a large class than for a small one, but for a few words a student."""

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import grade, gradebook, intake, results
from autograder.assignment import load
from autograder.pool import Outcome
from autograder.reports import similar
from tests.reports_factory import make_results

FEW, MANY = 20, 160
BOUND = 1600
"""Bytes of one more student: a tenth of what the process needs anyway, for a class of 10,000."""


def code(i: int) -> str:
    """Twelve lines that nobody else writes."""
    return "\n".join(f"value_{j} = {i * j + 3} * first[{i}] - {(i + 7) * (j + 1)} / second({j})" for j in range(12))


def traced_peak(folder: Path, n: int) -> int:
    """The most bytes that Python's objects and arrays hold at a time from the look at the submissions to the last report."""
    submissions, out = folder / "submissions", folder / "out"
    submissions.mkdir(parents=True)
    with results.locked(out):
        for result in make_results(n):
            results.write(out, result)
            (submissions / f"{result.student}.ipynb").touch()
        gradebook.prepare(out)
        assignment = load("kmeans")
        tracemalloc.start()
        hand_ins = intake.scan(submissions)
        tally = grade.Tally(len(hand_ins))
        for i, hand_in in enumerate(hand_ins):
            stored = results.read(out, hand_in.student)
            tally.add(Outcome(replace(stored, file=hand_in.entries[0].name), stored, True, code(i)))
        hand_ins.clear()
        survey = grade._publish(out, assignment, tally, "never")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert survey.n == tally.done == n
    assert len(list((out / "report" / "students").iterdir())) == n
    return peak


def test_one_more_student_takes_a_few_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(similar, "AT_ONCE", 500)  # so that a small class, too, is looked at in many portions
    monkeypatch.setattr(similar, "BLOCK", 20)
    monkeypatch.setattr(gradebook, "CHUNK", 5)
    traced_peak(tmp_path / "first", 10)  # what is loaded or made once
    small, large = traced_peak(tmp_path / "small", FEW), traced_peak(tmp_path / "large", MANY)
    assert (large - small) / (MANY - FEW) < BOUND
