"""DensityByHand in Chromium: bells by mouse, touch and keyboard, against SciPy and the best fit. (Node: test_generative_algorithm.py.)"""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from book.demos import DensityByHand
from tests.demos.harness import Hands

pytestmark = pytest.mark.browser


class Bells(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or DensityByHand(), **options)

    def bell(self, j):
        return self.page.get_by_role("slider", name=f"Bell {j}", exact=True)

    def number(self):
        return self.page.locator(".number").inner_text()

    def agrees(self):
        """Wait until the number is the mean log-likelihood, by SciPy, of the bells that a kernel would read."""
        bells = self.trait("bells")
        x = np.array(next(s for s in self.widget.sets if s["name"] == self.trait("data"))["x"])[:, None]
        value = logsumexp(np.log(bells["weights"]) + norm.logpdf(x, bells["means"], bells["sds"]), axis=1).mean()
        self.eventually(lambda: float(self.number().replace("−", "-")) == pytest.approx(value, abs=6e-4 if value > -100 else 0.6))
        return value

    def tries(self):
        words = self.page.locator(".side svg[role=img]").get_attribute("aria-label")
        return words.split(": ")[1].split(".  ")[0].count(",") + 1


def test_drag_a_peak(new_page):
    demo = Bells(new_page())
    start = demo.agrees()
    before = demo.trait("bells")
    x, y = demo.center(demo.bell(1))
    demo.drag((x, y), (x - 90, y))
    moved = demo.trait("bells")
    assert moved["means"][0] < before["means"][0] - 1
    assert moved["sds"][0] == pytest.approx(before["sds"][0], rel=0.02)
    assert demo.agrees() > start + 1
    assert demo.tries() == 2
    x, y = demo.center(demo.bell(1))
    demo.drag((x, y), (x, y + 60))
    lower = demo.trait("bells")
    assert lower["sds"][0] > 1.2 * moved["sds"][0]  # lower is wider
    demo.agrees()
    assert "width" in demo.bell(1).get_attribute("aria-valuetext")
    assert demo.trouble == []


def test_sliders_bells_and_the_maximum(new_page):
    demo = Bells(new_page())
    best = demo.widget.sets[0]["best"]
    demo.slide("Mean", round(200 * best["1"]["means"][0] / 8))
    low, high = np.log(0.05), np.log(4)
    demo.slide("Width (sd)", round(200 * (np.log(best["1"]["sds"][0]) - low) / (high - low)))
    reached = demo.agrees()
    assert reached == pytest.approx(best["1"]["log_likelihood"] / 150, abs=2e-3)
    assert demo.page.get_by_label("Share", exact=True).is_disabled()
    before = demo.page.locator(".plot").screenshot()
    demo.press("Show the maximum")
    demo.says("Dashed: the likeliest", "with 1 bell")
    assert demo.page.locator(".plot").screenshot() != before
    demo.slide("Bells", 2)
    demo.eventually(lambda: demo.bell(2).is_visible())
    demo.press("Bell 2")
    demo.slide("Mean", round(200 * 1.462 / 8))
    demo.slide("Share", 33)
    demo.slide("Width (sd)", round(200 * (np.log(0.1717) - low) / (high - low)))
    demo.press("Bell 1")
    demo.slide("Mean", round(200 * 4.905 / 8))
    demo.slide("Width (sd)", round(200 * (np.log(0.823) - low) / (high - low)))
    assert demo.trait("bells")["weights"] == pytest.approx([0.67, 0.33])
    value = demo.agrees()
    assert best["2"]["log_likelihood"] / 150 - 0.02 < value <= best["2"]["log_likelihood"] / 150
    assert "The likeliest: bell 1: mean 1.46" in demo.picture()
    rows = demo.page.locator("table td").all_inner_texts()
    assert float(rows[0]) < 0.1
    assert float(rows[1]) < 0.1
    demo.page.get_by_label("Measurements", exact=True).select_option("alcohol")
    demo.eventually(lambda: "178 measurements (alcohol" in demo.picture())
    assert demo.trait("data") == "alcohol"
    demo.agrees()
    assert demo.trouble == []


def test_keyboard_and_kernel(new_page):
    demo = Bells(new_page())
    before = demo.trait("bells")
    demo.bell(1).focus()
    demo.page.keyboard.press("Shift+ArrowLeft")
    assert demo.trait("bells")["means"][0] == pytest.approx(before["means"][0] - 0.8, abs=0.01)
    demo.page.keyboard.press("ArrowUp")
    assert demo.trait("bells")["sds"][0] < before["sds"][0]
    demo.agrees()
    demo.page.evaluate("window.models[0].set('bells', { weights: [0.4, 0.6], means: [1.5, 5], sds: [0.2, 0.9] })")
    demo.eventually(lambda: demo.bell(2).is_visible())
    demo.agrees()
    demo.page.evaluate("window.models[0].set('data', 'disease progression')")
    demo.eventually(lambda: "disease progression" in demo.picture())
    demo.agrees()
    assert demo.trouble == []


def test_touch(new_page):
    demo = Bells(new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True))
    demo.bell(1).tap()
    demo.says("taken up")
    box = demo.page.locator(".plot").bounding_box()
    demo.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    demo.eventually(lambda: demo.trait("bells")["means"][0] < 5)
    demo.agrees()
    assert demo.trouble == []
