"""FreezeLayers in Chromium: freeze, expect, train, by mouse, touch and keyboard. (Node: test_representations_algorithm.py.)"""

import math

import pytest

from book.demos import FreezeLayers
from tests.demos.harness import Hands

pytestmark = pytest.mark.browser


def percent(share):
    """Whole percent, halves upwards, as JavaScript rounds."""
    return f"{math.floor(100 * share + 0.5)} %"


class Layers(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or FreezeLayers(), **options)

    def layer(self, name):
        return self.page.get_by_role("group", name="Layers").get_by_role("button", name=name)

    def number(self):
        return self.page.locator(".number").inner_text()

    def run(self, start, per_class, *frozen):
        """The measurement that the demo must show."""
        runs = self.widget.runs["results"]
        return next(r for r in runs if (r["start"], r["per_class"], r["frozen"]) == (start, per_class, list(frozen)))

    def shows(self, run):
        self.eventually(lambda: self.number() == percent(run["mean"]))

    def marks(self):
        """Pairs of bar and mark in the chart."""
        return self.page.locator("svg[data-figure] path[stroke-opacity='0.55']").count()


def test_freeze_expect_train(new_page):
    demo = Layers(new_page())
    assert demo.number() == "?"
    assert demo.marks() == 0
    demo.slide("I expect", 60)
    demo.says("You expect 60 %")
    demo.press("Train")
    first = demo.run("pretrained", 1)
    demo.shows(first)
    demo.says("You expected 60 %", "points less", percent(first["mean"]))
    demo.layer("head").click()
    demo.says("head frozen", "7,504 of 7,589")
    assert demo.trait("frozen") == ["head"]
    demo.eventually(lambda: demo.number() == "?")
    demo.layer("eye").click()
    demo.slide("Labels a class", 2)
    demo.press("From scratch", "Train")
    assert [demo.trait(name) for name in ("frozen", "begin", "per_class")] == [["eye", "head"], "scratch", 20]
    run = demo.run("scratch", 20, "eye", "head")
    demo.shows(run)
    assert f"On the 100 pictures it learned from: {percent(run['train'])}" in demo.page.locator(".side").inner_text()
    demo.eventually(lambda: demo.marks() == 1)
    demo.press("Show all eight ways")
    demo.eventually(lambda: demo.marks() == 16)
    demo.says("20 labels a class: best is nothing frozen, pretrained", percent(demo.run("pretrained", 20)["mean"]))
    demo.layer("eye").click()
    demo.shows(demo.run("scratch", 20, "head"))
    demo.press("Pretrained")
    demo.shows(demo.run("pretrained", 20, "head"))
    assert demo.trouble == []


def test_keyboard_and_kernel(new_page):
    demo = Layers(new_page())
    for name in ("eye", "middle", "head"):
        demo.layer(name).focus()
        demo.page.keyboard.press("Space")
        demo.eventually(lambda name=name: demo.layer(name).get_attribute("aria-pressed") == "true")
    demo.says("everything frozen: 0 of 7,589")
    demo.button("Train").focus()
    demo.page.keyboard.press("Enter")
    demo.shows(demo.run("pretrained", 1, "eye", "middle", "head"))
    assert f"everything frozen, pretrained {percent(demo.run('pretrained', 1, 'eye', 'middle', 'head')['mean'])}" in demo.picture()
    slider = demo.page.get_by_label("I expect", exact=True)
    before = demo.page.locator("svg[data-figure] path[stroke-dasharray='5 3']").get_attribute("d")
    slider.focus()
    demo.page.keyboard.press("ArrowRight")
    demo.eventually(lambda: demo.page.locator("svg[data-figure] path[stroke-dasharray='5 3']").get_attribute("d") != before)
    demo.page.evaluate("window.models[0].set('frozen', ['middle'])")
    demo.eventually(lambda: "middle frozen" in demo.picture())
    demo.page.evaluate("window.models[0].set('begin', 'scratch')")
    demo.eventually(lambda: "from scratch" in demo.picture())
    assert demo.trouble == []


def test_touch(new_page):
    demo = Layers(new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True))
    demo.layer("middle").tap()
    demo.button("Train").tap()
    demo.shows(demo.run("pretrained", 1, "middle"))
    assert demo.trouble == []
