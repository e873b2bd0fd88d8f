"""Text from a submission, made fit to be shown: on a page, in a spreadsheet, in a sentence."""

import re
from datetime import datetime

from markupsafe import Markup, escape

from autograder.model import Result

ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links, device strings
    r"|\x1b[ -/]*[0-~]"
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
LIMIT = 4000


def clean(text: str, limit: int = LIMIT) -> str:
    """`text` without terminal codes, control characters and lone surrogates; cut after `limit` characters.

    Line ends and tabs stay. Unassigned and private characters stay too: they are ugly, not dangerous.
    """
    kept = CONTROL.sub("", ANSI.sub("", text[: 4 * limit]))
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def plain(text: str) -> str:
    """One line for places that know no markup (titles, attributes): no bidirectional controls either.

    On the page itself `<bdi>` isolates them; a title or an `aria-label` has no such fence.
    """
    return " ".join(clean(text, 200).translate(BIDI).split())


def cell(value: object) -> object:
    """`value` as a spreadsheet may have it: numbers stay numbers, text can never become a formula.

    Excel, LibreOffice and Sheets run a cell that begins with one of `FORMULA_STARTS`; a leading apostrophe says
    "text". The same after a semicolon, where some countries' Excel would begin a new cell.
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return number(value)
    text = " ".join(clean(str(value)).split("\n"))
    text = re.sub(r"(;\s*)(?=[=+\-@])", r"\1'", text)
    return "'" + text if str(value).startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def number(value: float) -> int | float:
    """`value` without the noise of binary fractions: 3.0 is 3, a sum of thirds has four decimals."""
    rounded = round(float(value), 4)
    return int(rounded) if rounded == int(rounded) else rounded


def points(value: float) -> str:
    """`value` for reading: at most two decimals, none where none are needed."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(n: float, singular: str, plural: str | None = None) -> str:
    """"1 point", "2.5 points": the number and the noun that goes with it."""
    return f"{points(n)} {singular if n == 1 else plural or singular + 's'}"


def percent(share: float | None) -> str:
    """A share as whole per cent; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{100 * share:.0f}\u00a0%"


def seconds(value: float | None) -> str:
    """A duration in the unit that reads best."""
    if value is None:
        return "–"
    if value >= 90:
        return f"{value / 60:.0f}\u00a0min"
    return f"{1000 * value:.0f}\u00a0ms" if value < 0.9995 else f"{value:.1f}\u00a0s"


def duration(value: float, short: bool = False) -> str:
    """A time span in its two largest units: "2 days 5 hours", "12 minutes 1 second"; short: "2 d 5 h"."""
    units = (("day", "d", 86400), ("hour", "h", 3600), ("minute", "min", 60), ("second", "s", 1))
    first = next((i for i, (_, _, size) in enumerate(units) if value >= size), len(units) - 1)
    rest, words = max(1, int(value)), []
    for unit, sign, size in units[first : first + 2]:
        amount, rest = divmod(rest, size)
        if amount:
            words.append(f"{amount}\u00a0{sign}" if short else counted(amount, unit))
    return "\u00a0".join(words) if short else " ".join(words)


def lateness(result: Result) -> str:
    """What the student reads about a late hand-in; nothing for one in time or of an unknown time."""
    if result.late is None or not result.late.seconds:
        return ""
    opening = f"Handed in {duration(result.late.seconds)} after the due date ({moment(result.late.due)})"
    if not result.penalty or result.status != "graded":
        return f"{opening}."
    return f"{opening}: {counted(result.penalty, 'point')} of {points(result.raw_score)} deducted."


def moment(stamp: str) -> str:
    """An ISO 8601 time stamp as people write it; any other text as it is."""
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return plain(stamp)
    zone = f" {time.tzname()}" if time.tzinfo else ""
    return f"{time.day} {time:%B %Y, %H:%M}{zone}"


def prose(words: str) -> Markup:
    """Cleaned and escaped, with `backticks` as code: the one mark-up that hints and messages use."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(clean(words)))))


def test_title(name: str) -> str:
    """`test_two_points_by_hand` as a person would write it: "Two points by hand"."""
    words = re.sub(r"^test_?", "", name).replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]
