"""Assignments of other courses: from the zip that `otter assign` makes for Gradescope to what the judge grades with.

    package = read(zip)                 its tests, data files and settings, in memory, within limits
    assignment = unpack(package, out)   the same in OUT/autograder/, for the workers and for later reports
    find(out)                           what was unpacked there; None in a class of this course

There is no reference and there are no misconceptions: such an assignment has otter's tests and nothing else. The tests are the
instructor's and run in the trusted process, as all tests do; `files/` lies beside the student's notebook, as copies.
"""

import contextlib
import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

import yaml

from autograder.assignment import Assignment, Question
from autograder.errors import CourseError, GraderFailure
from autograder.sandbox import WARM

FOLDER, CONFIG = "autograder", "otter_config.json"
BEFORE = ".autograder-before"
"""Where the earlier package stands while a new one takes its place."""
MEMBERS, SIZE = 5000, 256 << 20
"""Files, and bytes of them all together when unpacked."""
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Package:
    """What is used of an autograder zip."""

    slug: str
    members: dict[str, bytes]
    """Content by path: the settings, `tests/*.py`, and all of `files/`."""


@dataclass(frozen=True)
class Foreign(Assignment):
    """Read from an unpacked zip; `path` is its folder."""

    is_own: ClassVar[bool] = False
    seed: int | None = None
    seed_variable: str | None = None
    plugins: bool = False

    @property
    def files(self) -> Path | None:
        """What lies beside the notebook."""
        folder = self.path / "files"
        return folder if folder.is_dir() else None

    @property
    def surroundings(self) -> tuple[Path, ...]:
        files = [path for path in (self.path / "files").rglob("*") if path.is_file()]
        return (self.path / CONFIG, *sorted(files))

    @property
    def sandbox(self) -> dict:
        """Options of the sandbox: what lies beside the notebook, otter's seed before each cell, and the names of which tests ask."""
        from autograder import cases

        seeds = {} if self.seed is None else {"seed": self.seed, "seed_variable": self.seed_variable}
        asked = {q.id: sorted({name for case in cases.load(q.id, q.test_path)[0] for name in case.asked}) for q in self.questions}
        return {"files": self.files, "warm": (*WARM, "pandas"), "manners": {"asked": asked, **seeds}}


# ------------------------------------------------------------------------------------------------ the zip


def read(path: Path) -> Package:
    """The parts of the zip that grading needs. Raises CourseError with one line on whatever is wrong with it."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check_names(path, infos)
            wanted = [info for info in infos if _is_wanted(PurePosixPath(info.filename))]
            _check_sizes(path, wanted)
            members = {str(PurePosixPath(info.filename)): archive.read(info) for info in wanted}
    except FileNotFoundError:
        raise CourseError(f"{path}: no such file; give the zip that `otter assign` wrote into its autograder folder") from None
    except _BROKEN as error:
        raise CourseError(f"{path}: is no zip that can be read ({str(error)[:100]})") from None
    if not any(name.startswith("tests/") for name in members):
        raise CourseError(f"{path}: no tests/*.py in it; give the autograder zip that `otter assign` made, not the students' zip")
    members.setdefault(CONFIG, b"{}")
    return Package(_slug(path, _config(path.name, members[CONFIG])), members)


def _is_wanted(name: PurePosixPath) -> bool:
    if name.parts[0] == "tests":
        return len(name.parts) == 2 and name.suffix == ".py" and name.stem != "__init__"
    return str(name) in (CONFIG, "requirements.txt", "environment.yml") or name.parts[0] == "files"


def _check_names(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Nothing of what `otter assign` makes leads out of its folder."""
    if len(infos) > MEMBERS:
        raise CourseError(f"{path}: holds {len(infos)} files; more than {MEMBERS} are not unpacked")
    for info in infos:
        name = info.filename.replace("\\", "/")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not PurePosixPath(name).parts or name.startswith("/") or name[1:2] == ":" or ".." in name.split("/") or kind not in (0, stat.S_IFREG):
            raise CourseError(f"{path}: its member {name[:80]!r} is a link or leads out of the zip; nothing was unpacked")


