"""Intake against files as students and learning platforms really make them, and against files made to break it."""

import io
import json
import os
import pickle
import random
import socket
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import intake, naming, notebook_reader
from autograder.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def notebook(*sources: str, **changes: object) -> bytes:
    """A notebook as nbformat itself writes it."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    made = nbformat.v4.new_notebook(cells=cells)
    made.update(changes)
    return json.dumps(made).encode()


def zipped(members: dict[str, bytes], **options: object) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, **options)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for submissions, with a file beside it that nobody may read."""
    (tmp_path / "secret.ipynb").write_bytes(notebook("secret"))
    made = tmp_path / "submissions"
    made.mkdir()
    return made


def put(folder: Path, path: str, data: bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def read(folder: Path, assignment: str | None = "kmeans") -> dict:
    return {s.student: s for s in intake.read(folder, assignment)}


def only(folder: Path):
    [submission] = intake.read(folder, "kmeans")
    return submission


# ------------------------------------------------------------------------------------------- what is graded


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (notebook("x = 1"), None),
        (b"\xef\xbb\xbf" + notebook("x = 1"), "byte-order mark"),
        (notebook("x = 1").decode().encode("utf-16"), "UTF-16"),
        (notebook("x = 1").decode().encode("utf-16-le"), "UTF-16"),
        (notebook("x = 1").decode().encode("utf-16-be"), "UTF-16"),
        (notebook("x = 1").decode().encode("utf-32"), "UTF-32"),
        (notebook("x = 1", nbformat_minor=99), "format 4.99"),
        (notebook("x = 1", nbformat=7), "format 7"),
        (notebook("x = 1", nbformat=[[1]], nbformat_minor={}), "format unknown"),
        (notebook("x = 1", metadata={"kernelspec": {"name": "ir", "language": "R"}}), "kernel"),
        (notebook("x = 1", metadata={"kernelspec": {"name": "julia-1.9"}}), "kernel"),
        (notebook("x = 1", metadata={"kernelspec": {"name": "python3"}}), None),
        (notebook("x = 1", metadata=[]), None),
        (zipped({"work/kmeans.ipynb": notebook("x = 1"), "work/data.csv": b"1"}), "not called .ipynb|None"),
    ],
)
def test_unusual_but_honest_files_are_read(folder: Path, data: bytes, note: str | None):
    put(folder, "ada.ipynb", data)
    submission = only(folder)
    assert submission.problem is None
    assert submission.cells == ("x = 1",)
    assert submission.student == "ada"
    if note is None:
        assert submission.notes == ()
    elif "|" not in note:
        assert any(note in n for n in submission.notes), submission.notes


