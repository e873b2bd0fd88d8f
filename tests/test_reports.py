"""The reports: numbers against scipy, numpy and pandas; files against what Canvas, Gradescope and spreadsheets read."""

import csv
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr

from autograder.errors import GraderFailure
from autograder.model import CaseResult, QuestionResult, Result, to_json
from autograder.naming import safe_name
from autograder.reports import build, exports, files, items, pages, plots, similar, text
from autograder.results import stored
from tests.reports_factory import ASSIGNMENT, make_results, make_sources

ROOT = Path(__file__).parents[1]
TOPICS = items.topics(ASSIGNMENT, [])
CLASS = make_results(60)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def one(**changes) -> Result:
    return replace(Result("Ada", "ada.ipynb", "kmeans", "graded"), **changes)


def graded(results: list[Result]) -> list[Result]:
    return [r for r in results if r.status == "graded"]


def whole(table: files.Table, results: list[Result]) -> str:
    """The text of a table's file."""
    return table.head + table.between.join(map(table.row, results)) + table.tail


def grades_csv() -> str:
    return whole(exports.grades_csv(TOPICS, due=False), CLASS)


def canvas_csv(results: list[Result], title: str) -> str:
    return whole(exports.canvas_csv(TOPICS, items.Survey(TOPICS, results).finished(), title), results)


def decided(results: list[Result]) -> list[Result]:
    """The same class after a human has given 3 points for every written answer."""
    close = lambda q: replace(q, points=3.0) if q.points is None else q
    return [replace(r, questions=tuple(map(close, r.questions))) for r in results]


# ------------------------------------------------------------------------------------------------ text


