"""ColorPalette in Chromium: k colours are k colours, the line divides, every control does something. (Node: test_algorithm.py.)"""

import numpy as np
import pytest
import traitlets

from book.demos import ColorPalette
from tests.demos.harness import Hands, settle

IMAGE = """([from, to]) => {
  const canvas = document.querySelector(".demo-host").shadowRoot.querySelector("canvas[data-figure]");
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const [a, b] = [Math.round(from * canvas.width), Math.round(to * canvas.width)];
  const { data } = copy.getImageData(a, 0, b - a, canvas.height);
  return Array.from({ length: data.length / 4 }, (_, i) => [data[4 * i], data[4 * i + 1], data[4 * i + 2]]);
}"""


class Palette(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or ColorPalette(), **options)
        self.eventually(lambda: "being read" not in self.picture())

    def colors(self, start, end):
        """The different colours in a part of the picture, as fractions of its width."""
        return {tuple(color) for color in self.page.evaluate(IMAGE, [start, end])}

    def error(self):
        return float(self.page.locator(".number").inner_text())

    def swatches(self):
        return self.page.locator("[aria-label^=Palette] span").count()


@pytest.mark.browser
def test_k_colours_and_the_line(new_page):
    demo = Palette(new_page())
    errors = []
    for step, k in enumerate([2, 4, 8, 16, 32], 1):
        demo.slide("Colours (k)", step)
        demo.eventually(lambda k=k: demo.swatches() == k)
        assert demo.trait("k") == k
        painted = demo.colors(0.51, 1)
        assert 1 < len(painted) <= k
        errors.append(demo.error())
    assert errors == sorted(errors, reverse=True)
    assert len(demo.colors(0, 0.49)) > 1000
    demo.slide("As taken | painted", 0)
    demo.eventually(lambda: len(demo.colors(0.01, 1)) == 32)

    # the error that is written is that of the picture
    inner = lambda: np.array(demo.page.evaluate(IMAGE, [0.025, 0.975]), float)  # without the line, wherever it stands
    painted = inner()
    demo.slide("As taken | painted", 100)
    demo.eventually(lambda: len(demo.colors(0.02, 0.98)) > 1000)
    assert np.sqrt(np.mean((painted - inner()) ** 2)) == pytest.approx(demo.error(), rel=0.05)

    # dragging the line with the mouse
    box = demo.page.locator("canvas[data-figure]").bounding_box()
    demo.drag((box["x"] + 0.8 * box["width"], box["y"] + 50), (box["x"] + 0.3 * box["width"], box["y"] + 50))
    demo.eventually(lambda: "line at 30 %" in demo.picture())
    assert len(demo.colors(0.32, 1)) <= 32
    assert demo.trouble == []


@pytest.mark.browser
def test_moves_planes_and_seeds(new_page):
    demo = Palette(new_page())
    best, value = demo.error(), demo.page.locator(".controls .value").first
    demo.page.get_by_label("Moves shown").focus()
    demo.page.keyboard.press("Home")
    demo.eventually(lambda: value.inner_text().startswith("0 of"))
    assert demo.error() > best
    demo.press("Play")
    demo.eventually(lambda: int(value.inner_text().split()[0]) >= 2)
    demo.press("Pause")
    held = value.inner_text()
    settle(demo.page, 500)
    assert value.inner_text() == held
    plot = demo.page.locator(".plot")
    before = plot.screenshot()
    demo.page.get_by_label("Pixels as points").select_option("red and green")
    demo.eventually(lambda: "by red and green" in plot.locator("[role=img]").get_attribute("aria-label"))
    assert plot.screenshot() != before
    demo.press("Another")
    assert demo.trait("seed") == 2
    demo.says("4 colours: the typical error of a colour value is")
    assert demo.trouble == []


@pytest.mark.browser
def test_touch_and_kernel(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    stripes = np.zeros((30, 40, 3), np.uint8)
    stripes[:, 20:] = [250, 30, 20]
    demo = Palette(page, ColorPalette(stripes, k=2, subject="two stripes"))
    assert demo.picture().startswith("two stripes, painted with 2 colours")
    assert demo.error() < 8
    box = page.locator("canvas[data-figure]").bounding_box()
    page.touchscreen.tap(box["x"] + 0.25 * box["width"], box["y"] + 60)
    demo.eventually(lambda: "line at 25 %" in demo.picture())
    page.evaluate("window.models[0].set('k', 4)")
    demo.eventually(lambda: demo.swatches() == 4)
    assert demo.trouble == []


@pytest.mark.parametrize("image", [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_bad_input_says_what_is_wrong(image):
    with pytest.raises(traitlets.TraitError, match="image must be"):
        ColorPalette(image)
