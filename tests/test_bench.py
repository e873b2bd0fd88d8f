"""The arithmetic of the benchmarks: medians, ratios, percentiles, goals, and what becomes of earlier figures."""

import json
import statistics

import pytest

from tools.bench import __main__ as command
from tools.bench.build import edit_cell, edit_prose
from tools.bench.lighthouse import plain
from tools.bench.papers import scratch
from tools.bench.rows import percentile, ratio_of, row


def test_a_drift_of_the_machine_cancels_in_the_ratio():
    """Every run twice as slow as the one before: the ratio of medians of unlike runs would say something else."""
    assert ratio_of([1, 2, 4, 8], [3, 6, 12, 24]) == 3
    assert ratio_of([1, 10, 1], [2, 10, 5]) == 2
    with pytest.raises(ValueError, match="shorter"):
        ratio_of([1, 2], [1])


@pytest.mark.parametrize(
    ("bound", "met"),
    [({"at_most": 3}, True), ({"at_most": 2.9}, False), ({"at_least": 3}, True), ({"at_least": 3.1}, False), ({"ratio_at_least": 2}, True), ({"ratio_at_least": 2.1}, False)],
)
def test_a_goal_is_met_by_the_median_or_by_the_ratio(bound, met):
    found = row("x", [1, 3, 100], "s", [2, 6, 200], **bound)
    assert (found.ours, found.peer, found.ratio, found.runs, found.met) == (3, 6, 2, 3, met)


def test_without_a_peer_there_is_no_ratio_and_without_a_goal_nothing_to_meet():
    found = row("x", [2.0], "s")
    assert (found.peer, found.ratio, found.goal, found.met) == (None, None, "", None)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 1.0])
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(share):
    values = [7, 1, 9, 3, 3, 8, 2, 6, 5, 4]
    enough = [v for v in values if sum(w <= v for w in values) >= share * len(values)]
    assert percentile(values, share) == min(enough)
    with pytest.raises(ValueError, match="no values"):
        percentile([], share)


def test_a_section_replaces_its_own_rows_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "DIST", tmp_path)
    monkeypatch.setattr(command, "FILE", tmp_path / "bench.json")
    command.store("pages", [row("weight", [1.0], "kB")])
    command.store("cells", [row("cold", [2.0], "s")])
    command.store("pages", [row("weight", [3.0], "kB")])
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert {(r["section"], r["name"], r["ours"]) for r in kept} == {("cells", "cold", 2.0), ("pages", "weight", 3.0)}
    assert {"name", "ours", "peer", "ratio", "unit", "runs"} <= kept[0].keys()


def test_nobody_else_has_a_students_notes_and_they_repeat():
    notes = [scratch(index) for index in range(200)]
    assert len(set(notes)) == 200
    assert notes[7] == scratch(7)
    exec(notes[7], {"np": __import__("numpy")})
    assert statistics.pstdev(map(len, notes)) < 0.2 * statistics.fmean(map(len, notes))


def test_edits_change_what_they_say_and_nothing_else(tmp_path):
    chapter = tmp_path / "chapter.md"
    text = "---\nx: 1\n---\n\n# Title\n\nFirst words.\nMore.\n\n```{code-cell} ipython3\n:tags: [a]\nx = 1\n```\n\nThe end.\n"
    chapter.write_text(text)
    edit_prose(chapter, "Another sentence.")
    assert chapter.read_text() == text.replace("More.\n", "More.\nAnother sentence.\n")
    edit_cell(chapter, "# turn 3")
    assert "```{code-cell} ipython3\n:tags: [a]\n# turn 3\nx = 1\n```" in chapter.read_text()


def test_a_default_book_knows_no_quiz():
    text = "```{quiz} Which? \n- [x] a :: b\n```\n\n```{assignment} kmeans\n```\n"
    assert plain(text) == "```{admonition} Which? \n- [x] a :: b\n```\n\n```{admonition} Assignment kmeans\n```\n"