@pytest.mark.parametrize(
    ("dirty", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("a\x00b\x07c\x08\x7f\x9bK", "abc"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("📊 Zoë 美咲", "📊 Zoë 美咲"),
    ],
)
def test_terminal_codes_and_control_characters_are_stripped(dirty, shown):
    assert text.clean(dirty) == shown


def test_a_flood_is_cut():
    assert len(text.clean("x" * 10**7)) == text.LIMIT


def test_no_direction_override_in_titles():
    assert text.plain("abc\u202egnp.exe\u2066\n x") == "abcgnp.exe x"


def test_backticks_become_code_and_nothing_else_does():
    assert text.prose("use `a < b` and <b>") == "use <code>a &lt; b</code> and &lt;b&gt;"
    assert text.prose("`<script>`\x1b[1m` `") == "<code>&lt;script&gt;</code><code> </code>"


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [("2026-01-22T10:05:00+00:00", "22 January 2026, 10:05 UTC"), ("2026-01-02T03:04", "2 January 2026, 03:04"), ("soon\u202e", "soon")],
)
def test_moments_read_well(stamp, shown):
    assert text.moment(stamp) == shown


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1", "\x1b[1m=1"])
def test_no_cell_becomes_a_formula(start):
    assert text.cell(start).startswith("'")


@given(st.text())
def test_no_text_at_all_becomes_a_formula_or_breaks_the_row(value):
    row = [*csv.reader(io.StringIO(exports.rows_to_csv([[value, 1.5]])))]
    assert len(row) == 1
    assert len(row[0]) == 2
    assert not row[0][0].startswith(text.FORMULA_STARTS)
    assert not re.search(r";\s*[=+\-@]", row[0][0])
    assert not any(ord(c) < 32 and c != "\t" for c in row[0][0])


@pytest.mark.parametrize(("value", "shown"), [(3.0, 3), (2.5, 2.5), (0.1 + 0.2, 0.3), (1 / 3, 0.3333), (-0.0, 0)])
def test_numbers_stay_numbers(value, shown):
    assert text.cell(value) == shown
    assert not isinstance(text.cell(value), str)


# ------------------------------------------------------------------------------------------------ grades.csv


def test_grades_csv_holds_every_submission_and_its_scores():
    frame = pd.read_csv(io.BytesIO(grades_csv().encode()), encoding="utf-8-sig")
    assert list(frame) == ["student", "file", "status", "score", "max_score", "waiting", *(t.id for t in TOPICS), "flags"]
    assert list(frame.student) == [r.student for r in CLASS]
    done = frame[frame.status == "graded"]
    np.testing.assert_allclose(done.score, done[[f"q{i}" for i in range(1, 7)]].sum(axis=1), atol=1e-3)
    assert (frame.max_score == 30).all()
    assert (done.waiting == 4).all()
    assert done.q7.isna().all()


def test_what_was_not_graded_is_blank_and_never_zero():
    frame = pd.read_csv(io.StringIO(grades_csv().lstrip("\ufeff")))
    broken = frame[frame.status != "graded"]
    assert len(broken) == sum(r.status != "graded" for r in CLASS) > 0
    assert broken[["score", "waiting", *(t.id for t in TOPICS)]].isna().all(axis=None)


def test_excel_is_told_that_it_is_utf_8():
    assert grades_csv().encode().startswith(b"\xef\xbb\xbf")


# ------------------------------------------------------------------------------------------------ Canvas, Gradescope, JSON


def canvas_import(content: str) -> tuple[str, float, dict]:
    """What Canvas's importer makes of the file, by the rules of its `lib/gradebook_importer.rb`."""
    head, *rows = csv.reader(io.StringIO(content))
    assert len(head) > 3
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert re.search(r"SIS\s+User\s+ID", head[2])
    assert re.search(r"SIS\s+Login\s+ID", head[3])
    assert "Section" in head[4]
    possible = [r for r in rows if "Points Possible" in r[0]]
    assert possible == rows[:1]
    return head[5], float(possible[0][5]), {(r[0], r[1]): float(r[5]) for r in rows[1:]}


def test_canvas_counts_only_questions_that_nobody_waits_for():
    column, possible, scores = canvas_import(canvas_csv(CLASS, ASSIGNMENT.title))
    assert column == "The k-means algorithm (q1, q2, q3, q4, q5, q6)"
    assert possible == 26
    assert scores == {(r.student, ""): pytest.approx(r.score, abs=1e-3) for r in graded(CLASS)}


def test_canvas_gets_the_whole_score_once_everything_is_decided():
    results = decided(CLASS)
    column, possible, scores = canvas_import(canvas_csv(results, ASSIGNMENT.title))
    assert (column, possible) == ("The k-means algorithm", 30)
    assert list(scores.values()) == pytest.approx([r.score for r in graded(results)], abs=1e-3)


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("lovelaceada_4711_90210_kmeans.ipynb", ("lovelaceada", "4711")),
        ("all.zip!lovelaceada_LATE_4711_90210_kmeans-1.ipynb", ("lovelaceada", "4711")),
        ("ada/kmeans.ipynb", ("Ada", "")),
    ],
)
def test_canvas_gets_its_own_number_of_the_user(file, row):
    result = decided([replace(CLASS[0], student="Ada", file=file)])[0]
    assert list(canvas_import(canvas_csv([result], "K"))[2]) == [row]


def test_nobody_can_pose_as_the_row_of_points_possible():
    result = replace(decided(CLASS)[0], student="    Points Possible")
    assert len(canvas_import(canvas_csv([result], "K"))[2]) == 1


def test_gradescope_adds_up_and_hides_what_is_hidden():
    for result in graded(CLASS):
        record = json.loads(exports.gradescope_json(result, TOPICS))
        assert sum(t["score"] for t in record["tests"]) == pytest.approx(record["score"], abs=1e-3)
        assert record["score"] == pytest.approx(result.score, abs=1e-3)
        assert sum(t["max_score"] for t in record["tests"]) == pytest.approx(result.max_score - result.waiting)
        assert {t["visibility"] for t in record["tests"]} == {"visible", "hidden"}
        hidden = [t for t in record["tests"] if t["visibility"] == "hidden"]
        assert len(hidden) == sum(c.hidden for q in result.questions for c in q.cases)
        assert "far away" not in json.dumps(hidden).lower()
        assert all(t["status"] in ("passed", "failed") for t in record["tests"] if "status" in t)


def test_gradescope_says_that_an_ungraded_submission_waits():
    record = json.loads(exports.gradescope_json(one(status="needs-human", problem="empty file"), TOPICS))
    assert record["tests"] == []
    assert "person" in record["output"]