def test_formats_1_to_3_are_read(folder: Path):
    old = nbformat.convert(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1\ny = 2")]), 3)
    put(folder, "three.ipynb", json.dumps(old).encode())
    two = {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1\ny = 2"}]}]}
    put(folder, "two.ipynb", json.dumps(two).encode())
    put(folder, "one.ipynb", json.dumps({"nbformat": 1, "cells": [{"cell_type": "code", "code": "x = 1\ny = 2"}]}).encode())
    for submission in intake.read(folder):
        assert submission.cells == ("x = 1\ny = 2",), submission
        assert any("notebook format" in note for note in submission.notes)


def test_sources_as_lists_of_lines_and_repeated_cells(folder: Path):
    cell = {"cell_type": "code", "id": "same", "source": ["x = 1\n", "y = 2"], "outputs": [], "metadata": {}}
    put(folder, "ada.ipynb", json.dumps({"cells": [cell, cell], "nbformat": 4, "metadata": {}}).encode())
    assert only(folder).cells == ("x = 1\ny = 2",) * 2


def test_written_answers_are_found_by_nbgrader_metadata(folder: Path):
    meta = {"nbgrader": {"grade_id": "q7", "grade": True, "solution": True, "points": 4, "schema_version": 3}}
    cells = [nbformat.v4.new_markdown_cell("because 📉", metadata=meta), nbformat.v4.new_markdown_cell("a heading")]
    put(folder, "ada.ipynb", json.dumps(nbformat.v4.new_notebook(cells=cells)).encode())
    assert only(folder).answers == {"q7": "because 📉"}


def test_cells_that_only_draw_are_passed_over(folder: Path):
    cells = [nbformat.v4.new_code_cell("x = 1"), nbformat.v4.new_code_cell("plot(x)", metadata={"tags": ["otter_ignore"]})]
    put(folder, "mia.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode())
    assert only(folder).cells == ("x = 1",)


def test_fifty_megabytes_of_output_cost_nothing(folder: Path):
    made = json.loads(notebook("x = 1", "y = 2"))
    made["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ['tricky " ] } \\ "\n'] * 2_200_000}]
    data = json.dumps(made, indent=1).encode()
    assert len(data) > 50_000_000
    put(folder, "ada.ipynb", data)
    del made
    tracemalloc.start()
    submission = only(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert submission.cells == ("x = 1", "y = 2")
    assert peak < 3 * len(data), f"{peak / 1e6:.0f} MB"


def test_the_word_outputs_inside_code_is_left_alone(folder: Path):
    source = 'data = {"outputs": [1, 2, {"attachments": []}]}\nprint("\\"outputs\\": [")'
    put(folder, "ada.ipynb", notebook(source, 'x = "\\\\"'))
    assert only(folder).cells == (source, 'x = "\\\\"')


def test_a_script_is_read_as_cells(folder: Path):
    put(folder, "ada.py", b"import numpy as np\n# %%\nx = 1\n# %% [markdown]\n# words\n# %% more\ny = 2\n")
    submission = only(folder)
    assert submission.cells == ("import numpy as np", "x = 1", "y = 2")
    assert "Python script" in submission.notes[0]


def test_same_work_same_digest_whatever_the_outputs(folder: Path):
    put(folder, "a.ipynb", notebook("x = 1"))
    made = json.loads(notebook("x = 1"))
    made["cells"][0] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}], "execution_count": 9}
    put(folder, "b.ipynb", json.dumps(made, indent=4).encode())
    put(folder, "c.ipynb", notebook("x = 2"))
    a, b, c = intake.read(folder)
    assert a.digest == b.digest != c.digest


# -------------------------------------------------------------------------------------- what needs a human

