"""Who handed in what and when, from the names that learning platforms give to files and folders.

A *hand-in* is what one student gave at one time. `identify` recognises the platforms' own patterns in a path; paths
that follow none of them are told apart by `autograder.intake` from the shape of the folder.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dateutil.parser

_CANVAS = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<user>\d{2,})_(?P<upload>\d{2,})_(?P<file>.+)", re.DOTALL)
_CANVAS_VERSION = re.compile(r"-(\d{1,3})$")
_MOODLE = re.compile(r"(?P<name>.+)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.DOTALL)
_BLACKBOARD = re.compile(
    r"(?P<work>.+)_(?P<name>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
_GRADESCOPE = re.compile(r"submission_\d+")
_OTTER_ZIP = re.compile(r"(?P<file>.+)_(?P<time>\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d)_\d{1,6}\.zip", re.DOTALL)
_ATTEMPT_FOLDER = re.compile(r"(?:attempt|version|try)[ _-]?(\d{1,3})", re.IGNORECASE)


@dataclass(frozen=True)
class Identity:
    """What a name says: the student, how many parts of the path make up the hand-in, and which attempt it is."""

    student: str
    depth: int
    """The first `depth` parts of the path are the hand-in; what lies below belongs to it."""
    platform: str
    submitted_at: str | None = None
    rank: tuple[int, ...] = ()
    """Orders the attempts of one student where no time is known: a larger one is later."""
    series: str | None = None
    """What this is a version of: within one series the highest rank counts."""
    work: str | None = None
    """The name of the assignment, where the path has one (nbgrader)."""
    notes: tuple[str, ...] = ()


def clean(name: str) -> str:
    """A name as it can be shown and stored; different names stay different.

    Composed characters (a Mac sends decomposed ones); characters that control a terminal or turn the direction of text,
    and bytes that are no UTF-8, are written as %XX. Emoji and right-to-left letters stay as they are.
    """
    return "".join(f"%{ord(c):02X}" if _is_hostile(c) else c for c in unicodedata.normalize("NFC", name)) or "(no name)"


def _is_hostile(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _DIRECTION_OVERRIDES


_DIRECTION_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def safe_name(key: str) -> str:
    """A file name without ending for `key`, safe in every file system, URL and shell, the same every time.

    What ASCII can say of it, then ten digits of its SHA-256: they tell apart two emoji, `a/b` and `a-b`, `Ada` and `ada`.
    """
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-") or "student"
    return f"{readable}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def stem(file: str) -> str:
    """The file's name without its ending; `km (1).ipynb` is `km (1)`."""
    head, dot, tail = file.rpartition(".")
    return head if dot and head and len(tail) <= 8 else file


def utc(text: str) -> str | None:
    """A time stamp as ISO 8601 in UTC; None when it is none. A time without a zone is taken as UTC.

    nbgrader writes `2015-02-02 15:58:23.948203 America/Los_Angeles`.
    """
    words = text.strip()[:80].split()
    zone = UTC
    if words and "/" in words[-1]:
        try:
            zone = ZoneInfo(words.pop())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    try:
        time = dateutil.parser.parse(" ".join(words))
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _stamp(text: str, pattern: str) -> str | None:
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC).isoformat()
    except ValueError:
        return None


def identify(parts: tuple[str, ...]) -> Identity | None:
    """What the platforms' naming tells about a file, given as the parts of its path; None for a name of no platform."""
    for depth, part in enumerate(parts, start=1):
        is_folder = depth < len(parts)
        found = _moodle(part, depth) or _blackboard(part, depth)
        if is_folder and not found:
            found = _gradescope(part, depth) or _nbgrader(parts, depth)
        elif not found:
            found = _otter(part, depth) if export_time(part) else _canvas(part, depth)
        if found:
            return found
    return None


