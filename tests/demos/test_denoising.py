"""Denoising in Chromium: by mouse, touch and keyboard, against the reference. (Node: test_autoencoders_algorithm.py.)"""

import re

import numpy as np
import pytest

from book.data.make_autoencoders import denoise, pairs
from book.demos import Denoising
from solutions.autoencoders import encode
from tests.demos.harness import Hands

pytestmark = pytest.mark.browser


class Field(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or Denoising(), **options)

    @property
    def probe(self):
        return self.page.get_by_role("slider", name="Noisy point", exact=True)

    def best(self, q, sigma):
        return denoise(np.array([q]), self.widget.points, sigma)[0]

    def answers(self, expected):
        """Wait until the demo answers this for its noisy point."""
        words = ", ".join(f"{value:.2f}".replace("-", "−").replace("−0.00", "0.00") for value in expected)
        self.eventually(lambda: f"answer ({words})" in self.probe.get_attribute("aria-valuetext").replace("−0.00", "0.00"))

    def losses(self):
        """What the chart says, pass by pass."""
        words = self.page.locator(".side svg[role=img]").get_attribute("aria-label")
        return [float(number) for number in words.rstrip(".").split(": ")[1].split(", ")] if ":" in words else []


def test_drag_click_and_keys(new_page):
    demo = Field(new_page())
    demo.answers(demo.best(demo.widget.probe, 0.2))
    plot = demo.page.locator(".plot").bounding_box()
    there = (plot["x"] + 120, plot["y"] + 150)
    demo.drag(demo.center(demo.probe), there)
    demo.lies_at(demo.probe, there)
    demo.answers(demo.best(demo.trait("probe"), 0.2))
    demo.says("With noise of 0.2 the answer for")
    there = (plot["x"] + 300, plot["y"] + 60)
    demo.page.mouse.click(*there)
    demo.lies_at(demo.probe, there)
    demo.answers(demo.best(demo.trait("probe"), 0.2))
    demo.probe.focus()
    before = demo.trait("probe")
    demo.page.keyboard.press("Shift+ArrowDown")
    demo.eventually(lambda: demo.trait("probe")[1] < before[1] - 0.1)
    demo.answers(demo.best(demo.trait("probe"), 0.2))
    assert demo.trouble == []


def test_noise_and_denoisers(new_page):
    demo = Field(new_page())
    field = lambda: demo.page.locator(".plot canvas").screenshot()
    for step, sigma in ((0, 0.02), (7, 2.56), (4, 0.32)):
        before = field()
        demo.slide("Noise, σ", step)
        assert demo.trait("sigma") == pytest.approx(sigma)
        demo.answers(demo.best(demo.widget.probe, sigma))
        demo.eventually(lambda before=before: field() != before)
    demo.page.get_by_label("Denoiser", exact=True).select_option("a small network")
    demo.answers(encode(np.array([demo.widget.probe]), pairs(demo.widget.network))[0])
    demo.eventually(lambda: "does not know that σ is 0.32" in demo.page.locator(".side").inner_text())
    assert demo.trouble == []


def test_spoil_and_denoise(new_page):
    demo = Field(new_page())
    demo.press("Denoise")
    demo.says("There is no noise to remove yet")
    demo.press("Spoil all points")
    demo.eventually(lambda: len(demo.losses()) == 1)
    # a sum of 240 squared normal numbers: its mean is 2 σ², its standard deviation 2 σ² / √120
    assert demo.losses()[0] == pytest.approx(2 * 0.04, abs=5 * 2 * 0.04 / 120**0.5)
    demo.press("Denoise", "Denoise")
    demo.eventually(lambda: len(demo.losses()) == 3)
    once = demo.losses()
    assert once[1] < 0.75 * once[0]
    demo.says("Pass 2: the loss")
    demo.eventually(lambda: demo.page.locator(".number").inner_text() == f"{once[2]:.2g}")
    demo.page.get_by_label("Denoiser", exact=True).select_option("a small network")
    demo.eventually(lambda: demo.losses() != once)
    assert demo.losses()[0] == once[0]
    demo.press("Spoil all points")
    demo.eventually(lambda: len(demo.losses()) == 1 and demo.losses()[0] != once[0])
    demo.press("Another")
    demo.eventually(lambda: demo.trait("seed") == 3)
    demo.press(*["Denoise"] * 9)
    demo.says("8 passes are enough")
    assert re.search(r"after 0 to 8 passes", demo.picture())
    assert demo.trouble == []


def test_touch_and_kernel(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    ring = np.column_stack([np.cos(np.arange(40)), np.sin(np.arange(40))])
    demo = Field(page, Denoising(ring, network=[], probe=[0.0, 0.0], sigma=2.0))
    demo.answers(demo.best([0, 0], 2.0))
    assert page.get_by_label("Denoiser", exact=True).locator("option").count() == 1
    plot = page.locator(".plot").bounding_box()
    page.touchscreen.tap(plot["x"] + 250, plot["y"] + 70)
    demo.eventually(lambda: demo.trait("probe") != [0, 0])
    demo.answers(demo.best(demo.trait("probe"), 2.0))
    page.evaluate("window.models[0].set('sigma', 0.1)")
    demo.answers(demo.best(demo.trait("probe"), 0.1))
    page.evaluate("window.models[0].set('probe', [0.5, 0.5])")
    demo.answers(demo.best([0.5, 0.5], 0.1))
    assert demo.trouble == []
