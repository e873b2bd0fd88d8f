"""LabelEfficiency: eight codes of the same pictures. How many labels does a simple probe need on each?"""

import html

import traitlets as t

from . import made
from .base import COLORS, MARKERS, Demo


class LabelEfficiency(Demo):
    """Accuracy of one simple probe against the number of labels a class, on eight codes of slipped digits.

    LabelEfficiency()          as measured for the chapter on representations
    LabelEfficiency(curves=…)  your own measurements, in the form of `label_efficiency` in book/data/make_representations.py

    `budget` is the number of labels a class that is looked at, `draw` which single draw of labels is shown (0: the mean of all).
    """

    demo = t.Unicode("label_efficiency").tag(sync=True)
    curves = t.Dict().tag(sync=True)
    budget = t.Int(1).tag(sync=True)
    draw = t.Int(0, min=0, max=8).tag(sync=True)
    room = t.List(t.Unicode(), ["78.8rem", "43.4rem"]).tag(sync=True)

    @t.default("curves")
    def _measured(self) -> dict:
        return made.load("representations")["label_efficiency"]

    @t.validate("budget")
    def _known(self, proposal: dict) -> int:
        if proposal["value"] not in self.curves["per_class"]:
            raise t.TraitError(f"budget must be one of {self.curves['per_class']}; got {proposal['value']}")
        return proposal["value"]

    @t.default("description")
    def _describe(self) -> str:
        counts = self.curves["per_class"]
        parts = [f"{code['name']} {code['mean'][0]:.0%} and {code['mean'][-1]:.0%}" for code in self.curves["codes"]]
        return (
            f"Test accuracy of a simple probe on {len(parts)} codes of slipped digits, against the number of labels a class. "
            f"With {counts[0]} and with {counts[-1]} labels: {'; '.join(parts)}. Guessing gives {self.curves['chance']:.0%}."
        )

    @t.default("still")
    def _picture(self) -> str:
        """All curves, each with the marker of its code and its name at the end."""
        counts, parts = self.curves["per_class"], []
        x = lambda i: 50 + i * 390 / (len(counts) - 1)
        y = lambda accuracy: 330 - 300 * accuracy
        for accuracy in (0, 0.2, 0.4, 0.6, 0.8, 1):
            parts.append(f'<path d="M50,{y(accuracy):.0f}H440" stroke="#bbb"/><text x="8" y="{y(accuracy) + 4:.0f}" font-size="12">{accuracy:.0%}</text>')
        parts += [f'<text x="{x(i):.0f}" y="350" font-size="12" text-anchor="middle">{count}</text>' for i, count in enumerate(counts)]
        for j, code in enumerate(self.curves["codes"]):
            places = [(x(i), y(accuracy)) for i, accuracy in enumerate(code["mean"])]
            line = "L".join(f"{a:.1f},{b:.1f}" for a, b in places)
            parts.append(f'<path d="M{line}" fill="none" stroke="{COLORS[j % 8]}" stroke-width="2"/>')
            parts += [f'<path d="{MARKERS[j % 8]}" transform="translate({a:.1f},{b:.1f})" fill="{COLORS[j % 8]}"/>' for a, b in places]
            parts.append(f'<path d="{MARKERS[j % 8]}" transform="translate(462,{40 + 22 * j})" fill="{COLORS[j % 8]}"/>')
            parts.append(f'<text x="474" y="{44 + 22 * j}" font-size="12">{html.escape(code["name"])}</text>')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 375" role="img" aria-label="{html.escape(self.description)}" '
            f'font-family="sans-serif"><text x="245" y="370" font-size="12" text-anchor="middle">labels a class</text>{"".join(parts)}</svg>'
        )
