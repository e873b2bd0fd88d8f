"""LabelEfficiency in Chromium: bet, curves, single draws, by mouse, touch and keyboard. (Node: test_representations_algorithm.py.)"""

import math

import numpy as np
import pytest

from book.demos import LabelEfficiency
from tests.demos.harness import Hands

pytestmark = pytest.mark.browser


class Curves(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or LabelEfficiency(), **options)

    def row(self, name):
        return self.page.get_by_role("row").filter(has=self.button(name))

    def cells(self, name):
        """What the table says of a code: accuracy, and how many labels the pixels would need."""
        return self.row(name).locator("td").all_inner_texts()

    def shows(self, name, *cells):
        self.eventually(lambda: self.cells(name) == list(cells))

    def lines(self):
        """Curves with marks, the line of guessing apart."""
        return self.page.locator("svg[data-figure] path[stroke-dasharray='none']").count()

    def accuracy(self, name, budget, draw=0):
        code = next(code for code in self.widget.curves["codes"] if code["name"] == name)
        values = code["draws"][draw - 1] if draw else code["mean"]
        return f"{math.floor(100 * values[self.widget.curves['per_class'].index(budget)] + 0.5)} %"  # halves upwards, as JavaScript rounds

    def worth(self, name, budget):
        """How many labels a class the pixels need to be as good as a code: their mean curve, straight in the logarithm."""
        curves = self.widget.curves
        means = {code["name"]: code["mean"] for code in curves["codes"]}
        counts = curves["per_class"]
        return f"{np.exp(np.interp(means[name][counts.index(budget)], means['pixels'], np.log(counts))):.1f}"


def test_bet_then_look(new_page):
    demo = Curves(new_page())
    demo.shows("pixels", demo.accuracy("pixels", 1), "–")
    demo.shows("data prediction", "?", "?")
    assert demo.lines() == 1
    assert demo.button("compression").is_disabled()
    demo.page.get_by_label("Best with one label", exact=True).select_option("data prediction")
    demo.page.get_by_label("Worse than the pixels", exact=True).select_option("compression")
    demo.press("Show the curves")
    demo.says("best is data prediction")
    demo.eventually(lambda: demo.lines() == 8)
    text = demo.page.locator(".demo-host .demo").inner_text()
    assert "You said data prediction: yes." in text
    assert "You said compression." in text
    demo.shows("data prediction", demo.accuracy("data prediction", 1), "10")
    demo.shows("the wrong task", demo.accuracy("the wrong task", 1), "< 1")
    demo.slide("Labels a class", 5)
    assert demo.trait("budget") == 50
    demo.shows("label prediction", demo.accuracy("label prediction", 50), "> 50")
    demo.says("50 labels a class", "best is label prediction")
    demo.slide("Draw", 3)
    assert demo.trait("draw") == 3
    demo.shows("pixels", demo.accuracy("pixels", 50, 3), "–")
    demo.says("draw 3 alone")
    demo.press("Show the curves")
    demo.says("The curves are hidden")
    demo.eventually(lambda: demo.lines() == 1)
    assert demo.trouble == []


def test_curves_come_and_go_by_keyboard(new_page):
    demo = Curves(new_page())
    demo.press("Show the curves")
    box = demo.page.get_by_label("show compression", exact=True)
    box.focus()
    demo.page.keyboard.press("Space")
    demo.says("compression is hidden")
    demo.eventually(lambda: demo.lines() == 7)
    assert "compression" not in demo.picture()
    demo.button("hand-made features").focus()
    demo.page.keyboard.press("Enter")
    demo.says("designed by people", "eight draws in ten lie between")
    demo.eventually(lambda: "Looked at closely: Gradient directions" in demo.picture())
    demo.button("compression").focus()
    demo.page.keyboard.press("Enter")
    demo.eventually(lambda: demo.lines() == 8)  # looking closely shows it again
    slider = demo.page.get_by_label("Labels a class", exact=True)
    slider.focus()
    demo.page.keyboard.press("ArrowRight")
    assert demo.trait("budget") == 2
    demo.shows("compression", demo.accuracy("compression", 2), demo.worth("compression", 2))
    demo.page.evaluate("window.models[0].set('budget', 20)")
    demo.shows("pixels", demo.accuracy("pixels", 20), "–")
    assert demo.trouble == []


def test_touch(new_page):
    demo = Curves(new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True))
    demo.button("Show the curves").tap()
    demo.eventually(lambda: demo.lines() == 8)
    demo.button("no training").tap()
    demo.says("before its training")
    demo.page.get_by_label("show pixels", exact=True).tap()
    demo.eventually(lambda: demo.lines() == 7)
    assert demo.trouble == []
