"""From the bytes of a hand-in to the sources of its cells, whatever the bytes are.

Only text comes out. Nothing is executed, and outputs are cut away *before* the JSON is parsed: a notebook with 50 MB of
output costs what its code costs, and a file built to blow up in memory is refused. What cannot be read raises
`Unreadable` with the reason as a sentence for a person.
"""

import json
import re
from dataclasses import dataclass, field

FILE_LIMIT = 128 * 2**20
"""Bytes of a notebook as it was handed in, outputs included."""
CODE_LIMIT = 6 * 2**20
"""Bytes of JSON that are left when outputs are gone. Parsed, the worst JSON takes about 25 times its size."""
BRACKET_LIMIT = 1_000_000
"""Brackets with brackets inside that are passed over in one cell's outputs; bounds the time a hostile file can take."""
CELL_LIMIT = 2000
ANSWER_LIMIT = 200_000
"""Characters kept of one written answer."""


class Unreadable(Exception):
    """The file is no notebook that can be graded; the message says why, in words that follow the file's name."""


@dataclass(frozen=True)
class Cells:
    """What a file came to: sources of code cells in order, written answers by question, and what was tolerated."""

    code: tuple[str, ...]
    answers: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------------ text

_SIGNATURES = {
    b"%PDF": "is a PDF document, not a notebook",
    b"\xd0\xcf\x11\xe0": "is an old Word or Excel document, not a notebook",
    b"\x1f\x8b": "is a gzip archive; hand in the notebook itself or a zip",
    b"Rar!": "is a RAR archive; hand in the notebook itself or a zip",
    b"7z\xbc\xaf": "is a 7-Zip archive; hand in the notebook itself or a zip",
    b"\x89PNG": "is an image, not a notebook",
    b"\xff\xd8\xff": "is an image, not a notebook",
    b"{\\rtf": "is a rich-text document, not a notebook",
}


def utf8(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The same text as UTF-8 without a byte-order mark, and a note where it was something else.

    JSON starts with two ASCII characters, so the pattern of zero bytes tells the encoding (RFC 4627, section 3).
    """
    if not data:
        raise Unreadable("is empty (0 bytes)")
    for signature, reason in _SIGNATURES.items():
        if data.startswith(signature):
            raise Unreadable(reason)
    encoding = json.detect_encoding(data[:8])
    if encoding == "utf-8-sig":
        return data[3:], ("it starts with a byte-order mark; read as UTF-8",)
    if encoding == "utf-8":
        return data, ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(f"looks like {encoding.upper()} but is not valid {encoding.upper()}") from None
    return text.lstrip("\ufeff").encode("utf-8", "replace"), (f"it is saved as {encoding.upper()[:6]}; read as such",)


def printable(text: str) -> str:
    """The text without lone surrogates, which no file and no page could hold."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


# ---------------------------------------------------------------------------------- JSON without outputs

_STRING = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)(\s*+:\s*+([\[{]))?', re.DOTALL)
_FLAT = rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))'
_TO_BRACKET = re.compile(rb"(?:%b|[\[{]%b*+[\]}])*+([\[\]{}])" % (_FLAT, _FLAT), re.DOTALL)
"""Up to the next bracket that has brackets inside: a list of numbers is passed over in one step."""
_CLOSING = {b"[": b"]", b"{": b"}"}
_UNNEEDED = frozenset({b"outputs", b"attachments", b"widgets"})


def without_outputs(data: bytes) -> bytes:
    """The JSON text with the lists and objects under `outputs`, `attachments` and `widgets` emptied.

    Works on tokens, not on a parsed document, in time linear in the text: every pattern is possessive.
    """
    kept, start, size = [], 0, 0
    position = 0
    while found := _STRING.search(data, position):
        position = found.end()
        if found[3] and found[1] in _UNNEEDED:
            kept += [data[start:position], _CLOSING[found[3]]]
            size += position - start
            start = position = _past_closing(data, position)
        if size + position - start > CODE_LIMIT:
            break
    kept.append(data[start:])
    if size + len(data) - start > CODE_LIMIT:
        raise Unreadable(f"holds more than {CODE_LIMIT // 2**20} MB besides its outputs")
    return b"".join(kept)


def _past_closing(data: bytes, position: int) -> int:
    """Where the bracket that was opened just before `position` closes; the end of the text when it never does."""
    depth = 1
    for _ in range(BRACKET_LIMIT):
        found = _TO_BRACKET.match(data, position)
        if not found:
            return len(data)
        position = found.end()
        depth += 1 if found[1] in b"[{" else -1
        if not depth:
            return position
    raise Unreadable("is an absurdly nested or huge JSON file")


