"""Submissions as they arrive, from a folder, a zip or one file, to the text of their cells.

`scan` finds out who handed in what without opening a single notebook; `load` reads one hand-in and never raises for a
bad file: the submission then carries its `problem`. `read` does both. A file is opened without following links, must be a
regular file within the size limit, and an archive's members are read in memory; nothing is extracted or executed.
"""

import functools
import hashlib
import io
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import yaml

from autograder import naming
from autograder.errors import CourseError
from autograder.model import Submission
from autograder.naming import Identity
from autograder.notebook_reader import FILE_LIMIT, Cells, Unreadable, read_notebook, read_script

MEMBER_LIMIT = 5000
"""Members of one student's zip; reading a directory of millions would cost gigabytes."""
NESTING_LIMIT = 3
"""Zips inside zips inside the hand-in."""
COPIES = 3
"""Files of one hand-in that are read, to see whether they are copies of one notebook; with more a human is asked."""
SECTION_SIZE = 5
"""A plain folder with more notebooks than this is a section of a class, not one student's folder."""

_IGNORED_FOLDERS = {"__MACOSX", "__pycache__"}
_IGNORED_FILES = {"thumbs.db", "desktop.ini", "submission_metadata.yml", "timestamp.txt", "__zip_filename__"}
_NOT_HANDED_IN = {"csv", "yml", "yaml", "db", "log", "cfg", "toml", "md"}
_NBGRADER_STEPS = {"source", "release", "autograded", "feedback"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the folder or zip that was given."""

    parts: tuple[str, ...]
    kind: str
    """`file`, or what else it is, in words: `a symbolic link`, `a named pipe` …"""
    index: int | None = None
    """Its number in the zip's directory; None on disk."""

    @property
    def name(self) -> str:
        return naming.clean("/".join(self.parts))


@dataclass(frozen=True, slots=True)
class HandIn:
    """What one student gave at one time, not yet read."""

    student: str
    root: str
    """The folder or zip that holds the entries."""
    entries: tuple[Entry, ...]
    submitted_at: str | None = None
    rank: tuple[int, ...] = ()
    series: str | None = None
    """What this is a version of: within one series the highest rank counts."""
    notes: tuple[str, ...] = ()


Contents = dict[Entry, bytes | str]
"""Of each file that counts its bytes, compressed (an archive that swells to gigabytes stays small), or why there are none."""


def read(path: Path | str, assignment: str | None = None) -> list[Submission]:
    """All submissions of a folder (recursively), a zip, or one file; `assignment` chooses in an nbgrader tree of several.

    Raises CourseError when there is nothing to read at `path`. Prefer `scan` and `load` for classes of thousands.
    """
    return [load(hand_in) for hand_in in scan(path, assignment)]


# ------------------------------------------------------------------------------------------ who and what


def scan(path: Path | str, assignment: str | None = None) -> list[HandIn]:
    """One hand-in a student, sorted by name. Raises CourseError for a path that is missing, unreadable or empty."""
    root = Path(path)
    entries = _entries(root)
    hand_ins = [h for h in _hand_ins(root, entries, assignment) if _chosen(h.entries)]
    if not hand_ins:
        raise CourseError(f"{root}: no submissions found; give a folder or zip with notebooks (.ipynb) in it")
    by_student = lambda h: h.student
    grouped = groupby(sorted(hand_ins, key=by_student), key=by_student)
    return [_latest(list(group)) for _, group in grouped]


def _entries(root: Path) -> list[Entry]:
    """Every file below `root` that might have been handed in."""
    try:
        mode = root.stat().st_mode
        if stat.S_ISDIR(mode):
            found = list(_folder_entries(root))
        elif not stat.S_ISREG(mode):
            raise CourseError(f"{root}: is neither a folder nor a file")
        elif root.suffix.lower() == ".zip":
            found = [_member_entry(i, info) for i, info in enumerate(_archive(str(root)).infolist()) if not _is_folder(info)]
        else:
            found = [Entry((root.name,), "file")]
    except FileNotFoundError:
        raise CourseError(f"{root}: there is no such file or folder") from None
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise CourseError(f"{root}: cannot be read ({_reason(error)})") from None
    return [entry for entry in found if entry.parts and not _is_ignored(entry.parts)]


def _folder_entries(root: Path) -> Iterator[Entry]:
    """Walks without following links and without recursion, so that no depth of folders can exhaust the stack."""
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parts = waiting.pop()
        try:
            children = list(os.scandir(root.joinpath(*parts)))
        except OSError as error:
            if not parts:
                raise
            yield Entry(parts, f"a folder that cannot be opened ({_reason(error)})")
            continue
        for child in children:
            if child.is_dir(follow_symlinks=False):
                waiting.append((*parts, child.name))
            else:
                yield Entry((*parts, child.name), _kind(child.stat(follow_symlinks=False).st_mode))


def _member_entry(index: int, info: zipfile.ZipInfo) -> Entry:
    """Unsafe paths (`/x`, `../x`) become plain names: they are only ever shown."""
    parts = tuple(p for p in info.filename.replace("\\", "/").split("/") if p not in ("", ".", ".."))
    return Entry(parts, _kind(info.external_attr >> 16), index)


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.filename.endswith(("/", "\\"))  # ZipInfo.is_dir stumbles over an empty name


def _kind(mode: int) -> str:
    names = {stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    names |= {stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return names.get(stat.S_IFMT(mode), "file")


def _is_ignored(parts: tuple[str, ...]) -> bool:
    hidden = any(part.startswith(".") or part in _IGNORED_FOLDERS for part in parts)
    return hidden and parts[-1] not in (".ipynb", "timestamp.txt")


def _hand_ins(root: Path, entries: list[Entry], assignment: str | None) -> Iterator[HandIn]:
    """Files grouped to hand-ins: by the platforms' naming where they follow one, else by the shape of the folder."""
    stamped = _stamped(entries)
    identities = {entry: _identity(root, entry, stamped, assignment) for entry in entries}
    works = {who.work for who in identities.values() if who and who.work}
    wanted = _wanted_work(root, works, assignment)
    named: dict[tuple[str, ...], tuple[Identity, list[Entry]]] = {}
    plain = []
    for entry, who in identities.items():
        if who is None:
            plain.append(entry)
        elif who.work in (None, wanted):
            named.setdefault(entry.parts[: who.depth], (who, []))[1].append(entry)
    students = _gradescope(root, entries)
    for key, (who, files) in named.items():
        yield from _platform_hand_ins(root, key, who, tuple(files), students)
    yield from _plain_hand_ins(root, [e for e in plain if not (works and e.parts[0] in _NBGRADER_STEPS)])


def _stamped(entries: list[Entry]) -> set[tuple[str, ...]]:
    """Folders `<student>/<assignment>` that hold nbgrader's `timestamp.txt`."""
    return {e.parts[:2] for e in entries if len(e.parts) == 3 and e.parts[2] == "timestamp.txt"}


def _identity(root: Path, entry: Entry, stamped: set[tuple[str, ...]], assignment: str | None) -> Identity | None:
    parts = entry.parts
    if found := naming.identify(parts):
        return found
    in_tree = root.name == "submitted" or parts[:2] in stamped or parts[1:2] == (assignment,)
    if len(parts) >= 3 and in_tree and parts[0] not in _NBGRADER_STEPS:
        return Identity(naming.clean(parts[0]), 2, "nbgrader", work=parts[1])
    return None


def _wanted_work(root: Path, works: set[str], assignment: str | None) -> str | None:
    """Which of an nbgrader tree's assignments is meant: the one of that name, or the only one there is."""
    if assignment in works or not works:
        return assignment
    if len(works) == 1:
        return next(iter(works))
    raise CourseError(f"{root}: holds the assignments {', '.join(sorted(works))}; none is called {assignment}")


def _platform_hand_ins(
    root: Path, key: tuple[str, ...], who: Identity, files: tuple[Entry, ...], students: dict
) -> Iterator[HandIn]:
    """One hand-in; one for each member of a Gradescope group."""
    stamp = next((e for e in files if e.parts[len(key) :] == ("timestamp.txt",)), None)
    time = who.submitted_at or (naming.utc(_small_text(root, stamp)) if stamp else None) or _export_time(files)
    hand_in = HandIn(who.student, str(root), files, time, who.rank, who.series, who.notes)
    group = students.get(key) if who.platform == "Gradescope" else None
    if who.platform == "Gradescope" and not group:
        yield replace(hand_in, notes=("submission_metadata.yml does not tell whose this is",))
    elif not group:
        yield hand_in
    for student, created in group or ():
        others = tuple(f"handed in together with {name}" for name, _ in group if name != student)
        yield replace(hand_in, student=student, submitted_at=created or time, notes=others)


def _export_time(files: Iterable[Entry]) -> str | None:
    return next((time for e in files if (time := naming.export_time(e.parts[-1]))), None)


def _gradescope(root: Path, entries: list[Entry]) -> dict[tuple[str, ...], list[tuple[str, str | None]]]:
    """Students and times by the path of each `submission_…` folder."""
    known = {}
    for entry in entries:
        if entry.parts[-1] == "submission_metadata.yml" and entry.kind == "file":
            try:
                metadata = yaml.load(_bytes(root, entry), Loader=_RubyLoader)
            except (yaml.YAMLError, Unreadable, ValueError, RecursionError):
                raise CourseError(f"{root}: {entry.name} is not readable YAML; download the export again") from None
            found = naming.gradescope_students(metadata)
            known |= {(*entry.parts[:-1], folder): group for folder, group in found.items()}
    return known


class _RubyLoader(yaml.SafeLoader):
    """Plain data only; Ruby's type tags in a Gradescope export are passed over."""


def _untagged(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_RubyLoader.add_multi_constructor("!", _untagged)


def _plain_hand_ins(root: Path, entries: list[Entry], depth: int = 0) -> Iterator[HandIn]:
    """Files by their names, folders by theirs; a folder of many notebooks or of folders is a section and is looked into."""
    files = [e for e in entries if len(e.parts) == depth + 1]
    for file in files:
        if _type(file) not in _NOT_HANDED_IN and file.parts[-1].lower() not in _IGNORED_FILES:
            yield HandIn(naming.clean(naming.stem(file.parts[-1])), str(root), (file,))
    folders: dict[str, list[Entry]] = {}
    for entry in entries:
        if len(entry.parts) > depth + 1:
            folders.setdefault(entry.parts[depth], []).append(entry)
    for name, inside in folders.items():
        alone = len(folders) == 1 and not files
        if _is_section(inside, depth + 1, alone):
            yield from _plain_hand_ins(root, inside, depth + 1)
        else:
            yield from _student_folder(root, naming.clean(name), inside, depth + 1)


def _is_section(inside: list[Entry], depth: int, alone: bool) -> bool:
    """Whether a plain folder holds the work of several students."""
    chosen = _chosen(inside)
    direct = [e for e in chosen if len(e.parts) == depth + 1]
    below = {e.parts[depth] for e in chosen if len(e.parts) > depth + 1}
    if len(chosen) < 2 or (all(naming.attempt(name) for name in below) and not direct):
        return False
    if alone or direct:
        return alone or len(direct) > SECTION_SIZE
    return len(below) > 1 or _is_section(inside, depth + 1, alone)


def _student_folder(root: Path, student: str, inside: list[Entry], depth: int) -> Iterator[HandIn]:
    """One hand-in, or one for each of the folders `attempt 1`, `attempt 2` …"""
    attempts: dict[int | None, list[Entry]] = {}
    for entry in inside:
        number = naming.attempt(entry.parts[depth]) if len(entry.parts) > depth + 1 else None
        attempts.setdefault(number, []).append(entry)
    if None in attempts:
        yield HandIn(student, str(root), tuple(inside), _export_time(inside))
        return
    for number, files in attempts.items():
        yield HandIn(student, str(root), tuple(files), _export_time(files), (number,), "attempts")


def _type(entry: Entry) -> str:
    return entry.parts[-1].rpartition(".")[2].lower() if "." in entry.parts[-1] else ""


def _chosen(entries: Iterable[Entry]) -> list[Entry]:
    """The files that count among those of one student: notebooks, else zips, else scripts, else whatever there is."""
    files = [e for e in entries if e.parts[-1].lower() not in _IGNORED_FILES]
    for kind in ("ipynb", "zip", "py"):
        if found := [e for e in files if _type(e) == kind]:
            return sorted(found, key=lambda e: e.parts)
    return sorted(files, key=lambda e: e.parts)


def _latest(hand_ins: list[HandIn]) -> HandIn:
    """What counts of one student's hand-ins: the latest by time, then the latest version of each file.

    Where nothing tells the order they are put together; `load` then asks a human unless their content is the same.
    """
    if len(hand_ins) == 1:
        return hand_ins[0]
    current = hand_ins
    if all(h.submitted_at for h in hand_ins):
        last = max(h.submitted_at for h in hand_ins)
        current = [h for h in hand_ins if h.submitted_at == last]
    newest: dict[str, HandIn] = {}
    for hand_in in sorted(current, key=lambda h: h.rank):
        newest[hand_in.series or hand_in.entries[0].name] = hand_in
    kept = list(newest.values())
    earlier = sorted(e.name for h in hand_ins if h not in kept for e in _chosen(h.entries))
    notes = tuple(dict.fromkeys(note for h in kept for note in h.notes))
    notes += (f"handed in more than once; the latest counts, not {', '.join(earlier)[:300]}",) if earlier else ()
    return replace(kept[-1], entries=tuple(e for h in kept for e in h.entries), notes=notes)


# ------------------------------------------------------------------------------------------- reading one


def fetch(hand_in: HandIn) -> Contents:
    """What `load` needs of the files, for a machine that has not got them."""
    contents: Contents = {}
    for entry in _chosen(hand_in.entries)[:COPIES]:
        try:
            contents[entry] = zlib.compress(_bytes(Path(hand_in.root), entry), 1)
        except Unreadable as error:
            contents[entry] = str(error)
    return contents


def load(hand_in: HandIn, contents: Contents | None = None) -> Submission:
    """Read one hand-in, from where it lies or from what was fetched there.

    Never raises for what a student did: the submission says its problem instead.
    """
    chosen = _chosen(hand_in.entries)
    shown = ", ".join(e.name for e in chosen[:COPIES])
    read = functools.partial(_bytes, Path(hand_in.root)) if contents is None else functools.partial(_fetched, contents)
    try:
        file, cells = _only([functools.partial(_read_entry, read, entry) for entry in chosen], "hand-in")
    except Unreadable as error:
        reason = f"{error}."
        digest = _digest_of_files(read, chosen, reason)
        return Submission(
            hand_in.student, shown, digest, problem=reason, notes=hand_in.notes, submitted_at=hand_in.submitted_at
        )
    notes = (*hand_in.notes, *cells.notes)
    digest = digest_of(cells.code, cells.answers)
    return Submission(hand_in.student, file, digest, cells.code, cells.answers, None, notes, hand_in.submitted_at)


def digest_of(code: Iterable[str], answers: dict[str, str]) -> str:
    """SHA-256 of cells and answers: the same work has the same digest, whatever its outputs and its file's name."""
    return hashlib.sha256(json.dumps([list(code), sorted(answers.items())]).encode()).hexdigest()


def _digest_of_files(read: Callable[[Entry], bytes], chosen: list[Entry], reason: str) -> str:
    """SHA-256 of the raw bytes of what could not be read as a notebook; of the reason where there are no bytes."""
    digest = hashlib.sha256()
    for entry in chosen[:COPIES]:
        try:
            digest.update(read(entry))
        except Unreadable:
            digest.update(reason.encode())
    return digest.hexdigest()


def _only(readers: list, place: str) -> tuple[str, Cells]:
    """The one notebook among several files: there is but one, or all say the same. Raises Unreadable otherwise."""
    if not readers:
        raise Unreadable(f"The {place} holds no notebook")
    if len(readers) > COPIES:
        raise Unreadable(f"The {place} holds {len(readers)} notebooks and nothing tells which one counts; keep one")
    found = [reader() for reader in readers]
    if len({(cells.code, tuple(cells.answers.items())) for _, cells in found}) > 1:
        names = " and ".join(name for name, _ in found)
        raise Unreadable(f"The {place} holds more than one notebook ({names}) and nothing tells which counts; keep one")
    file, cells = found[0]
    if len(found) > 1:
        cells = replace(cells, notes=(*cells.notes, f"{len(found)} copies of the same notebook; read once"))
    return file, cells


def _read_entry(read: Callable[[Entry], bytes], entry: Entry) -> tuple[str, Cells]:
    return _read_any(entry.name, read(entry), NESTING_LIMIT)


def _read_any(name: str, data: bytes, nesting: int) -> tuple[str, Cells]:
    """The cells of a file by its content: a zip, a script or a notebook. Raises Unreadable with the file's name."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_zip(name, data, nesting)
    ending = name.rpartition(".")[2].lower()
    try:
        if ending == "zip" and data:
            raise Unreadable("is not a zip archive, whatever its name says")
        if ending == "py" and not data.lstrip().startswith(b"{"):
            return name, read_script(data)
        cells = read_notebook(data)
    except Unreadable as error:
        raise Unreadable(f"{name} {error}") from None
    if ending != "ipynb":
        cells = replace(cells, notes=(*cells.notes, "the file is not called .ipynb but is a notebook; read as one"))
    return name, cells


def _read_zip(name: str, data: bytes, nesting: int) -> tuple[str, Cells]:
    """The one notebook in a student's zip; looks into zips inside it only where it holds no notebook itself."""
    if not nesting:
        raise Unreadable(f"{name} is a zip inside a zip inside a zip; hand in the notebook")
    if data.count(b"PK\x01\x02") > MEMBER_LIMIT:
        raise Unreadable(f"{name} is a zip of more than {MEMBER_LIMIT} files")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if any(info.filename == "[Content_Types].xml" for info in infos):
                raise Unreadable(f"{name} is an Office document (Word, Excel …), not a notebook")
            entries = [_member_entry(i, info) for i, info in enumerate(infos) if not _is_folder(info)]
            entries = [e for e in entries if e.parts and not _is_ignored(e.parts)]
            readers = [functools.partial(_read_member, archive, name, e, nesting) for e in _chosen(entries)]
            file, cells = _only(readers, f"zip {name}")
    except _ZIP_ERRORS as error:
        raise Unreadable(f"{name} is a broken zip archive ({_reason(error)})") from None
    if any(_is_unsafe(info.filename) for info in infos):
        cells = replace(cells, notes=(*cells.notes, "the zip has members with unsafe paths; nothing was extracted"))
    return file, cells


_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, OverflowError)


def _is_unsafe(path: str) -> bool:
    return path.startswith(("/", "\\")) or path[1:2] == ":" or ".." in path.replace("\\", "/").split("/")


def _read_member(archive: zipfile.ZipFile, zip_name: str, entry: Entry, nesting: int) -> tuple[str, Cells]:
    name = f"{zip_name}!{entry.name}"
    if entry.kind != "file":
        raise Unreadable(f"{name} is {entry.kind}, not a file")
    return _read_any(name, _member_bytes(archive, entry, name), nesting - 1)


def _member_bytes(archive: zipfile.ZipFile, entry: Entry, name: str) -> bytes:
    """At most FILE_LIMIT bytes of one member. Only deflate can be read piece by piece, so no other method is."""
    info = archive.infolist()[entry.index]
    if info.flag_bits & 1:
        raise Unreadable(f"{name} is protected by a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable(f"{name} is packed by an unusual method; make an ordinary zip")
    with archive.open(info) as member:
        data = member.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise Unreadable(f"{name} is larger than {FILE_LIMIT // 2**20} MB when unpacked")
    return data


# --------------------------------------------------------------------------------------------- the bytes


@functools.lru_cache(maxsize=1)
def _archive(path: str) -> zipfile.ZipFile:
    """The class's zip stays open: its directory is read once a process, not once a student."""
    return zipfile.ZipFile(path)


def _bytes(root: Path, entry: Entry) -> bytes:
    """The content of an entry. Raises Unreadable when it is no regular file or is too large."""
    if entry.kind != "file":
        raise Unreadable(f"{entry.name} is {entry.kind}, not a file")
    if entry.index is None:
        return _file_bytes(root.joinpath(*entry.parts) if root.is_dir() else root, entry.name)
    try:
        return _member_bytes(_archive(str(root)), entry, entry.name)
    except _ZIP_ERRORS as error:
        raise Unreadable(f"{entry.name} cannot be unpacked ({_reason(error)})") from None


def _fetched(contents: Contents, entry: Entry) -> bytes:
    found = contents[entry]
    if isinstance(found, str):
        raise Unreadable(found)
    return zlib.decompress(found)


def _file_bytes(path: Path, name: str) -> bytes:
    """Opened so that a link is refused and a pipe cannot make us wait; checked on the open file, not on its name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"{name} is {_kind(status.st_mode)}, not a file")
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise Unreadable(f"{name} cannot be opened ({_reason(error)})") from None
    if len(data) > FILE_LIMIT:
        raise Unreadable(f"{name} is larger than {FILE_LIMIT // 2**20} MB")
    return data


def _small_text(root: Path, entry: Entry) -> str:
    """The beginning of a small text file of the platform's; nothing when it cannot be read."""
    try:
        return _bytes(root, entry)[:200].decode("utf-8", "replace")
    except Unreadable:
        return ""


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:100].lower()