def test_grades_json_agrees_with_the_results():
    record = json.loads(whole(exports.grades_json(TOPICS, "kmeans", ASSIGNMENT.title, len(CLASS)), CLASS))
    assert record["max_score"] == 30
    for row, result in zip(record["submissions"], CLASS, strict=True):
        graded = result.status == "graded"
        assert row["score"] == (pytest.approx(result.score, abs=1e-3) if graded else None)
        assert row["points"]["q7"] is None


# ------------------------------------------------------------------------------------------------ statistics


def test_histogram_agrees_with_numpy():
    shares = np.random.default_rng(0).uniform(size=500)
    assert items.histogram(shares) == np.histogram(shares, bins=10, range=(0, 1))[0].tolist()


def test_histogram_puts_the_edges_where_they_belong():
    assert items.histogram([i / 10 for i in range(11)]) == [1] * 9 + [2]
    assert items.histogram([1.2, -0.1]) == [1] + [0] * 8 + [1]


def test_discrimination_is_the_correlation_with_the_rest():
    questions = [[q.points for q in r.questions[:6]] for r in graded(CLASS)]
    scores = np.array(questions)
    for j, item in enumerate(items.Survey(TOPICS, CLASS).items()[:6]):
        expected = pearsonr(scores[:, j], np.delete(scores, j, axis=1).sum(axis=1)).statistic
        assert item.discrimination == pytest.approx(expected)


def test_difficulty_times_and_counts_agree_with_pandas():
    rows = [(q.question, q.points, q.max_points, q.seconds) for r in graded(CLASS) for q in r.questions[:6]]
    frame = pd.DataFrame(rows, columns=["q", "points", "most", "seconds"])
    frame["full"], frame["none"] = frame.points == frame.most, frame.points == 0
    for item in items.Survey(TOPICS, CLASS).items()[:6]:
        part = frame[frame.q == item.topic.id]
        assert item.mean_share == pytest.approx((part.points / part.most).mean())
        assert (item.n, item.full, item.none) == (len(part), part.full.sum(), part.none.sum())
        assert item.full + item.part + item.none == item.n
        assert item.seconds_median == pytest.approx(part.seconds.median())
        assert item.seconds_95 == pytest.approx(part.seconds.quantile(0.95))


def test_a_question_that_waits_has_no_difficulty_yet():
    item = items.Survey(TOPICS, CLASS).items()[6]
    assert (item.n, item.mean_share, item.discrimination, item.seconds_median) == (0, None, None, None)
    assert item.waiting == len(graded(CLASS))


@pytest.mark.parametrize("scores", [[1.0], [1.0, 2.0], [3.0, 3.0, 3.0, 3.0]])
def test_discrimination_is_undefined_without_spread_or_students(scores):
    assert items.discrimination(np.array(scores), np.arange(len(scores), dtype=float)) is None


def test_misconceptions_are_counted_by_student():
    found = items.Survey(TOPICS, CLASS).misunderstandings()
    expected = pd.Series([(q.question, q.misconception) for r in CLASS for q in r.questions if q.misconception]).value_counts()
    assert {(m.question, m.name): len(m.students) for m in found} == expected.to_dict()
    assert [len(m.students) for m in found] == sorted(expected, reverse=True)
    for m in found:
        assert all(any(q.misconception == m.name for q in CLASS[i].questions) for i in m.students)
        assert m.share == len(m.students) / len(graded(CLASS))


def test_checks_are_counted_over_the_class():
    for check in items.Survey(TOPICS, CLASS).checks():
        cases = [c for r in CLASS for q in r.questions if q.question == check.question for c in q.cases if c.name == check.name]
        assert (check.n, check.passed) == (len(cases), sum(c.passed for c in cases))


@given(st.floats(1e-4, 1e4))
def test_ticks_are_round_and_reach_the_end(most):
    marks = plots.ticks(most)
    step = marks[1]
    assert marks[0] == 0
    assert marks[-1] >= most * (1 - 1e-9)
    assert marks[-2] < most
    assert 2 <= len(marks) <= 12
    assert float(f"{step:e}".split("e")[0]) in (1, 2, 5)