def _canvas(part: str, depth: int) -> Identity | None:
    """`doejane_LATE_12345_67890_kmeans-2.ipynb`: student, id, upload number (it grows), file, version."""
    if not (found := _CANVAS.fullmatch(part)):
        return None
    version = _CANVAS_VERSION.search(stem(found["file"]))
    rank = (int(version[1]) if version else 0, int(found["upload"]))
    notes = ("handed in late (Canvas)",) if found["late"] else ()
    series = _CANVAS_VERSION.sub("", stem(found["file"]))
    return Identity(clean(f"{found['name']}_{found['user']}"), depth, "Canvas", None, rank, series, notes=notes)


def _moodle(part: str, depth: int) -> Identity | None:
    """`Jane Doe_123456_assignsubmission_file_` as a folder, or as the beginning of a file's name."""
    found = _MOODLE.fullmatch(part)
    return Identity(clean(f"{found['name']}_{found['user']}"), depth, "Moodle") if found else None


def _blackboard(part: str, depth: int) -> Identity | None:
    """`Homework 3_jdoe_attempt_2026-01-31-12-00-00_kmeans.ipynb`; the `.txt` without a file's name is a form."""
    found = _BLACKBOARD.fullmatch(part)
    if not found:
        return None
    return Identity(clean(found["name"]), depth, "Blackboard", _stamp(found["time"], "%Y-%m-%d-%H-%M-%S"))


def _gradescope(part: str, depth: int) -> Identity | None:
    """`submission_123456/`; who that is, `submission_metadata.yml` knows."""
    return Identity(part, depth, "Gradescope") if _GRADESCOPE.fullmatch(part) else None


def _nbgrader(parts: tuple[str, ...], depth: int) -> Identity | None:
    """`submitted/<student>/<assignment>/<notebook>`."""
    if parts[depth - 1] != "submitted" or len(parts) < depth + 3:
        return None
    return Identity(clean(parts[depth]), depth + 2, "nbgrader", work=parts[depth + 1])


def _otter(part: str, depth: int) -> Identity | None:
    """`kmeans_2026_01_31T12_00_00_123456.zip`, what otter's `grader.export()` writes; in a folder, that is the student."""
    return Identity(clean(stem(part)), depth, "otter", export_time(part)) if depth == 1 else None


def export_time(file: str) -> str | None:
    """The time in the name of a zip that otter exported; None for any other name, such as Canvas's around one."""
    found = _OTTER_ZIP.fullmatch(file)
    return _stamp(found["time"], "%Y_%m_%dT%H_%M_%S") if found and not _CANVAS.fullmatch(found["file"]) else None


def attempt(folder: str) -> int | None:
    """2 for a folder called `attempt 2`; None for one that names no attempt."""
    found = _ATTEMPT_FOLDER.fullmatch(folder)
    return int(found[1]) if found else None


def gradescope_students(metadata: object) -> dict[str, list[tuple[str, str | None]]]:
    """By folder, who handed in together and when, from the parsed `submission_metadata.yml`.

    A name that two people share is told apart by student id or e-mail address.
    """
    people: dict[str, list[dict]] = {}
    times: dict[str, str | None] = {}
    for folder, record in metadata.items() if isinstance(metadata, dict) else ():
        if not (isinstance(folder, str) and isinstance(record, dict)):
            continue
        submitters = record.get(":submitters")
        people[folder] = [p for p in submitters if isinstance(p, dict)] if isinstance(submitters, list) else []
        created = record.get(":created_at")
        times[folder] = utc(created.isoformat() if isinstance(created, datetime) else str(created or ""))
    named: dict[str, set[str]] = {}
    for person in (p for group in people.values() for p in group):
        named.setdefault(_full_name(person), set()).add(_identifier(person))
    label = lambda p: _full_name(p) if len(named[_full_name(p)]) == 1 else f"{_full_name(p)} ({_identifier(p)})"
    return {folder: [(clean(label(p)), times[folder]) for p in group] for folder, group in people.items()}


def _full_name(person: dict) -> str:
    return str(person.get(":name") or _identifier(person))


def _identifier(person: dict) -> str:
    return str(person.get(":sid") or person.get(":email") or "no id")
