"""DensityByHand: bend one to three bells over real measurements, and watch the log-likelihood climb."""

import html
from math import exp, pi

import traitlets as t

from . import made
from .base import Demo

MOST_BELLS = 3


class DensityByHand(Demo):
    """Measurements of one number with their histogram, and weighted bells to move over them.

    DensityByHand()          the three data sets of the chapter on generative models
    DensityByHand(sets=[…])  your own, in the form of `density` in book/data/make_generative.py

    `data` names the data set; `bells` is {"weights": […], "means": […], "sds": […]}. Both can be read and set while the demo is shown.
    """

    demo = t.Unicode("density_by_hand").tag(sync=True)
    sets = t.List(t.Dict(), minlen=1).tag(sync=True)
    data = t.Unicode().tag(sync=True)
    bells = t.Dict().tag(sync=True)
    room = t.List(t.Unicode(), ["68.5rem", "37rem"]).tag(sync=True)

    @t.default("sets")
    def _measured(self) -> list:
        kept = {"golden", "histogram"}
        return [{name: part for name, part in entry.items() if name not in kept} for entry in made.load("generative")["density"]]

    @property
    def chosen(self) -> dict:
        """The data set that is shown."""
        return next(entry for entry in self.sets if entry["name"] == self.data)

    @t.default("data")
    def _first(self) -> str:
        return self.sets[0]["name"]

    @t.validate("data")
    def _known(self, proposal: dict) -> str:
        names = [entry["name"] for entry in self.sets]
        if proposal["value"] not in names:
            raise t.TraitError(f"data must be one of {', '.join(names)}; got {proposal['value']!r}")
        return proposal["value"]

    @t.default("bells")
    def _start(self) -> dict:
        return {name: self.chosen["start"][name] for name in ("weights", "means", "sds")}

    @t.validate("bells")
    def _sound(self, proposal: dict) -> dict:
        bells = proposal["value"]
        parts = [bells.get(name, []) for name in ("weights", "means", "sds")]
        count = len(parts[0])
        if not 1 <= count <= MOST_BELLS or any(len(part) != count for part in parts):
            raise t.TraitError(f"bells must have weights, means and sds of one to {MOST_BELLS} bells; got {bells!r:.80}")
        if min(parts[0]) < 0 or abs(sum(parts[0]) - 1) > 1e-6 or min(parts[2]) <= 0:
            raise t.TraitError("bells: weights must not be negative and must sum to 1, sds must be positive")
        return bells

    @t.default("description")
    def _describe(self) -> str:
        best = self.chosen["best"]
        words = ", ".join(f"{k} {'bell' if k == '1' else 'bells'} {fit['log_likelihood'] / len(self.chosen['x']):.3f}" for k, fit in best.items())
        return (
            f"A histogram of {len(self.chosen['x'])} measurements ({self.data}) and bells over it, to be moved and bent by hand. The mean "
            f"log-likelihood of a measurement climbs the better they fit; the most that can be reached: {words}. The divergence between histogram and bells falls."
        )

    @t.default("still")
    def _picture(self) -> str:
        """The histogram, and the best two bells over it."""
        edges, counts, fit = self.chosen["edges"], self.chosen["counts"], self.chosen["best"]["2"]
        low, high, width = edges[0], edges[-1], edges[1] - edges[0]
        total = sum(counts)
        top = max(counts) / total / width * 1.3
        x = lambda value: 20 + 560 * (value - low) / (high - low)
        y = lambda value: 300 - 280 * value / top
        bars = [
            f'<rect x="{x(edge):.1f}" y="{y(count / total / width):.1f}" width="{x(low + width) - x(low) - 1:.1f}" '
            f'height="{300 - y(count / total / width):.1f}" fill="#9aa4ae"/>'
            for edge, count in zip(edges, counts, strict=False)
        ]
        bell = lambda at, j: fit["weights"][j] * exp(-(((at - fit["means"][j]) / fit["sds"][j]) ** 2) / 2) / (fit["sds"][j] * (2 * pi) ** 0.5)
        places = [low + i * (high - low) / 200 for i in range(201)]
        line = "L".join(f"{x(at):.1f},{y(sum(bell(at, j) for j in range(2))):.1f}" for at in places)
        ticks = [f'<text x="{x(edge):.1f}" y="318" font-size="12" text-anchor="middle">{edge:g}</text>' for edge in edges[:: len(counts) // 4]]
        dots = [f'<circle cx="{x(value):.1f}" cy="304" r="1.5"/>' for value in self.chosen["x"][:60]]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 330" role="img" aria-label="{html.escape(self.description)}" font-family="sans-serif">'
            f'{"".join(bars)}{"".join(dots)}<path d="M{line}" fill="none" stroke="#0072b2" stroke-width="3"/>{"".join(ticks)}</svg>'
        )