# ------------------------------------------------------------------------------------------------ similarity


def test_a_copy_with_new_names_is_found_and_nobody_else():
    sources = make_sources(CLASS)
    found = similar.compare(sources)
    assert found.compared == 60
    assert [{p.first, p.second} for p in found.pairs] == [{CLASS[1].file, CLASS[-1].file}]
    assert found.pairs[0].share == 1
    assert len(found.pairs[0].passages[0].splitlines()) > 5


def test_shares_agree_with_counting_sets_pair_by_pair():
    sources = make_sources(CLASS[:20], seed=3)
    lines = [line.strip() for v in sources.values() for line in sorted({line.strip() for line in v.splitlines()})]
    own = {k: "\n".join(x for x in v.splitlines() if x and lines.count(x.strip()) <= 10) for k, v in sources.items()}
    prints = {k: set(similar.winnow(similar.hashes_of(similar.level(v))).tolist()) for k, v in own.items()}
    held = {h: sum(h in p for p in prints.values()) for p in prints.values() for h in p}
    rare = {k: {h for h in p if held[h] <= max(similar.FEW, similar.COMMON * 20)} for k, p in prints.items()}
    pair = similar.compare(sources).pairs[0]
    a, b = rare[pair.first], rare[pair.second]
    assert pair.shared == len(a & b)
    assert pair.share == pytest.approx(len(a & b) / min(len(a), len(b)), abs=1e-4)


@settings(max_examples=50)
@given(st.text(min_size=30, max_size=60), st.text(max_size=80), st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_winnowing_cannot_miss_a_long_passage(shared, a, b, c, d):
    shared = (shared * 2)[: similar.GRAM + similar.WINDOW - 1]
    first, second = (similar.winnow(similar.hashes_of(x)) for x in (a + shared + b, c + shared + d))
    assert np.intersect1d(first, second).size


@given(st.lists(st.sets(st.integers(0, 2**63 - 1) | st.integers(0, 9)), min_size=1, max_size=6), st.integers(1, 4), st.integers(1, 20))
def test_rare_fingerprints_are_counted_as_sets_count_them(sets, most, at_once):
    held = Counter(h for s in sets for h in s)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similar, "AT_ONCE", at_once)
        patch.setattr(similar, "SAMPLED", 2)
        prints = [np.array(list(s), np.int64) for s in sets]
        sizes, shared = similar.rare(prints, np.cumsum([len(s) for s in sets]), most)
    assert sizes.tolist() == [sum(held[h] <= most for h in s) for s in sets]
    both = sum((holds @ holds.T).toarray() for holds in (similar.holders(some, len(sets)) for some in shared))
    expected = [[sum(2 <= held[h] <= most for h in a & b) for b in sets] for a in sets]
    assert both.tolist() == expected


def test_winnowing_keeps_what_copydetect_keeps():
    from copydetect.utils import winnow

    hashes = np.random.default_rng(0).permutation(2000)
    ours, theirs = set(similar.winnow(hashes).tolist()), set(winnow(hashes, similar.WINDOW)[0].tolist())
    assert ours <= theirs
    assert theirs - ours <= set(hashes[: similar.WINDOW - 1].tolist()), "it also winnows the window that is not yet full"


def test_levelling_agrees_with_copydetects_lexer_on_what_copies():
    from copydetect.utils import filter_code

    for a in ("x = foo(y)  # note\nif a_b in 'text': return None", "for i in range(n):\n\ttotal += w[i] ** 2"):
        renamed = re.sub(r"\b(x|y|foo|a_b|i|n|total|w)\b", lambda m: m[0] + "_renamed", a).replace("# note", "# other words")
        assert similar.level(a) == similar.level(renamed)
        assert filter_code(a, "a.py", "python")[0] == filter_code(renamed, "a.py", "python")[0]


def test_neither_the_stub_nor_what_everybody_writes_counts():
    stub = "\n".join(f"step_{i} = compute(step_{i - 1}, weights[{i}], 'given by the assignment')" for i in range(30))
    sources = {f"s{i}": stub + f"\nanswer = {i}" for i in range(5)}
    assert similar.compare(sources, stub).pairs == ()
    assert len(similar.compare(sources).pairs) == 10
    everybody = {f"s{i}": stub for i in range(60)}
    assert similar.compare(everybody).pairs == ()


