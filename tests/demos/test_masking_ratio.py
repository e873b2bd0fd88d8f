"""MaskingRatio in Chromium: hide patches by mouse, touch and keyboard; the error that it shows is the reference's. (Node: test_representations_algorithm.py.)"""

import math
import re

import numpy as np
import pytest

from book.data.make_autoencoders import pairs
from book.demos import MaskingRatio, pictures
from tests.demos.harness import Hands

pytestmark = pytest.mark.browser


class Patches(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or MaskingRatio(), **options)

    def patch(self, row, column):
        return self.page.get_by_role("button", name=f"Patch row {row}, column {column}")

    def number(self):
        return self.page.locator(".number").inner_text()

    def error(self):
        """Mean squared error of the hidden pixels, by the network in NumPy, of what is hidden now."""
        pixels = np.array(pictures.pixels(self.widget.masking["images"][self.trait("picture")]["pixels"]))
        marks = np.isin(np.arange(16), self.trait("hidden"))
        mask = np.kron(marks.reshape(4, 4), np.ones((2, 2))).ravel() > 0
        a = np.r_[pixels * ~mask, marks]
        layers = pairs(self.widget.masking["network"])
        for depth, (W, b) in enumerate(layers):
            a = W @ a + b
            a = np.tanh(a) if depth < len(layers) - 1 else a.clip(0, 1)
        return f"{((a - pixels)[mask] ** 2).mean():.3f}"

    def agrees(self):
        expected = self.error()
        self.eventually(lambda: self.number() == expected)


def test_mouse(new_page):
    demo = Patches(new_page())
    demo.agrees()
    hidden = demo.trait("hidden")
    assert len(hidden) == 8
    assert not set(hidden) & {3}
    demo.patch(1, 4).click()
    demo.says("9 of 16 patches hidden")
    assert demo.trait("hidden") == sorted([*hidden, 3])
    demo.agrees()
    assert "row 1 column 4" in demo.picture()
    demo.press("Hide the others")
    assert len(demo.trait("hidden")) == 7
    demo.agrees()
    demo.slide("Hidden patches", 12)
    demo.agrees()
    rule = "svg[aria-label^='Squared error'] path[stroke-dasharray='2 3']"
    assert demo.page.locator(rule).count() == 1
    demo.page.get_by_label("Picture", exact=True).select_option("3 of 6")
    assert demo.trait("picture") == 2
    assert demo.trait("hidden") == sorted(demo.widget.masking["images"][2]["order"][:12])
    demo.agrees()
    demo.page.get_by_label("Show the truth").check()
    demo.says("It is a 5.")
    assert "a 5" in demo.picture()
    demo.slide("Hidden patches", 0)
    demo.says("Nothing is hidden")
    demo.eventually(lambda: demo.number() == "–")
    demo.press("Hide the others")
    demo.says("Everything is hidden")
    demo.agrees()
    assert demo.trouble == []


def test_guess_what_hiding_does_to_the_code(new_page):
    demo = Patches(new_page())
    chart = demo.page.locator("svg[aria-label^='Accuracy of a probe']")
    assert "guess first" in chart.get_attribute("aria-label")
    demo.page.get_by_label("Best code: hide in training", exact=True).select_option("75 %")
    demo.says("Best: 50 % hidden in training", "you said 75 %")
    demo.eventually(lambda: "guess first" not in chart.get_attribute("aria-label"))
    shown = [int(value) for value in re.findall(r"\d+ %: (\d+) %", chart.get_attribute("aria-label"))]
    assert shown == [math.floor(100 * entry["mean"] + 0.5) for entry in demo.widget.masking["trained_at"]]
    assert demo.trouble == []


def test_keyboard_and_kernel(new_page):
    demo = Patches(new_page())
    before = demo.trait("hidden")
    demo.patch(1, 1).focus()
    for key in ("ArrowUp", "ArrowLeft", "ArrowRight", "ArrowDown"):  # the first two lead nowhere
        demo.page.keyboard.press(key)
    assert demo.page.evaluate("document.querySelector('.demo-host').shadowRoot.activeElement.ariaLabel").startswith("Patch row 2, column 2")
    demo.page.keyboard.press("Space")
    assert demo.trait("hidden") == sorted(set(before) ^ {5})
    demo.agrees()
    demo.page.evaluate("window.models[0].set('hidden', [0, 15])")
    demo.eventually(lambda: "row 1 column 1, row 4 column 4" in demo.picture())
    demo.agrees()
    demo.page.evaluate("window.models[0].set('picture', 4)")
    demo.eventually(lambda: "Picture 5" in demo.picture())
    assert demo.trouble == []


def test_touch(new_page):
    demo = Patches(new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True))
    demo.patch(4, 1).tap()
    demo.says("of 16 patches hidden")
    demo.agrees()
    assert demo.trouble == []
