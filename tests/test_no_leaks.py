"""No solution and no hidden test in anything public: proven on what is shipped, and the proof itself is put to the test."""

import gzip
import html
import io
import json
import zipfile

import pytest

from autograder import leaks, release
from autograder.assignment import ROOT, all_slugs, load
from autograder.zips import zip_of
from book import downloads
from book.notebooks import downloadable
from solutions.variants import load_variants

SLUG = "kmeans"
DIST = ROOT / "dist"


@pytest.fixture(scope="module")
def assignments():
    return [load(slug) for slug in all_slugs()]


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """One assignment, released just now; what `make release` left in dist/ is searched too, for all assignments."""
    folder = tmp_path_factory.mktemp("dist")
    release.release(load(SLUG), folder)
    return folder


def shown(found):
    return "\n".join(f"{leak.file}: {leak.secret}" for leak in found[:20])


def test_every_question_has_secrets_to_look_for(assignments):
    """The search would be worth nothing if it looked for nothing."""
    for assignment in assignments:
        owners = set(leaks.secrets(assignment).values())
        assert f"solutions/{assignment.slug}.py" in owners
        for question in assignment.questions:
            for case in question.cases:
                assert not case.hidden or f"hidden case {case.name} of {assignment.slug}/{question.id}" in owners


def test_the_student_folder_and_zip_hold_none(assignments, dist):
    found = leaks.find(assignments, [dist / SLUG / "student", dist / SLUG / f"{SLUG}.zip", dist / "nbgrader/release"])
    assert not found, shown(found)


def test_the_gradescope_zip_holds_tests_but_no_solution(assignments, dist):
    found = leaks.find(assignments, [dist / SLUG / "gradescope.zip"])
    assert not [leak for leak in found if leak.secret.startswith("solutions/")], shown(found)
    assert [leak for leak in found if leak.secret.startswith("hidden case")], "the hidden tests belong in there"


def test_what_readers_are_given_holds_none(assignments):
    """Sources of pages, demos and notebooks; and the built site with its search index, downloads and maps, where it was built."""
    public = [ROOT / "book", ROOT / "notebooks", ROOT / "README.md", *([DIST / "book"] if (DIST / "book").is_dir() else [])]
    found = leaks.find(assignments, [path for path in public if path.exists()])
    assert not found, shown(found)


@pytest.fixture(scope="module")
def taken_along():
    """Name → zip of every chapter's notebook with its demos, made just now; what the last build made is searched too, above."""
    pages = sorted((ROOT / "book" / "lecture").glob("*.md"))
    return {page.stem: downloads.chapter_zip(page.stem, downloadable(page, f"lecture/{page.stem}.html")) for page in pages}


def test_the_notebooks_and_demos_that_readers_take_with_them_hold_none(assignments, taken_along, tmp_path):
    assert set(taken_along) >= {assignment.slug for assignment in assignments}
    for name, archive in taken_along.items():
        (tmp_path / f"{name}.zip").write_bytes(archive)
    found = leaks.find(assignments, sorted(tmp_path.iterdir()))
    assert not found, shown(found)


@pytest.mark.parametrize("member", [f"{SLUG}/{SLUG}.ipynb", f"{SLUG}/demos/base.py", f"{SLUG}/demos/_dist/food_truck_map.js"])
def test_a_line_planted_into_what_readers_take_with_them_is_found(assignments, taken_along, tmp_path, member):
    line = planted(load(SLUG), "reference")
    with zipfile.ZipFile(io.BytesIO(taken_along[SLUG])) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    if member.endswith(".ipynb"):
        notebook = json.loads(files[member])
        notebook["cells"][0]["source"].append(f"\n\n    {line}\n")
        files[member] = json.dumps(notebook)
    else:
        files[member] += f"\ndef f():\n    {line}\n"
    (tmp_path / "planted.zip").write_bytes(zip_of({name: text.encode() for name, text in files.items()}))
    assert {leak.file for leak in leaks.find(assignments, [tmp_path / "planted.zip"])} == {f"planted.zip!{member}"}


def test_whatever_was_released_into_dist_holds_none(assignments):
    public = [DIST / a.slug / name for a in assignments for name in ("student", f"{a.slug}.zip")]
    found = leaks.find(assignments, [path for path in [*public, DIST / "nbgrader/release"] if path.exists()])
    assert not found, shown(found)


def test_public_cases_do_not_repeat_the_reference(assignments):
    for assignment in assignments:
        secrets = {s: w for s, w in leaks.secrets(assignment).items() if w.startswith("solutions/")}
        for question in assignment.questions:
            for case in question.cases:
                source = leaks.squeezed(case.source)
                assert not [s for s in secrets if s in source], f"{question.id}, {case.name} holds a line of the solution"


# ------------------------------------------------------------------------------- the test of the test


def planted(assignment, kind):
    """A line that must never be public, as its author wrote it."""
    match kind:
        case "reference":
            source = assignment.solution_path.read_text("utf-8")
        case "alternative":
            source = "\n".join(v.source for v in load_variants(assignment.slug, "alternatives"))
        case "hidden case":
            source = "\n".join(c.source for q in assignment.questions for c in q.cases if c.hidden)
    secret = leaks.secrets(assignment)
    return next(s for s in sorted(leaks.statements(source)) if leaks.squeezed(s) in secret)


def as_notebook(line):
    return json.dumps({"cells": [{"source": ["x = 1\n", f"    {line}  # mine"], "outputs": [{"text": line}]}]}).encode()


def as_page(line):
    tokens = "".join(f'<span class="n">{html.escape(part)}</span> ' for part in line.split(" "))
    return f"<html><pre>{tokens}</pre></html>".encode()


def as_source_map(line):
    return json.dumps({"version": 3, "sourcesContent": [json.dumps({"code": f"def f():\n\t{line}\n"})]}).encode()


def as_reformatted(line):
    return line.replace(",", " ,\n        ").replace("'", '"').encode()


def as_gzip(line):
    return gzip.compress(line.encode())


@pytest.mark.parametrize("kind", ["reference", "alternative", "hidden case"])
@pytest.mark.parametrize("wrapped", [as_notebook, as_page, as_source_map, as_reformatted, as_gzip])
def test_a_planted_leak_is_found(tmp_path, kind, wrapped):
    assignment = load(SLUG)
    line = planted(assignment, kind)
    (tmp_path / "site/_static").mkdir(parents=True)
    (tmp_path / "site/_static/innocent.bin").write_bytes(wrapped("print('nothing to see in this line of code')"))
    assert leaks.find([assignment], [tmp_path / "site"]) == []
    (tmp_path / "site/_static/leak.bin").write_bytes(wrapped(line))
    [first, *_] = leaks.find([assignment], [tmp_path / "site"])
    assert first.file == "site/_static/leak.bin"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "site/_static/leak.bin", "deep/leak.bin")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "all.zip", "all.zip")
    [first, *_] = leaks.find([assignment], [tmp_path / "outer.zip"])
    assert first.file == "outer.zip!all.zip!deep/leak.bin"


def test_the_name_of_a_hidden_case_alone_is_found(tmp_path):
    assignment = load(SLUG)
    case = next(c for q in assignment.questions for c in q.cases if c.hidden)
    (tmp_path / "a.py").write_text(f"def {case.name}(f):\n    pass\n", encoding="utf-8")
    [leak] = leaks.find([assignment], [tmp_path / "a.py"])
    assert leak.secret.startswith(f"hidden case {case.name}")