def test_a_docstring_that_everybody_was_given_does_not_swallow_the_code_after_it():
    """Its lines are common and go; whatever is left of its quotes must not turn the student's own code into one string."""
    given = 'def f(x):\n    """What f does.\n\n    More about it.\n    """\n'
    own = lambda i: "".join(f"    x = x {'+-*/'[(i >> 2 * j) % 4]} {i * j + 3} {'*+/-'[(i >> j) % 4]} {i + j}\n" for j in range(30))
    sources = {f"s{i}": f"{given}{own(i)}    return x\n" for i in range(1, 12)}
    assert similar.compare(sources | {"copy": sources["s7"]}, given).pairs[0].share == 1
    pairs = similar.compare(sources | {"other words": sources["s7"].replace("What f", "I think f")}, given).pairs
    assert [(p.first, p.second, p.share) for p in pairs] == [("other words", "s7", 1.0)]


@pytest.mark.parametrize(("block", "at_once"), [(1, 10**6), (3, 40), (500, 1), (500, 300)])
def test_pairs_are_found_whatever_the_size_of_a_block(monkeypatch, block, at_once):
    sources = make_sources(make_results(12))
    expected = similar.compare(sources)
    monkeypatch.setattr(similar, "BLOCK", block)
    monkeypatch.setattr(similar, "AT_ONCE", at_once)
    monkeypatch.setattr(similar, "SAMPLED", 1)
    assert similar.compare(sources) == expected
    assert expected.pairs


@settings(max_examples=1000)
@given(st.text("'\"\\\n#a", max_size=30))
def test_strings_and_comments_are_where_the_plain_and_slow_pattern_finds_them(source):
    quoted = "|".join(f"{q}(?:{q}{q}.*?(?:{q}{q}{q}|\\Z)|(?:\\\\.|[^{q}\\\\\\n])*{q}?)" for q in "\"'")
    plain = re.compile(f"{quoted}|#[^\n]*", re.DOTALL)
    assert [m.span() for m in similar.PROSE.finditer(source)] == [m.span() for m in plain.finditer(source)]


@pytest.mark.parametrize("source", ["", "   \n", "'''never closed", '"""' * 999, "\x00\ud800", "(" * 5000, "é" * 3000])
def test_no_source_breaks_the_comparison(source):
    assert similar.compare({"a": source, "b": source, "c": "x = 1"}).compared == 3


def test_the_comparison_is_bounded():
    assert "More than" in similar.compare({str(i): "" for i in range(similar.MOST_SUBMISSIONS + 1)}).note