UNREADABLE = {
    "truncated": (notebook("x = 1" * 50)[:200], "cut off"),
    "truncated in an output": (notebook("x").replace(b'"outputs": []', b'"outputs": [{"text": ["a'), "cut off"),
    "empty": (b"", "0 bytes"),
    "blank": (b"  \n", "not JSON"),
    "docx": (zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), "Office document"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "Word"),
    "html": (b"<!DOCTYPE html><html></html>", "web page"),
    "pdf": (b"%PDF-1.4", "PDF"),
    "image": (b"\x89PNG\r\n", "image"),
    "gzip": (b"\x1f\x8b\x08", "gzip"),
    "invalid UTF-8": (notebook("x = 'HERE'").replace(b"HERE", b"\xff\xfe"), "UTF-8"),
    "invalid UTF-16": (b"\xff\xfe" + notebook("x").decode().encode("utf-16-le") + b"\x00", "UTF-16"),
    "JSON of something else": (b'{"a": 1}', "not a notebook"),
    "a list": (b"[1, 2]", "not a notebook|not JSON"),
    "nested": (b'{"cells":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested"),
    "nested outputs": (b'{"cells":[{"outputs":' + b"[" * 3_000_000, "absurdly nested"),
    "huge number": (b'{"cells": [], "nbformat": ' + b"9" * 50_000 + b"}", "absurd number"),
    "too many cells": (json.dumps({"cells": [{"cell_type": "code", "source": "1"}] * 3000}).encode(), "3000 cells"),
    "cells that are no list": (b'{"cells": 5}', "no list"),
    "zip without notebook": (zipped({"a.pdf": b"%PDF"}), "PDF"),
    "empty zip": (zipped({}), "no notebook"),
    "two notebooks": (zipped({"a.ipynb": notebook("1"), "b.ipynb": notebook("2")}), "more than one notebook"),
    "broken zip": (zipped({"a.ipynb": notebook("1" * 500)})[:90], "broken zip"),
    "zip in zip in zip in zip": (zipped({"a.zip": zipped({"a.zip": zipped({"a.zip": zipped({"a.ipynb": notebook("1")})})})}), "zip inside"),
    "bzip2 member": (zipped({"a.ipynb": notebook("1")}, compress_type=zipfile.ZIP_BZIP2), "unusual method"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_says_why(folder: Path, kind: str):
    data, words = UNREADABLE[kind]
    put(folder, "ada.ipynb", data)
    put(folder, "bob.ipynb", notebook("x = 1"))
    found = read(folder)
    problem = found["ada"].problem
    assert problem is not None
    assert any(word in problem for word in words.split("|")), problem
    assert problem.startswith(("ada.ipynb", "The zip ada.ipynb"))
    assert "\n" not in problem
    assert found["ada"].cells == ()
    assert len(found["ada"].digest) == 64
    assert found["bob"].cells == ("x = 1",)


def test_password_protected_zip(folder: Path):
    data = bytearray(zipped({"a.ipynb": notebook("1")}))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the "encrypted" bit in both headers
        data[data.index(signature) + offset] |= 1
    put(folder, "ada.zip", bytes(data))
    assert "password" in only(folder).problem


def test_links_pipes_and_sockets_are_not_opened(folder: Path, tmp_path: Path):
    os.symlink(tmp_path / "secret.ipynb", folder / "link.ipynb")
    os.symlink(tmp_path, folder / "linked folder")
    os.mkfifo(folder / "pipe.ipynb")
    here = os.getcwd()
    os.chdir(folder)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.ipynb")
        os.chdir(here)
        found = read(folder)
    assert "symbolic link" in found["link"].problem
    assert "symbolic link" in found["linked folder"].problem
    assert "named pipe" in found["pipe"].problem
    assert "socket" in found["socket"].problem
    assert not any(submission.cells for submission in found.values())


def test_a_link_inside_a_students_folder_or_zip_is_not_followed(folder: Path, tmp_path: Path):
    (folder / "ada").mkdir()
    os.symlink(tmp_path / "secret.ipynb", folder / "ada" / "kmeans.ipynb")
    info = zipfile.ZipInfo("kmeans.ipynb")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, str(tmp_path / "secret.ipynb"))
    put(folder, "bob.zip", buffer.getvalue())
    assert all("symbolic link" in s.problem for s in intake.read(folder))


def test_a_swapped_file_is_refused_at_the_moment_of_opening(folder: Path, tmp_path: Path):
    put(folder, "ada.ipynb", notebook("x = 1"))
    [hand_in] = intake.scan(folder)
    (folder / "ada.ipynb").unlink()
    os.symlink(tmp_path / "secret.ipynb", folder / "ada.ipynb")
    assert intake.load(hand_in).problem is not None
    (folder / "ada.ipynb").unlink()
    os.mkfifo(folder / "ada.ipynb")
    assert "named pipe" in intake.load(hand_in).problem
    (folder / "ada.ipynb").unlink()
    assert intake.load(hand_in).problem is not None


def test_too_large_files_are_refused_without_reading_them_whole(folder: Path):
    with open(folder / "ada.ipynb", "wb") as file:
        file.truncate(5 * 2**30)  # sparse
    assert "larger than" in only(folder).problem


# ------------------------------------------------------------------------------------------------------ zips


def test_zip_bomb_costs_no_more_than_the_limit(folder: Path):
    huge = zipped({"kmeans.ipynb": bytes(notebook_reader.FILE_LIMIT + 10)})
    assert len(huge) < 200_000
    put(folder, "bomb.zip", huge)
    put(folder, "beside.zip", zipped({"kmeans.ipynb": notebook("x = 1"), "bomb.bin": bytes(300 * 2**20)}))
    tracemalloc.start()
    found = read(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "unpacked" in found["bomb"].problem
    assert found["beside"].cells == ("x = 1",)
    assert peak < 4 * notebook_reader.FILE_LIMIT


def test_zip_with_a_lying_directory_of_millions(folder: Path):
    put(folder, "ada.zip", b"PK\3\4" + b"PK\1\2" * 10_000 + b"PK\5\6" + bytes(18))
    assert "more than" in only(folder).problem


def test_unsafe_paths_are_only_names(folder: Path, tmp_path: Path):
    before = sorted(tmp_path.rglob("*"))
    put(folder, "ada.zip", zipped({"../../kmeans.ipynb": notebook("x = 1"), "/etc/evil": b"", "C:\\evil": b""}))
    submission = only(folder)
    assert submission.cells == ("x = 1",)
    assert submission.file == "ada.zip!kmeans.ipynb"
    assert any("unsafe" in note for note in submission.notes)
    assert sorted(tmp_path.rglob("*")) == [*before, folder / "ada.zip"] or (folder / "ada.zip").exists()
    assert not (tmp_path / "kmeans.ipynb").exists()


def test_mac_zip_and_nested_zip(folder: Path):
    mac = {"hw/kmeans.ipynb": notebook("x"), "__MACOSX/hw/._kmeans.ipynb": b"\0\5", "hw/.ipynb_checkpoints/kmeans.ipynb": notebook("y")}
    put(folder, "mac.zip", zipped(mac))
    put(folder, "nested.zip", zipped({"inner.zip": zipped({"kmeans.ipynb": notebook("x")})}))
    assert [s.cells for s in intake.read(folder)] == [("x",), ("x",)]
    assert only_file(folder, "nested") == "nested.zip!inner.zip!kmeans.ipynb"


def only_file(folder: Path, student: str) -> str:
    return read(folder)[student].file


def test_two_copies_of_the_same_notebook_are_one(folder: Path):
    put(folder, "ada.zip", zipped({"a.ipynb": notebook("x"), "b.ipynb": notebook("x")}))
    submission = only(folder)
    assert submission.cells == ("x",)
    assert "copies" in submission.notes[0]


def test_a_class_in_a_zip_reads_as_the_folder_does(folder: Path, tmp_path: Path):
    put(folder, "ada.ipynb", notebook("a"))
    put(folder, "bob/kmeans.ipynb", notebook("b"))
    put(folder, "carol.zip", zipped({"kmeans.ipynb": notebook("c")}))
    put(folder, "dan.ipynb", b"")
    packed = tmp_path / "class.zip"
    packed.write_bytes(zipped({str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}))
    assert intake.read(packed) == intake.read(folder)
    wrapped = tmp_path / "wrapped.zip"
    wrapped.write_bytes(zipped({f"hw1/{p.relative_to(folder)}": p.read_bytes() for p in folder.rglob("*") if p.is_file()}))
    assert [(s.student, s.cells) for s in intake.read(wrapped)] == [(s.student, s.cells) for s in intake.read(folder)]


def test_hand_ins_travel_to_other_processes(folder: Path):
    put(folder, "ada.ipynb", notebook("a"))
    [hand_in] = intake.scan(folder)
    assert intake.load(pickle.loads(pickle.dumps(hand_in))).cells == ("a",)


# ---------------------------------------------------------------------------------------------------- naming


def test_canvas_latest_version_counts(folder: Path):
    put(folder, "doejane_12345_67890_kmeans.ipynb", notebook("first"))
    put(folder, "doejane_12345_67999_kmeans-1.ipynb", notebook("second"))
    put(folder, "doejane_LATE_12345_70000_kmeans-10.ipynb", notebook("third"))
    put(folder, "doejane_22222_67891_kmeans.ipynb", notebook("a namesake"))
    found = read(folder)
    assert found["doejane_12345"].cells == ("third",)
    assert any("late" in note for note in found["doejane_12345"].notes)
    assert any("kmeans-1.ipynb" in note for note in found["doejane_12345"].notes)
    assert found["doejane_22222"].cells == ("a namesake",)


def test_canvas_notebook_with_a_report_beside_it(folder: Path):
    put(folder, "doejane_12345_67890_kmeans.ipynb", notebook("x"))
    put(folder, "doejane_12345_67891_report.pdf", b"%PDF")
    assert only(folder).cells == ("x",)


def test_canvas_two_different_notebooks_need_a_human(folder: Path):
    put(folder, "doejane_12345_67890_kmeans.ipynb", notebook("x"))
    put(folder, "doejane_12345_67891_scratch.ipynb", notebook("y"))
    assert "more than one notebook" in only(folder).problem


def test_gradescope_metadata_tells_names_times_and_groups(folder: Path):
    put(folder, "submission_1/kmeans.ipynb", notebook("a"))
    put(folder, "submission_2/deep/kmeans.ipynb", notebook("b"))
    put(folder, "submission_3/kmeans.ipynb", notebook("c"))
    put(folder, "submission_4/kmeans.ipynb", notebook("d"))
    put(folder, "submission_metadata.yml", GRADESCOPE.encode())
    found = read(folder)
    assert set(found) == {"Ada Lovelace", "Bo Li (11)", "Bo Li (12)", "submission_4"}
    assert found["Ada Lovelace"].cells == ("a",)
    assert found["Ada Lovelace"].submitted_at == "2026-01-05T16:13:54.186000+00:00"
    assert found["Bo Li (11)"].cells == found["Bo Li (12)"].cells == ("c",)
    assert "together with Bo Li (12)" in found["Bo Li (11)"].notes[0]
    assert "does not tell" in found["submission_4"].notes[0]


GRADESCOPE = """---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '10'
    :email: ada@example.edu
  :created_at: 2026-01-05 16:13:54.186000000 Z
  :score: !ruby/object:BigDecimal 18:0.1e1
submission_2:
  :submitters:
  - :name: Bo Li
    :sid: '11'
  :created_at: 2026-01-05 10:00:00.000000000 Z
submission_3:
  :submitters:
  - :name: Bo Li
    :sid: '11'
  - :name: Bo Li
    :sid: '12'
  :created_at: 2026-01-06 10:00:00.000000000 Z
"""


def test_broken_gradescope_metadata_is_one_clear_line(folder: Path):
    put(folder, "submission_1/kmeans.ipynb", notebook("a"))
    put(folder, "submission_metadata.yml", b"---\na: [")
    with pytest.raises(CourseError, match="not readable YAML"):
        intake.read(folder)


@pytest.mark.parametrize("given", ["", "submitted"])
def test_nbgrader_tree(folder: Path, given: str):
    put(folder, "submitted/hacker/kmeans/kmeans.ipynb", notebook("x"))
    put(folder, "submitted/hacker/kmeans/timestamp.txt", b"2026-02-02 15:58:23.948203 America/Los_Angeles\n")
    put(folder, "submitted/hacker/other/other.ipynb", notebook("y"))
    put(folder, "submitted/bitdiddle/kmeans/kmeans.ipynb", notebook("z"))
    put(folder, "source/kmeans/kmeans.ipynb", notebook("the solution"))
    put(folder, "autograded/hacker/kmeans/kmeans.ipynb", notebook("old"))
    found = read(folder / given)
    assert {name: s.cells for name, s in found.items()} == {"hacker": ("x",), "bitdiddle": ("z",)}
    assert found["hacker"].submitted_at == "2026-02-02T23:58:23.948203+00:00"


def test_nbgrader_tree_without_the_assignment_asks(folder: Path):
    put(folder, "submitted/hacker/ps1/kmeans.ipynb", notebook("x"))
    assert read(folder)["hacker"].cells == ("x",)
    put(folder, "submitted/hacker/ps2/kmeans.ipynb", notebook("y"))
    with pytest.raises(CourseError, match="ps1, ps2"):
        intake.read(folder, "kmeans")


def test_moodle_blackboard_and_otter(folder: Path):
    put(folder, "Jane Doe_123_assignsubmission_file_/kmeans.ipynb", notebook("m"))
    put(folder, "Bo Li_124_assignsubmission_file_kmeans.ipynb", notebook("n"))
    put(folder, "Homework 3_jdoe_attempt_2026-01-30-12-00-00_kmeans.ipynb", notebook("old"))
    put(folder, "Homework 3_jdoe_attempt_2026-01-31-12-00-00_kmeans.ipynb", notebook("new"))
    put(folder, "Homework 3_jdoe_attempt_2026-01-31-12-00-00.txt", b"Name: Jane")
    put(folder, "kim/kmeans_2026_01_31T12_00_00_123456.zip", zipped({"kmeans.ipynb": notebook("o"), "__zip_filename__": b"k", ".OTTER_LOG": b"\x80\x04"}))
    found = read(folder)
    assert {n: s.cells[0] for n, s in found.items()} == {"Jane Doe_123": "m", "Bo Li_124": "n", "jdoe": "new", "kim": "o"}
    assert found["kim"].submitted_at == "2026-01-31T12:00:00+00:00"


def test_plain_names_survive(folder: Path):
    names = ["km (1)", "Zoë", "김철수", "محمد", "😀", "a.b", "-rf", "=1+1", "<script>", "x" * 200]
    for name in names:
        put(folder, f"{name}.ipynb", notebook(name))
    assert {name: s.cells[0] for name, s in read(folder).items()} == {name: name for name in names}


def test_names_that_could_command_a_terminal_are_shown_harmlessly_and_stay_distinct(folder: Path):
    names = [b"esc\x1b[2J.ipynb", b"line\nbreak.ipynb", b"byte\xff.ipynb", b"byte\xfe.ipynb", "turn\u202eed.ipynb".encode()]
    for name in names:
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_bytes(notebook("x"))
    found = read(folder)
    assert len(found) == 5
    assert all(s.cells == ("x",) and s.student.isprintable() and s.file.isprintable() for s in found.values())
    json.dumps([s.student for s in found.values()], ensure_ascii=False).encode()


def test_safe_names_never_collide():
    names = ["Ada", "ada", "a/b", "a-b", "😀", "😁", "", "..", "x" * 500, "x" * 501, "\ud800"]
    safe = [naming.safe_name(n) for n in names]
    assert len(set(safe)) == len(names)
    assert all(s.isascii() and "/" not in s and not s.startswith((".", "-")) and len(s) < 80 for s in safe)


def test_sections_student_folders_and_attempts(folder: Path):
    put(folder, "section 1/ada/kmeans.ipynb", notebook("a"))
    put(folder, "section 1/bob/kmeans.ipynb", notebook("b"))
    put(folder, "section 2/carol/work/kmeans.ipynb", notebook("c"))
    put(folder, "section 2/dan/attempt 1/kmeans.ipynb", notebook("old"))
    put(folder, "section 2/dan/attempt 2/kmeans.ipynb", notebook("d"))
    for i in range(8):
        put(folder, f"section 3/student {i}.ipynb", notebook(str(i)))
    found = read(folder)
    assert {n: s.cells[0] for n, s in found.items() if len(n) < 6} == {"ada": "a", "bob": "b", "carol": "c", "dan": "d"}
    assert len(found) == 12


def test_a_students_folder_with_two_notebooks_needs_a_human(folder: Path):
    put(folder, "ada/kmeans.ipynb", notebook("a"))
    put(folder, "ada/old.ipynb", notebook("b"))
    put(folder, "bob/kmeans.ipynb", notebook("c"))
    assert "more than one notebook" in read(folder)["ada"].problem


def test_the_same_name_in_two_sections_is_never_guessed(folder: Path):
    for section, source in (("s1", "a"), ("s2", "b")):
        put(folder, f"{section}/ada/kmeans.ipynb", notebook(source))
        put(folder, f"{section}/{section}-other/kmeans.ipynb", notebook("c"))
    assert "nothing tells which counts" in read(folder)["ada"].problem


def test_nobody_who_handed_in_something_else_vanishes(folder: Path):
    put(folder, "ada.pdf", b"%PDF")
    put(folder, "bob/report.docx", zipped({"[Content_Types].xml": b""}))
    put(folder, "doejane_12345_67890_kmeans.rar", b"Rar!")
    put(folder, "grades.csv", b"not a submission")
    put(folder, ".DS_Store", b"")
    found = read(folder)
    assert set(found) == {"ada", "bob", "doejane_12345"}
    assert all(s.problem for s in found.values())


@pytest.mark.parametrize("make", ["missing", "empty", "hidden only", "device", "broken zip"])
def test_a_wrong_path_is_one_clear_line(tmp_path: Path, make: str):
    path = tmp_path / "given"
    if make == "empty":
        path.mkdir()
    elif make == "hidden only":
        put(path, ".git/x.ipynb", notebook("x"))
    elif make == "device":
        path = Path("/dev/null")
    elif make == "broken zip":
        path = tmp_path / "class.zip"
        path.write_bytes(b"PK nothing")
    with pytest.raises(CourseError) as error:
        intake.read(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_one_file(tmp_path: Path):
    put(tmp_path, "ada.ipynb", notebook("x"))
    [submission] = intake.read(tmp_path / "ada.ipynb")
    assert (submission.student, submission.file, submission.cells) == ("ada", "ada.ipynb", ("x",))


# ------------------------------------------------------------------------------------------------------ fuzz


def check_any(folder: Path, name: str, data: bytes) -> None:
    """Whatever the bytes: one submission comes out, with cells or a problem, and it can be stored."""
    target = folder / name
    target.write_bytes(data)
    submission = only(folder)
    target.unlink()
    assert (submission.problem is None) or submission.cells == ()
    assert len(submission.digest) == 64
    json.dumps([submission.file, submission.cells, submission.answers, submission.problem, submission.notes], ensure_ascii=False).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["cells", "source", "cell_type", "metadata", "nbformat", "worksheets", "input", "outputs", "kernelspec", "nbgrader", "grade_id", "solution", "name"]), inner, max_size=5),
    max_leaves=30,
)


