"""FreezeLayers: a network of three layers, pretrained or not, a few labels. Which layers may learn?"""

import html

import traitlets as t

from . import made
from .base import COLORS, MARKERS, Demo


class FreezeLayers(Demo):
    """Test accuracy after finetuning with every subset of the layers frozen, from a pretrained network and from scratch.

    FreezeLayers()         as measured for the chapter on representations
    FreezeLayers(runs=…)   your own measurements, in the form of `freeze_layers` in book/data/make_representations.py

    `frozen` names the frozen layers, `begin` is "pretrained" or "scratch", `per_class` the number of labels of each class.
    """

    demo = t.Unicode("freeze_layers").tag(sync=True)
    runs = t.Dict().tag(sync=True)
    frozen = t.List(t.Unicode()).tag(sync=True)
    begin = t.Unicode("pretrained").tag(sync=True)
    per_class = t.Int(1).tag(sync=True)
    room = t.List(t.Unicode(), ["62.8rem", "35.5rem"]).tag(sync=True)

    @t.default("runs")
    def _measured(self) -> dict:
        return made.load("representations")["freeze_layers"]

    @t.validate("frozen", "begin", "per_class")
    def _known(self, proposal: dict) -> object:
        name, value = proposal["trait"].name, proposal["value"]
        known = {"frozen": self.runs["layers"], "begin": self.runs["starts"], "per_class": self.runs["per_class"]}[name]
        if any(entry not in known for entry in (value if name == "frozen" else [value])):
            raise t.TraitError(f"{name} must be taken from {', '.join(map(str, known))}; got {value!r}")
        return value

    @t.default("description")
    def _describe(self) -> str:
        layers, results = self.runs["layers"], self.runs["results"]
        best = {count: max((r for r in results if r["per_class"] == count), key=lambda r: r["mean"]) for count in self.runs["per_class"]}
        words = [
            f"{count}: {' and '.join(r['frozen']) or 'nothing'} frozen, {r['start']}, {r['mean']:.0%}"
            for count, r in best.items()
        ]
        return (
            f"A network of {len(layers)} layers ({', '.join(layers)}) is finetuned with few labels, with any of its layers frozen. "
            f"The best way by the number of labels a class: {'; '.join(words)}. With everything frozen it only guesses."
        )

    @t.default("still")
    def _picture(self) -> str:
        """For each number of labels a column, for each way to freeze a row, and a mark for each start."""
        counts, layers, parts = self.runs["per_class"], self.runs["layers"], []
        ways = list(dict.fromkeys(tuple(r["frozen"]) for r in self.runs["results"]))
        for column, count in enumerate(counts):
            left = 175 + 150 * column
            parts.append(f'<text x="{left + 62}" y="16" font-size="12" text-anchor="middle">{count} a class</text>')
            parts += [f'<path d="M{left + share * 125},24V{30 + 30 * len(ways)}" stroke="#ccc"/>' for share in (0, 0.2, 0.5, 1)]
            for r in self.runs["results"]:
                if r["per_class"] != count:
                    continue
                g, y = self.runs["starts"].index(r["start"]), 44 + 30 * ways.index(tuple(r["frozen"]))
                parts.append(f'<path d="M{left + r["low"] * 125:.1f},{y}H{left + r["high"] * 125:.1f}" stroke="{COLORS[g]}" stroke-width="2"/>')
                parts.append(f'<path d="{MARKERS[g]}" transform="translate({left + r["mean"] * 125:.1f},{y})" fill="{COLORS[g]}"/>')
        for row, way in enumerate(ways):
            words = "all learn" if not way else "all frozen" if len(way) == len(layers) else f"frozen: {', '.join(way)}"
            parts.append(f'<text x="4" y="{48 + 30 * row}" font-size="12">{html.escape(words)}</text>')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {50 + 30 * len(ways)}" role="img" '
            f'aria-label="{html.escape(self.description)}" font-family="sans-serif">{"".join(parts)}</svg>'
        )