def parse(data: bytes) -> dict:
    """The notebook as a dictionary. Raises Unreadable when it is none."""
    text = without_outputs(data)
    try:
        notebook = json.loads(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not valid UTF-8 text (byte 0x{text[error.start]:02x})") from None
    except json.JSONDecodeError as error:
        raise Unreadable(_broken(text, error)) from None
    except RecursionError:
        raise Unreadable("is an absurdly nested JSON file") from None
    except ValueError:  # a number of thousands of digits
        raise Unreadable("is not a notebook: its JSON holds an absurd number") from None
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise Unreadable("is JSON but not a notebook (it has no cells)")
    return notebook


def _broken(text: bytes, error: json.JSONDecodeError) -> str:
    head = text.lstrip()[:200].lower()
    if head.startswith(b"<"):
        return "is a web page (HTML), not a notebook; perhaps a log-in page was saved instead of the file"
    if not head.startswith(b"{"):
        return "is not a notebook (its text is not JSON)"
    if error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg:
        return "is cut off in the middle (the JSON does not end); the upload was perhaps interrupted"
    return f"is a broken notebook: its JSON is not valid ({error.msg[:60].lower()})"


# ------------------------------------------------------------------------------------------------ cells


def read_notebook(data: bytes) -> Cells:
    """Code cells and written answers of a notebook of any format version (1 to 4, or one yet unknown)."""
    data, notes = utf8(data)
    notebook = parse(data)
    raw_cells = _raw_cells(notebook)
    code, answers = [], {}
    for cell in raw_cells:
        kind, source = cell.get("cell_type"), printable(_source(cell))
        if kind == "code" and _is_for_looking(cell):
            continue
        if kind == "code":
            code.append(source)
        elif question := _question(cell):
            answers[question] = source[:ANSWER_LIMIT]
    skipped = sum(cell.get("cell_type") not in _KNOWN_TYPES for cell in raw_cells)
    notes += _format_notes(notebook) + ((f"{skipped} cells of an unknown type were passed over",) if skipped else ())
    return Cells(tuple(code), answers, notes)


_KNOWN_TYPES = ("code", "markdown", "raw", "heading", "html")


def _raw_cells(notebook: dict) -> list[dict]:
    """The cells as dictionaries: at the top (formats 1 and 4) or in worksheets (2 and 3)."""
    lists = [notebook.get("cells")]
    worksheets = notebook.get("worksheets")
    if isinstance(worksheets, list):
        lists += [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
    found = [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, dict)]
    if not found and notebook.get("cells") != [] and not isinstance(worksheets, list):
        raise Unreadable("is JSON but not a notebook (its cells are no list)")
    if len(found) > CELL_LIMIT:
        raise Unreadable(f"has {len(found)} cells; more than {CELL_LIMIT} are not read")
    return found


def _source(cell: dict) -> str:
    """The text of a cell: one string or a list of lines, under the name that its format uses."""
    for name in ("source", "input", "code", "text"):
        text = cell.get(name)
        if isinstance(text, str):
            return text
        if isinstance(text, list):
            return "".join(line for line in text if isinstance(line, str))
    return ""


def _is_for_looking(cell: dict) -> bool:
    """A cell that draws what a student has built, by otter's own tag: no grade depends on it, so nobody waits for it."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return isinstance(tags, list) and "otter_ignore" in tags


def _question(cell: dict) -> str | None:
    """The question that a markdown cell answers, from nbgrader's metadata or the course's own."""
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        return None
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and nbgrader.get("solution"):
        name = nbgrader.get("grade_id")
    else:
        name = metadata.get("question")
    return name if isinstance(name, str) and re.fullmatch(r"[\w.-]{1,64}", name, re.ASCII) else None


def _format_notes(notebook: dict) -> tuple[str, ...]:
    notes = []
    version, minor = _plain(notebook.get("nbformat", 4)), _plain(notebook.get("nbformat_minor", 5))
    if version != "4":
        notes.append(f"notebook format {version or 'unknown'}; read all the same")
    elif not (minor.isdecimal() and int(minor) <= 5):
        notes.append(f"notebook format 4.{minor or 'unknown'} is not known; read all the same")
    metadata = notebook.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    if isinstance(kernel, dict):
        words = f"{_plain(kernel.get('language'))} {_plain(kernel.get('name'))}".strip()
        if words and "py" not in words.lower():
            notes.append(f"its kernel is {words!r}; its cells are run as Python all the same")
    return tuple(notes)


def _plain(value: object) -> str:
    """A short string or number as text; nothing for all else (to print a deep structure could exhaust the stack)."""
    return printable(value[:20]) if isinstance(value, str) else str(value)[:20] if isinstance(value, int) else ""


# ------------------------------------------------------------------------------------------- Python files

_CELL_MARK = re.compile(r"^# (?:%%|In\[[ \d]*\]:)(.*)$", re.MULTILINE)


def read_script(data: bytes) -> Cells:
    """A `.py` hand-in: its `# %%` (or nbconvert's `# In[3]:`) parts as cells, the whole as one cell without such marks."""
    data, notes = utf8(data)
    if len(data) > CODE_LIMIT:
        raise Unreadable(f"is a script of more than {CODE_LIMIT // 2**20} MB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not valid UTF-8 text (byte 0x{data[error.start]:02x})") from None
    marks = list(_CELL_MARK.finditer(text))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(text)]
    is_code = [True, *("[markdown]" not in mark[1] and "[raw]" not in mark[1] for mark in marks)]
    parts = [text[a:b].strip("\n") for a, b, code in zip(starts, ends, is_code, strict=True) if code]
    cells = tuple(part for part in parts if part.strip())
    if len(cells) > CELL_LIMIT:
        raise Unreadable(f"has {len(cells)} cells; more than {CELL_LIMIT} are not read")
    return Cells(cells, {}, (*notes, "handed in as a Python script instead of a notebook"))