@FUZZ
@given(data=st.binary(max_size=300), prefix=st.sampled_from([b"", b"PK\3\4", b"\xff\xfe", b"{", b'{"cells": [', b"\xef\xbb\xbf"]))
def test_fuzz_random_bytes(folder: Path, data: bytes, prefix: bytes):
    for name in ("a.ipynb", "a.zip", "a.py"):
        check_any(folder, name, prefix + data)


@FUZZ
@given(value=JSON)
def test_fuzz_any_json(folder: Path, value: object):
    check_any(folder, "a.ipynb", json.dumps(value).encode())
    check_any(folder, "a.ipynb", json.dumps({"cells": value}).encode())
    check_any(folder, "a.ipynb", json.dumps({"cells": [value] * 2, "metadata": value, "nbformat": value}).encode())


def mutated(data: bytes, seed: int, edits: int) -> bytes:
    """The bytes with a few of them changed, removed, doubled or moved."""
    chance, made = random.Random(seed), bytearray(data)
    for _ in range(edits):
        i, j = sorted((chance.randrange(len(made) + 1), chance.randrange(len(made) + 1)))
        edit = chance.randrange(4)
        if edit == 0 and i < len(made):
            made[i] = chance.randrange(256)
        elif edit == 1:
            del made[i : i + chance.randrange(1, 20)]
        elif edit == 2:
            made[i:i] = made[i : min(j, i + 50)]
        elif i + 4 <= len(made):
            made[i : i + 4] = struct.pack("<I", chance.choice([0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 65536]))
    return bytes(made)