def _check_sizes(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """By the sizes that the zip's directory tells: no more than that is ever read of a member."""
    if sum(info.file_size for info in infos) > SIZE:
        raise CourseError(f"{path}: holds more than {SIZE >> 20} MB when unpacked")


def _slug(path: Path, config: dict) -> str:
    """The zip's name without what `otter assign` adds to it; where nothing is left, the assignment's name in the settings."""
    stem = re.sub(r"[-_]?(autograder|gradescope)([-_][\dT_]+)?$", "", path.stem)
    name = stem or str(config.get("assignment_name") or path.stem)
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-.")[:60] or "assignment"


def unpack(package: Package, out: Path) -> Foreign:
    """Put the package into OUT, in place of an earlier one, and read it."""
    made = Path(tempfile.mkdtemp(dir=tempfile.gettempdir()))
    try:
        put(package, made)
        if (out / FOLDER).exists():  # a folder cannot be replaced in one step: `kept` knows both places
            shutil.rmtree(out / BEFORE, ignore_errors=True)
            os.rename(out / FOLDER, out / BEFORE)
        os.rename(made, out / FOLDER)
        shutil.rmtree(out / BEFORE, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise GraderFailure(f"{out / FOLDER}: cannot unpack the autograder zip ({error.strerror or error})") from None
    return load(out / FOLDER)


def put(package: Package, folder: Path) -> None:
    """Write the package's files where `load` finds them."""
    folder.mkdir(exist_ok=True)
    for name, content in package.members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "slug").write_text(package.slug, encoding="utf-8")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the sandbox reads files/ as nobody in particular


# ------------------------------------------------------------------------------------------------ the assignment


def kept(out: Path) -> Path | None:
    """The package in OUT, if there is one, whenever an earlier grader was killed."""
    return next((out / name for name in (FOLDER, BEFORE) if (out / name / CONFIG).is_file()), None)


def find(out: Path) -> Foreign | None:
    """The assignment that was graded into OUT, if it came in a zip."""
    return load(folder) if (folder := kept(out)) else None


def load(folder: Path) -> Foreign:
    """The assignment in an unpacked package. Raises CourseError with one line on what cannot be graded."""
    config = _config("the autograder zip", (folder / CONFIG).read_bytes())
    questions = tuple(_question(path) for path in sorted((folder / "tests").glob("*.py")))
    slug = (folder / "slug").read_text(encoding="utf-8")
    title = str(config.get("assignment_name") or slug)
    return Foreign(slug, title, folder.resolve(), questions, config.get("seed"), config.get("seed_variable"), bool(config.get("plugins")))


def _config(where: str, content: bytes) -> dict:
    """otter's settings, as far as they matter here."""
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CourseError(f"{where}: {CONFIG} is not JSON ({error})") from None
    if not isinstance(config, dict):
        raise CourseError(f"{where}: {CONFIG} is not a table of settings")
    if config.get("lang", "python") != "python":
        raise CourseError(f"{where}: the assignment is in {config['lang']}; only Python assignments can be graded")
    if config.get("grade_from_log"):
        raise CourseError(f"{where}: it is graded from otter's log (grade_from_log), which only `otter run` can do")
    seed = config.get("seed")
    if not isinstance(seed, int | None) or not 0 <= (seed or 0) < 1 << 32 or not isinstance(config.get("seed_variable"), str | None):
        raise CourseError(f"{where}: {CONFIG} has a seed that is no integer from 0 to 2**32 - 1, or a seed_variable that is no name")
    return config


def _question(path: Path) -> Question:
    from autograder import cases

    where = f"the autograder zip, tests/{path.name}"
    text = path.read_text(encoding="utf-8", errors="replace")
    if not re.search(r"^test\s*=|@test_case", text, re.M):
        raise CourseError(f"{where}: neither of otter's formats (`test = {{...}}` of doctests, or functions under @test_case)")
    try:
        found, _ = cases.load(path.stem, path)
    except GraderFailure as error:
        raise CourseError(f"{where}: {str(error).removeprefix(f'{path}: ')}") from None
    if not found:
        raise CourseError(f"{where}: no test case in it")
    public, hidden = (sum(case.points for case in found if case.hidden is flag) for flag in (False, True))
    return Question(path.stem, None, "function", found[0].file.name, public, hidden, public + hidden, path)


def requirements(folder: Path) -> tuple[str, ...]:
    """Names of the packages that the zip asks for."""
    lines: list[str] = []
    if (folder / "requirements.txt").is_file():
        lines += (folder / "requirements.txt").read_text("utf-8", "replace").splitlines()
    if (folder / "environment.yml").is_file():
        # conda's file, and only a forecast needs it: whatever else is in it does not matter
        with contextlib.suppress(yaml.YAMLError, AttributeError, TypeError, KeyError, ValueError, RecursionError):
            listed = yaml.safe_load((folder / "environment.yml").read_text("utf-8", "replace"))["dependencies"]
            lines += [str(line) for part in listed if isinstance(part, dict) for line in part.get("pip", [])]
    names = [m[0] for line in lines if (m := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line.strip()))]
    return tuple(dict.fromkeys(names))
