"""DrawAndRemember in Chromium: by mouse, touch and keyboard, against the reference. (Node: test_autoencoders_algorithm.py.)"""

import numpy as np
import pytest

from book.data.make_autoencoders import pairs, through_pca
from book.demos import DrawAndRemember, pictures
from solutions.autoencoders import decode, encode
from tests.demos.harness import Hands
from tests.demos.test_latent_explorer import pixels_of

pytestmark = pytest.mark.browser


class Pad(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or DrawAndRemember(), **options)

    @property
    def pad(self):
        return self.page.get_by_role("grid")

    @property
    def memory(self):
        return self.page.locator("canvas[aria-label^='From memory with']")

    def width(self, m):
        return self.page.get_by_role("button", name=f"m = {m}").filter(has_text=f"m = {m}").last if m == 64 else self.page.locator("button", has_text=f"m = {m}").first

    def spot(self, column, row):
        """The middle of a pixel of the pad, counted from 0."""
        box = self.pad.bounding_box()
        return box["x"] + (column + 0.5) / 8 * box["width"], box["y"] + (row + 0.5) / 8 * box["height"]

    def drawing(self):
        return np.array(pictures.pixels(self.trait("drawing")))

    def truth(self, x, m, times=1):
        net = next(net for net in self.widget.nets if net["m"] == m)
        for _ in range(times):
            x = decode(encode(np.array([x]), pairs(net["encoder"])), pairs(net["decoder"]))[0]
        return x

    def remembers(self, image):
        self.eventually(lambda: np.abs(pixels_of(self.memory) - np.clip(image, 0, 1)).max() < 0.01)


def test_drawing_by_mouse(new_page):
    demo = Pad(new_page())
    demo.remembers(demo.truth(pictures.pixels(demo.widget.drawing), 2))
    demo.press("Clear")
    demo.eventually(lambda: demo.trait("drawing") == "0" * 64)
    demo.drag(demo.spot(2, 1), demo.spot(5, 1))
    demo.drag(demo.spot(5, 1), demo.spot(3, 6))  # begins on ink: this one erases
    demo.drag(demo.spot(4, 2), demo.spot(4, 6))
    drawn = demo.drawing().reshape(8, 8)
    assert drawn[1, 2:5].min() == 1
    assert drawn[1, 5] == 0
    assert drawn[2:7, 4].min() == 1
    assert drawn[:, :1].max() == drawn[:, 7:].max() == 0
    demo.remembers(demo.truth(drawn.ravel(), 2))
    lost = ((drawn.ravel() - demo.truth(drawn.ravel(), 2)) ** 2).sum()
    demo.says("Your drawing reads most like", f"Lost: {lost:.2f}")
    demo.eventually(lambda: f"Lost: {lost:.2f}" in demo.page.locator(".side").inner_text())
    assert demo.trouble == []


def test_widths_memories_and_chains(new_page):
    demo = Pad(new_page())
    x = np.array(pictures.pixels(demo.widget.drawing))
    for m in (1, 8, 32):
        demo.width(m).click()
        demo.remembers(demo.truth(x, m))
        demo.eventually(lambda m=m: demo.width(m).get_attribute("aria-pressed") == "true")
        assert demo.trait("m") == m
    demo.width(64).click()
    demo.remembers(x)
    demo.says("It lost nothing", "copying knows nothing")
    demo.width(4).click()
    demo.page.get_by_label("Memory", exact=True).select_option("straight: PCA")
    demo.remembers(through_pca(x[None], demo.widget.pca, 4)[0])
    demo.page.get_by_label("Memory", exact=True).select_option("bent: a network")
    demo.slide("Redrawings in a row", 5)
    demo.remembers(demo.truth(x, 4, times=5))
    demo.says("redrawn 5 times", "Lost the first time")
    demo.page.get_by_label("Begin with", exact=True).select_option("noise")
    demo.says("no digit, as far as this memory can tell")
    assert demo.trait("drawing") == demo.widget.examples["noise"]
    assert demo.trouble == []


def test_keyboard(new_page):
    demo = Pad(new_page())
    demo.press("Clear")
    demo.page.get_by_role("gridcell", name="row 2, column 4: blank").focus()
    press = demo.page.keyboard.press
    for _ in range(4):
        press("Space")
        press("ArrowDown")
    demo.eventually(lambda: demo.page.get_by_role("gridcell", name="row 5, column 4: ink").count() == 1)
    drawn = demo.drawing().reshape(8, 8)
    assert drawn[1:5, 3].min() == 1
    assert drawn[6:].max() == 0
    demo.remembers(demo.truth(drawn.ravel(), 2))
    press("ArrowUp")
    press("Enter")
    demo.eventually(lambda: demo.page.get_by_role("gridcell", name="row 5, column 4: blank").count() == 1)
    for _ in range(9):
        press("ArrowLeft")
    press("Space")  # at the edge: it stays inside
    demo.eventually(lambda: demo.drawing().reshape(8, 8)[4, 0] == 1)
    assert demo.page.evaluate("document.querySelector('.demo-host').shadowRoot.activeElement.getAttribute('aria-label')").startswith("row 5, column 1")
    assert demo.trouble == []


def test_touch_and_kernel(new_page):
    page = new_page(viewport={"width": 320, "height": 800}, has_touch=True, is_mobile=True)
    demo = Pad(page, DrawAndRemember(drawing="0" * 64, m=8))
    demo.pad.scroll_into_view_if_needed()
    page.touchscreen.tap(*demo.spot(3, 3))
    demo.eventually(lambda: demo.drawing().reshape(8, 8)[3, 3] == 1)
    demo.remembers(demo.truth(demo.drawing(), 8))
    demo.width(16).tap()
    demo.remembers(demo.truth(demo.drawing(), 16))
    page.evaluate("image => window.models[0].set('drawing', image)", demo.widget.images[7])
    demo.remembers(demo.truth(pictures.pixels(demo.widget.images[7]), 16))
    page.evaluate("window.models[0].set('m', 2)")
    demo.remembers(demo.truth(pictures.pixels(demo.widget.images[7]), 2))
    assert demo.trouble == []