@FUZZ
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 8))
def test_fuzz_mutated_notebooks_and_zips(folder: Path, seed: int, edits: int):
    whole = notebook("def f(x):\n    return x", "# %%\ny = 2")
    check_any(folder, "a.ipynb", mutated(whole, seed, edits))
    packed = zipped({"a/b.ipynb": whole, "c.zip": zipped({"d.ipynb": whole}), "__MACOSX/x": b"1"})
    check_any(folder, "a.zip", mutated(packed, seed, edits))


@FUZZ
@given(st.lists(st.tuples(st.text(min_size=1, max_size=12), st.sampled_from([".ipynb", ".zip", ".py", ""])), max_size=5))
def test_fuzz_names_in_a_zip(tmp_path_factory, names: list[tuple[str, str]]):
    folder = tmp_path_factory.mktemp("fuzz")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("sure.ipynb", notebook("x"))
        for name, ending in names:
            if not any(0xD800 <= ord(c) < 0xE000 for c in name) and zipfile.ZipInfo(name + ending).filename not in archive.namelist():
                archive.writestr(zipfile.ZipInfo(name + ending), notebook("x"))
    (folder / "class.zip").write_bytes(buffer.getvalue())
    (folder / "ada.zip").write_bytes(buffer.getvalue())
    for submission in [*intake.read(folder / "class.zip"), *intake.read(folder)]:
        assert len(submission.digest) == 64


