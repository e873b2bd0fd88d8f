"""Small plots as inline SVG, drawn by plain functions that return markup.

Colours come from the page's style sheet, so that one drawing serves light, dark and print; every plot has a sentence
that says what it shows, and differs by pattern or shape as well as by colour. Each is drawn twice, for wide and for
narrow screens: text inside a scaled drawing would shrink with it.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from autograder.reports.items import Item
from autograder.reports.text import percent, seconds

WIDE, NARROW = 680, 300


def responsive(draw: Callable[[int], Markup]) -> Markup:
    """`draw(width)` for wide and for narrow screens; the style sheet shows one of them."""
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(draw(WIDE), draw(NARROW))


def _svg(width: int, height: float, alt: str, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg role="img" aria-label="{}" viewBox="0 0 {} {:g}" width="{}" height="{:g}">')
    return head.format(alt, width, height, width, height) + Markup("").join(parts) + Markup("</svg>")


def _text(x: float, y: float, words: str, anchor: str = "start", css: str = "") -> Markup:
    return Markup('<text x="{:g}" y="{:g}" text-anchor="{}" class="{}">{}</text>').format(x, y, anchor, css, words)


def _rect(x: float, y: float, width: float, height: float, css: str, fill: str = "") -> Markup:
    paint = Markup(' style="fill:{}"').format(fill) if fill else ""
    return Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" class="{}"{}/>').format(
        x, y, max(width, 0), max(height, 0), css, paint
    )


def _line(x1: float, y1: float, x2: float, y2: float, css: str) -> Markup:
    return Markup('<line x1="{:.2f}" y1="{:.2f}" x2="{:.2f}" y2="{:.2f}" class="{}"/>').format(x1, y1, x2, y2, css)


def _hatch(name: str) -> Markup:
    return Markup(
        '<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="6" height="6" class="hatch-ground"/><rect width="2.4" height="6" class="hatch-line"/>'
        "</pattern></defs>"
    ).format(name)


def ticks(most: float, about: int = 5) -> list[float]:
    """Round numbers from 0 to at least `most`, in steps of 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return [0.0, 1.0]
    power = 10.0 ** (len(f"{most / about:.0f}") - 1) if most / about >= 1 else 1.0
    while power > most / about:
        power /= 10
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= most / about - 1e-12)
    count = int(-(-most // step)) if most % step > 1e-9 * step else round(most / step)
    return [i * step for i in range(count + 1)]


def histogram(counts: Sequence[int], median: float, alt: str) -> Callable[[int], Markup]:
    """Bars of how many students reached each tenth of the points, and where the median lies (a share)."""

    def draw(width: int) -> Markup:
        left, top, bottom, height = 8.0, 40.0, 190.0, 232.0
        slot = (width - 2 * left) / len(counts)
        scale = (bottom - top) / max(max(counts, default=0), 1)
        parts = [_line(left, bottom, width - left, bottom, "axis")]
        for i, count in enumerate(counts):
            x, tall = left + i * slot, count * scale
            parts.append(_rect(x + 1.5, bottom - tall, slot - 3, tall, "bar"))
            if count:
                parts.append(_text(x + slot / 2, bottom - tall - 6, str(count), "middle", "value"))
        every = 1 if width > NARROW else 2
        marks = [i for i in range(len(counts) + 1) if i % every == 0]
        anchors = {0: "start", len(counts): "end"}
        parts += [
            _text(left + i * slot, bottom + 17, percent(i / len(counts)), anchors.get(i, "middle"), "tick") for i in marks
        ]
        x = left + median * (width - 2 * left)
        parts.append(_line(x, 20, x, bottom, "median"))
        anchor, shift = ("end", -6) if median > 0.5 else ("start", 6)
        parts.append(_text(x + shift, 16, f"median {percent(median)}", anchor, "median-label"))
        parts.append(_text(width / 2, height - 6, "share of the points decided so far", "middle", "axis-label"))
        return _svg(width, height, alt, parts)

    return draw


def _rows(width: int) -> tuple[float, float, float, float]:
    """(left, row height, where the bar begins in the row, bar height): names stand above the bars where it is narrow."""
    return (0.0, 44.0, 20.0, 14.0) if width <= NARROW else (228.0, 30.0, 7.0, 16.0)


def _name(item: Item, y: float, width: int) -> list[Markup]:
    base = y + (14 if width <= NARROW else 19)
    room = 29 if width > NARROW else 34
    title = item.topic.title if len(item.topic.title) <= room else item.topic.title[: room - 1].rstrip() + "…"
    name = Markup('<tspan class="strong">{}</tspan> {}').format(item.topic.id, title)
    return [Markup('<text x="0" y="{:g}">{}</text>').format(base, name)]


def difficulty(items: Sequence[Item], alt: str) -> Callable[[int], Markup]:
    """For each question the shares of students with full marks, with a part, with nothing; at the end the mean."""

    def draw(width: int) -> Markup:
        left, row, drop, thick = _rows(width)
        right = width - 52
        hatch = f"part-{width}"
        parts = [_hatch(hatch)]
        for i, item in enumerate(items):
            y, x = i * row, left
            parts += _name(item, y, width)
            for count, css in ((item.full, "bar"), (item.part, "part"), (item.none, "nothing")):
                wide = (right - left) * count / max(item.n, 1)
                if count:
                    parts.append(_rect(x, y + drop, wide, thick, css, f"url(#{hatch})" if css == "part" else ""))
                x += wide
            label = percent(item.mean_share) if item.n else "waits"
            parts.append(_text(width, y + drop + thick - 3, label, "end", "value"))
        return _svg(width, len(items) * row + 2, alt, parts)

    return draw


def times(items: Sequence[Item], alt: str) -> Callable[[int], Markup]:
    """For each question the median time of its checks (dot) and the time within which 95 % stay (bar's end)."""
    timed = [i for i in items if i.seconds_median is not None]
    scale = ticks(max((i.seconds_95 or 0.0 for i in timed), default=1.0), 4)

    def draw(width: int) -> Markup:
        left, row, drop, thick = _rows(width)
        first, last = left + 8, width - 24.0
        at = lambda value: first + (last - first) * value / scale[-1]
        foot = len(timed) * row + 6
        parts: list[Markup] = []
        for value in scale:
            parts.append(_line(at(value), 0, at(value), foot, "grid"))
            parts.append(_text(at(value), foot + 15, seconds(value) if value else "0", "middle", "tick"))
        for i, item in enumerate(timed):
            y = i * row + drop + thick / 2
            parts += _name(item, i * row, width)
            far, middle = at(item.seconds_95 or 0.0), at(item.seconds_median or 0.0)
            parts += [_line(middle, y, far, y, "range"), _line(far, y - 5, far, y + 5, "range")]
            parts.append(Markup('<circle cx="{:.2f}" cy="{:.2f}" r="5" class="dot"/>').format(middle, y))
        return _svg(width, foot + 22, alt, parts)

    return draw


def spark(share: float | None, label: str = "") -> Markup:
    """A bar as long as `share`, for a table cell whose number stands beside it (so it is hidden from screen readers)."""
    if share is None:
        return Markup("")
    return Markup(
        '<svg class="spark" aria-hidden="true" viewBox="0 0 60 8" width="60" height="8">'
        '<rect width="60" height="8" class="track"/><rect width="{:.2f}" height="8" class="bar"/></svg>{}'
    ).format(60 * min(max(share, 0.0), 1.0), escape(label))