def test_the_comparison_says_the_same_in_every_process():
    code = (
        "from tests.reports_factory import *; from autograder.reports import similar;"
        "print(similar.to_json(similar.compare(make_sources(make_results(12)))))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert similar.from_json(said.pop().decode()).pairs


# ------------------------------------------------------------------------------------------------ pages


def page(result: Result) -> str:
    return pages.student_page(result, TOPICS, ASSIGNMENT.title)


def test_a_student_never_sees_what_is_for_the_instructor():
    for result in graded(CLASS):
        seen = page(replace(result, flags=("SECRET-FLAG",)))
        assert "SECRET-FLAG" not in seen
        for q in result.questions:
            assert not q.misconception or q.misconception not in seen
            assert not q.hint or q.hint in seen.replace("&#39;", "'")
            for c in q.cases:
                assert (text.test_title(c.name) in seen) is not c.hidden
        assert "further check did not" not in seen


def test_further_checks_are_only_counted():
    cases = tuple(CaseResult(f"test_secret_{i}", True, 1, float(i < 3), i < 3, "SECRET") for i in range(4))
    seen = page(one(questions=(QuestionResult("q1", 4, 3.0, cases),)))
    assert "3 of 4 further checks passed" in seen
    assert "secret" not in seen.lower()


def test_messages_of_further_checks_are_shown_only_when_told_to():
    cases = tuple(CaseResult(f"test_{i}", True, 1, 0.0, False, f"MESSAGE {i // 2}") for i in range(4))
    result = one(questions=(QuestionResult("q1", 4, 0.0, cases),))
    assert "MESSAGE" not in page(result) + exports.gradescope_json(result, TOPICS)
    told = pages.student_page(result, TOPICS, "K", show_hidden=True)
    assert [told.count(f"MESSAGE {i}") for i in range(3)] == [1, 1, 0]
    record = json.loads(exports.gradescope_json(result, TOPICS, show_hidden=True))
    assert {t["visibility"] for t in record["tests"]} == {"visible"}


def test_public_messages_cells_and_waiting_points_are_shown():
    result = next(r for r in CLASS if r.cells and any(not c.passed and not c.hidden for q in r.questions for c in q.cases))
    seen = page(result)
    assert "Compare with a sum on paper" in seen
    assert "NameError" in seen
    assert "4 more points wait for a person" in seen


@pytest.mark.parametrize(("status", "words"), [("needs-human", "A person will look at it"), ("infrastructure-error", "not your fault")])
def test_who_was_not_graded_reads_no_zero(status, words):
    seen = page(one(status=status, problem="the reason"))
    assert words in seen
    assert "the reason" in seen
    assert not re.search(r">0<|>0 of", seen)


def test_all_right_is_said():
    cases = (CaseResult("test_a", False, 4, 4.0, True, ""), CaseResult("test_b", True, 0, 0.0, True, ""))
    assert "Everything that was checked is right" in page(one(questions=(QuestionResult("q1", 4, 4.0, cases),)))


def test_rare_flags_come_first():
    results = [one(flags=("everybody",)), one(flags=("everybody", "one", "one")), one()]
    assert items.Survey(TOPICS, results).flags() == [("one", [1]), ("everybody", [0, 1])]


def test_an_unsafe_run_is_written_on_every_page():
    bad = replace(CLASS[0], isolation={"mode": "unsafe"})
    dashboard = whole(pages.class_page([bad], items.Survey(TOPICS, [bad]), "K", None), [bad])
    assert "without isolation" in dashboard
    assert "without isolation" in page(bad)
    assert "without isolation" not in page(CLASS[0])


@pytest.mark.parametrize("results", [[], [one(status="needs-human", problem="empty")], [one()], CLASS[:1], CLASS[:2]])
def test_small_and_empty_classes_have_pages_too(tmp_path, results):
    build(tmp_path, ASSIGNMENT, results)
    assert "<h1>The k-means algorithm</h1>" in (tmp_path / "report/index.html").read_text()
    assert len(list((tmp_path / "report/students").glob("*.html"))) == len(results)


def test_an_assignment_from_elsewhere_is_named_by_its_results(tmp_path):
    build(tmp_path, None, CLASS)
    frame = pd.read_csv(tmp_path / "grades.csv", encoding="utf-8-sig")
    assert [c for c in frame if c.startswith("q")] == [f"q{i}" for i in range(1, 8)]
    assert "<h1>kmeans</h1>" in (tmp_path / "report/index.html").read_text()


# ------------------------------------------------------------------------------------------------ files



def test_results_on_the_disk_give_the_same_reports_as_those_in_memory(tmp_path: Path):
    store(tmp_path / "disk", CLASS)
    build(tmp_path / "memory", ASSIGNMENT, CLASS, make_sources(CLASS), stub="")
    build(tmp_path / "disk", ASSIGNMENT, stored(tmp_path / "disk"), make_sources(CLASS), stub="")
    shutil.rmtree(tmp_path / "disk" / "results")
    assert len(tree(tmp_path / "memory")) > 2 * len(CLASS)
    assert tree(tmp_path / "disk") == tree(tmp_path / "memory")


def test_the_same_results_give_the_same_bytes_and_touch_nothing(tmp_path):
    build(tmp_path, ASSIGNMENT, CLASS, make_sources(CLASS), stub="")
    before, times = tree(tmp_path), {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    build(tmp_path, ASSIGNMENT, random.Random(0).sample(CLASS, len(CLASS)))
    assert tree(tmp_path) == before
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == times


def test_everything_promised_is_there(tmp_path):
    build(tmp_path, ASSIGNMENT, CLASS, make_sources(CLASS), stub="")
    found = set(tree(tmp_path))
    assert {"grades.csv", "exports/canvas.csv", "exports/grades.json", "report/index.html", "report/similar.json"} <= found
    for result in CLASS:
        assert f"report/students/{safe_name(result.student)}.html" in found
        assert f"exports/gradescope/{safe_name(result.student)}.json" in found
    assert len(found) == 5 + 2 * len(CLASS)


def test_pages_of_students_who_left_go_and_other_files_stay(tmp_path):
    build(tmp_path, ASSIGNMENT, CLASS)
    (tmp_path / "report/students/notes.txt").write_text("mine")
    build(tmp_path, ASSIGNMENT, CLASS[:3])
    names = {safe_name(r.student) for r in CLASS[:3]}
    assert {p.name for p in (tmp_path / "report/students").iterdir()} == {f"{n}.html" for n in names} | {"notes.txt"}
    assert {p.stem for p in (tmp_path / "exports/gradescope").iterdir()} == names


@pytest.mark.parametrize(
    "students",
    [
        ["../../etc/passwd", "a/b", "a-b", "a\\b", "A/B"],
        ["😀", "😁", "\u202eevil", "evil"],
        ["CON", "nul.txt", "x" * 300, "x" * 301, ".", ".."],
        ["\ud800", "\x00", " "],
    ],
)
def test_every_name_has_its_own_page_inside_the_folder(tmp_path, students):
    build(tmp_path / "out", ASSIGNMENT, [one(student=s) for s in students])
    assert len(list((tmp_path / "out/report/students").glob("*.html"))) == len(students)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_write_that_fails_says_so_in_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "grades.csv").mkdir()
    with pytest.raises(GraderFailure) as failure:
        files.write(tmp_path / "grades.csv", "x")
    assert "\n" not in str(failure.value)
    assert "grades.csv" in str(failure.value)
    assert [p.name for p in tmp_path.iterdir()] == ["grades.csv"]


def test_a_link_in_the_place_of_a_report_is_replaced_not_followed(tmp_path):
    (tmp_path / "precious.txt").write_text("precious")
    (tmp_path / "grades.csv").symlink_to(tmp_path / "precious.txt")
    files.write(tmp_path / "grades.csv", "precious")
    assert not (tmp_path / "grades.csv").is_symlink()
    files.write(tmp_path / "grades.csv", "other")
    assert (tmp_path / "precious.txt").read_text() == "precious"


def test_a_class_of_a_thousand_is_quick(tmp_path):
    results = make_results(1000)
    started = time.process_time()
    build(tmp_path, ASSIGNMENT, results)
    assert time.process_time() - started < 6, "the aim is 3 s of an idle core; twice that is allowed to a busy one"


# ------------------------------------------------------------------------------------------------ the command


def report(*arguments: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "autograder", "report", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def store(out: Path, results: list[Result]) -> None:
    (out / "results").mkdir(parents=True)
    for result in results:
        (out / "results" / f"{safe_name(result.student)}.json").write_text(to_json(result), encoding="utf-8")


def test_the_command_writes_everything_again(tmp_path):
    store(tmp_path, [replace(r, assignment="made-elsewhere") for r in CLASS])
    run = report(tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "60 results" in run.stdout
    assert (tmp_path / "report/index.html").is_file()


def breaks_nothing(tmp_path: Path) -> None:
    """No results at all."""


def breaks_json(tmp_path: Path) -> None:
    store(tmp_path, CLASS[:2])
    (tmp_path / "results/x.json").write_text("{")


def breaks_by_mixing(tmp_path: Path) -> None:
    store(tmp_path, [CLASS[0], replace(CLASS[1], assignment="other")])


@pytest.mark.parametrize("damage", [breaks_nothing, breaks_json, breaks_by_mixing])
def test_the_command_says_in_one_line_what_is_wrong(tmp_path, damage):
    damage(tmp_path)
    run = report(tmp_path)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert str(tmp_path) in run.stderr
    assert "Traceback" not in run.stderr
