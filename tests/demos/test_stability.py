"""Stability in Chromium: bootstraps, heat map and number by mouse, touch and keyboard. (Node: test_choose_k.py.)"""

from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from book.data.make_choosing_k import bootstrap
from book.data.make_initialization import Stream
from book.demos import Stability
from tests.demos.harness import Hands, settle

pytestmark = pytest.mark.browser


class Bootstraps(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or Stability(), **options)

    @property
    def heat(self):
        return self.page.locator("canvas[role=img]")

    def after(self, count):
        """Wait until so many bootstraps are in the heat map; returns what it says."""
        words = f"after {count} bootstrap"
        self.eventually(lambda: words in self.heat.get_attribute("aria-label"))
        return self.heat.get_attribute("aria-label")

    def number(self):
        return self.page.locator(".number").inner_text()


def expected(widget, data, k, seed, count):
    """Stability by scikit-learn, of the reference's clusterings of the same samples; and the labels."""
    labels = [bootstrap(widget.sets[data], k, Stream(seed * 1009 + b)) for b in range(count)]
    return np.mean([adjusted_rand_score(a, b) for a, b in combinations(labels, 2)]), labels


def wavering(labels):
    """Percent of all pairs that are together in some bootstraps and apart in others."""
    together = np.mean([y[:, None] == y for y in labels], axis=0)
    upper = together[np.triu_indices(len(together), 1)]
    return round(100 * np.mean((upper > 0) & (upper < 1)))


def test_bootstraps_by_mouse(new_page):
    demo = Bootstraps(new_page())
    assert "needs two" in demo.after(1)
    assert demo.number() == "–"
    demo.press("One more")
    demo.after(2)
    truth, _ = expected(demo.widget, "blobs", 4, 1, 2)
    assert demo.number() == f"{truth:.2f}"
    assert demo.trait("stability") == pytest.approx(truth)
    demo.slide("Clusters (k)", 6)
    demo.slide("Bootstraps", 9)
    words = demo.after(9)
    truth, labels = expected(demo.widget, "blobs", 6, 1, 9)
    assert demo.trait("stability") == pytest.approx(truth)
    assert f"{wavering(labels)} % of the pairs waver" in words
    assert f"{wavering(labels)} % of all pairs" in demo.picture()
    demo.says("k = 6, 9 bootstraps: the stability is")

    # a cell of the heat map: its two points, and how often they were together
    box = demo.heat.bounding_box()
    demo.page.mouse.click(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    demo.says("were together in", "of 9 bootstraps")
    said = demo.page.get_by_role("status").inner_text()
    a, b, times = (int(word) for word in said.replace(".", "").split() if word.isdigit() and word != "9")
    assert times == sum(y[a - 1] == y[b - 1] for y in labels)
    assert demo.trouble == []


def test_guess_then_measure(new_page):
    demo = Bootstraps(new_page())
    chart = demo.page.locator(".panels svg[role=img]")
    assert "guess first" in chart.get_attribute("aria-label")
    demo.slide("Clusters (k)", 5)
    demo.press("Most stable: k = 5")
    demo.eventually(lambda: "20 bootstraps each" in chart.get_attribute("aria-label"), 20000)
    values = [float(text) for text in chart.get_attribute("aria-label").split(": ")[1].rstrip(".").split(", ")]
    assert values[3] == pytest.approx(expected(demo.widget, "blobs", 5, 1, 20)[0], abs=0.006)
    assert min(values[:3]) > 0.9 > max(values[3:])
    demo.says(f"You said 5, which has {values[3]:.2f}. At least 0.9: k = 2, 3, 4.")
    demo.page.get_by_label("Data", exact=True).select_option("uniform noise")
    demo.eventually(lambda: "guess first" in chart.get_attribute("aria-label"))
    assert demo.trouble == []


def test_play_seed_and_data(new_page):
    demo = Bootstraps(new_page())
    demo.press("Play")
    demo.eventually(lambda: demo.trait("count") >= 3)
    demo.press("Pause")
    count = demo.trait("count")
    settle(demo.page, 500)
    assert demo.trait("count") == count
    demo.press("Another")
    assert demo.trait("seed") == 2
    demo.slide("Bootstraps", 6)
    demo.after(6)
    first = demo.number()
    assert first == f"{expected(demo.widget, 'blobs', 4, 2, 6)[0]:.2f}"
    demo.page.get_by_label("Data", exact=True).select_option("uniform noise")
    demo.slide("Bootstraps", 6)
    demo.eventually(lambda: demo.number() == f"{expected(demo.widget, 'uniform noise', 4, 2, 6)[0]:.2f}")
    assert float(demo.number()) < float(first) - 0.2
    assert demo.trouble == []


def test_companions_by_keyboard_and_mouse(new_page):
    demo = Bootstraps(new_page())
    ghost = demo.page.locator(".handle.ghost")
    ghost.focus()
    first = demo.center(ghost)
    demo.page.keyboard.press("PageDown")
    demo.page.keyboard.press("ArrowLeft")
    y = bootstrap(demo.widget.sets["blobs"], 4, Stream(1009))
    demo.says(f"Point 10 was always together with {np.sum(y == y[9]) - 1} others")
    assert ghost.get_attribute("aria-label").startswith("Point 10;")
    assert demo.center(ghost) != first
    before = demo.page.locator(".plot canvas").screenshot()
    demo.page.mouse.click(*first)
    demo.says("Point 1 was always together")
    assert demo.page.locator(".plot canvas").screenshot() != before
    assert demo.trouble == []


def test_touch_and_kernel(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    demo = Bootstraps(page, Stability(np.random.default_rng(0).normal(size=(50, 2)), k=3))
    demo.button("One more").tap()
    demo.after(2)
    box = demo.heat.bounding_box()
    demo.heat.tap(position={"x": box["width"] * 0.9, "y": box["height"] * 0.1})
    demo.says("were together in", "of 2 bootstraps")
    page.evaluate("window.models[0].set('k', 5)")
    demo.eventually(lambda: "k = 5" in demo.picture())
    page.evaluate("window.models[0].set('count', 4)")
    demo.after(4)
    assert demo.trouble == []