HOSTILE = """
import resource, sys
from pathlib import Path
from autograder import intake

M = 2**20
mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (mapped + 500 * M, mapped + 500 * M))
path = Path(sys.argv[1]) / "ada.ipynb"
for start, part, count in (
    (b"", b"[", 60 * M), (b'{"cells":[', b"{},", 20 * M), (b'{"cells":[{"outputs":[', b"[],", 20 * M),
    (b'{"cells":[{"outputs":[', b"[[]],", 12 * M), (b'{"cells":[{"outputs":[', b'["', 30 * M), (b'{"a":"', bytes([92, 92]), 30 * M),
    (b'"', bytes([92, 34]), 30 * M), (b'{"cells":[{"outputs":["', bytes([92, 34]), 30 * M), (b"", bytes(1), 60 * M), (b"", b"PK\\3\\4", 15 * M),
):
    with open(path, "wb") as file:
        file.write(start)
        for _ in range(0, count, M):
            file.write(part * M)
    [submission] = intake.read(path.parent)
    print(submission.problem)
"""


def test_hostile_sixty_megabytes_stay_within_memory_and_time(folder: Path):
    """Each in a process that may take 500 MB; together they may take a minute."""
    command = [sys.executable, "-c", HOSTILE, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 10
    assert "None" not in done.stdout
