"""What all demos share on the Python side: an anywidget with its bundle, a title, a description and a still picture."""

import html
from collections.abc import Iterable

import anywidget
import numpy as np
import traitlets as t

from . import bundle

# Okabe and Ito's colours and one marker for each, in the order of the toolkit's style.js and marker.js.
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b6b6b", "#b8a800"]
MARKERS = [
    "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0",
    "M-3.5,-3.5h7v7h-7z",
    "M0,-4.6l4.2,7.4h-8.4z",
    "M0,-5l3.4,5l-3.4,5l-3.4,-5z",
    "M-1.4,-4.4h2.8v3h3v2.8h-3v3h-2.8v-3h-3v-2.8h3z",
    "M0,-5l1.3,3.4 3.6,.1 -2.8,2.2 1,3.5 -3.1,-2 -3.1,2 1,-3.5 -2.8,-2.2 3.6,-.1z",
    "M0,-4.4l3.8,2.2v4.4l-3.8,2.2l-3.8,-2.2v-4.4z",
    "M0,4.6l4.2,-7.4h-8.4z",
]
STILL_POINTS = 400  # a still picture needs no more


class Rows(t.TraitType):
    """Points, one a row: anything that NumPy turns into an (n, 2) array of finite numbers. Travels as nested lists."""

    info_text = "an (n, 2) array of finite numbers, one row a point"

    def validate(self, obj: t.HasTraits, value: object) -> np.ndarray:
        """A read-only copy of `value`; raises TraitError with the shape that came instead."""
        try:
            rows = np.array(value, dtype=float)
        except (TypeError, ValueError):
            raise t.TraitError(f"{self.name} must be {self.info_text}; got {type(value).__name__}") from None
        if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) == 0:
            raise t.TraitError(f"{self.name} must be {self.info_text}; got the shape {rows.shape}")
        if not np.isfinite(rows).all():
            raise t.TraitError(f"{self.name} must be {self.info_text}; some of these are NaN or infinite")
        rows.setflags(write=False)
        return rows


class PointSets(t.TraitType):
    """Data sets to choose from, by name: a dict of (n, 2) arrays. Travels as a dict of nested lists."""

    info_text = "a dict of names and (n, 2) arrays of finite numbers"

    def validate(self, obj: t.HasTraits, value: object) -> dict[str, np.ndarray]:
        """Read-only copies; raises TraitError that names the data set that is wrong."""
        if not isinstance(value, dict) or not value:
            raise t.TraitError(f"{self.name} must be {self.info_text}; got {value!r:.60}")
        rows = Rows()
        sets = {}
        for name, X in value.items():
            rows.name = f"{self.name}[{name!r}]"
            sets[str(name)] = rows.validate(obj, X)
        return sets


class Labels(t.TraitType):
    """One integer 0..35 for each point, or None as long as there are none. Travels as a list."""

    info_text = "one integer from 0 to 35 for each point, or None"
    allow_none = True

    def validate(self, obj: t.HasTraits, value: object) -> np.ndarray:
        """A read-only integer copy of `value`; raises TraitError."""
        labels = np.array(value)
        whole = labels.ndim == 1 and np.issubdtype(labels.dtype, np.number) and (labels == labels.astype(int)).all()
        if not whole or len(labels) == 0 or labels.min() < 0 or labels.max() > 35:
            raise t.TraitError(f"{self.name} must be {self.info_text}")
        labels = labels.astype(int)
        labels.setflags(write=False)
        return labels


def synced(trait: t.TraitType) -> t.TraitType:
    """Let the trait travel to the page, an array as nested lists."""

    def plain(value: object, _: object = None) -> object:
        if isinstance(value, dict):
            return {name: plain(entry) for name, entry in value.items()}
        return value.tolist() if isinstance(value, np.ndarray) else value

    return trait.tag(sync=True, to_json=plain)


class Demo(anywidget.AnyWidget):
    """A demo: `demo` names its JavaScript (book/demos/<demo>.js); subclasses add traits for data and state."""

    demo = t.Unicode(help="file name of the JavaScript module").tag(sync=True)
    anchor = t.Unicode("", help="name in the share link; give one if a page shows the same demo twice").tag(sync=True)
    title = t.Unicode("").tag(sync=True)
    description = t.Unicode(help="what the demo shows, in words; for those who cannot see or move it").tag(sync=True)
    still = t.Unicode(help="an SVG picture of the demo, for pages without scripts and for print").tag(sync=True)
    room = t.List(
        t.Unicode(), ["22rem", "22rem"], minlen=2, maxlen=2,
        help="CSS heights that a page keeps free: for narrow columns, and for those of 560 px or more",
    ).tag(sync=True)  # fmt: skip
    _esm = t.Unicode().tag(sync=True)

    @t.default("_esm")
    def _bundled(self) -> str:
        return bundle.script(self.demo)

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict, dict]:
        """The live demo, and for viewers that cannot run it the still picture with its description."""
        data, metadata = super()._repr_mimebundle_(**kwargs)
        caption = html.escape(self.description)
        data["text/html"] = f"<figure class='demo-still'>{self.still}<figcaption>{caption}</figcaption></figure>"
        data["text/plain"] = f"{type(self).__name__}: {self.description}"
        return data, metadata


def scatter_svg(X: np.ndarray, y: Iterable[int] | None, mu: np.ndarray | None, description: str) -> str:
    """A scatter plot of X (n, 2) as SVG: marker and colour by label y (n,), numbered discs at mu (k, 2). Grey without y."""
    everything = X if mu is None else np.vstack([X, mu])
    low, high = everything.min(axis=0), everything.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    size = np.array([600.0, float(np.clip(600 * span[1] / span[0], 300, 600))])

    def place(points: np.ndarray) -> np.ndarray:
        unit = (points - low) / span
        return np.column_stack([unit[:, 0], 1 - unit[:, 1]]) * (size - 60) + 30

    chosen = np.linspace(0, len(X) - 1, min(len(X), STILL_POINTS)).astype(int)
    labels = np.zeros(len(X), int) if y is None else np.asarray(y)
    marks = [
        f'<path d="{MARKERS[labels[i] % 8]}" transform="translate({a:.1f},{b:.1f})" '
        f'fill="{"#76808a" if y is None else COLORS[labels[i] % 8]}"/>'
        for i, (a, b) in zip(chosen, place(X[chosen]), strict=True)
    ]
    discs = [
        f'<g transform="translate({a:.1f},{b:.1f})"><circle r="14" fill="#fff" stroke="{COLORS[j % 8]}" stroke-width="4"/>'
        f'<text text-anchor="middle" dy="5" font-size="14" font-weight="700" fill="#000">{j + 1}</text></g>'
        for j, (a, b) in enumerate([] if mu is None else place(mu))
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" role="img" '
        f'aria-label="{html.escape(description)}" font-family="sans-serif">{"".join(marks)}{"".join(discs)}</svg>'
    )
