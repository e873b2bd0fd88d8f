"""LatentExplorer in Chromium: by mouse, touch and keyboard, against the reference's decoder. (Node: test_autoencoders_algorithm.py.)"""

import numpy as np
import pytest

from book.data.make_autoencoders import pairs
from book.demos import LatentExplorer, pictures
from solutions.autoencoders import decode
from tests.demos.harness import Hands, settle

pytestmark = pytest.mark.browser

SHADES = """canvas => {
  const copy = new OffscreenCanvas(8, 8).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  return [...copy.getImageData(0, 0, 8, 8).data].filter((_, i) => i % 4 === 0);
}"""


def pixels_of(canvas) -> np.ndarray:
    """What a picture shows by day: 0 paper to 1 ink."""
    return (255 - np.array(canvas.evaluate(SHADES))) / (255 - 21)


class Plane(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or LatentExplorer(), **options)
        self.known = np.array([pictures.pixels(image) for image in self.widget.images])

    def handle(self, name):
        return self.page.get_by_role("slider", name=name)

    @property
    def drawn(self):
        return self.page.locator("canvas[aria-label^='Drawn by the decoder']")

    def truth(self, z):
        """What the reference draws at z, and what it reads like: the vote of three, of several the nearest."""
        image = decode(np.array([z]), pairs(self.widget.decoder))[0]
        nearest = self.widget.labels[np.argsort(((self.known - image) ** 2).sum(axis=1), kind="stable")[:3]].tolist()
        return image, max(nearest, key=lambda label: (nearest.count(label), -nearest.index(label)))

    def shows(self, z):
        """Wait until the demo draws and says what the reference has at z."""
        image, digit = self.truth(z)
        self.eventually(lambda: np.abs(pixels_of(self.drawn) - image).max() < 0.01)
        self.eventually(lambda: self.page.locator(".number").inner_text() == str(digit))
        self.eventually(lambda: f"reads most like {'an' if digit == 8 else 'a'} {digit}" in self.drawn.get_attribute("aria-label"))

    def spot(self, code):
        """Where a code lies on the screen."""
        box = self.page.locator(".plot").bounding_box()
        low, high = self.widget.codes.min(axis=0), self.widget.codes.max(axis=0)
        x, y = (np.array(code) - low + 0.12 * (high - low)) / (1.24 * (high - low))
        return box["x"] + 44 + x * (box["width"] - 52), box["y"] + 8 + (1 - y) * (box["height"] - 48)


def test_drag_and_click(new_page):
    demo = Plane(new_page())
    demo.shows(demo.widget.z)
    point = demo.handle("Code z")
    there = demo.spot([2.5, -2.7])
    demo.drag(demo.center(point), there)
    demo.lies_at(point, there)
    z = demo.trait("z")
    assert z == pytest.approx([2.5, -2.7], abs=0.05)
    demo.shows(z)
    demo.says(": reads most like a 4", "The nearest held-out image is a 4")
    corner = demo.spot([5.8, 1.9])
    demo.page.mouse.click(*corner)
    demo.lies_at(point, corner)
    demo.shows(demo.trait("z"))
    demo.says("No held-out image has its code near")
    # take up, then put: nobody needs to drag
    point.click()
    demo.says("taken up")
    settle(demo.page, 100)  # a click that ends a drag is none
    demo.page.mouse.click(*there)
    demo.lies_at(point, there)
    assert "(2.5" in demo.picture()
    assert demo.trouble == []


def test_a_numeral_shows_its_image(new_page):
    demo = Plane(new_page())
    original = demo.page.locator("canvas[aria-label^='Held-out image']")
    lonely = [i for i in range(len(demo.known)) if np.sort(np.hypot(*(demo.widget.codes - demo.widget.codes[i]).T))[1] > 0.45]
    i = next(i for i in lonely if np.hypot(*(demo.widget.ends - demo.widget.codes[i]).T).min() > 1 and np.hypot(*(demo.widget.codes[i] - demo.widget.z)) > 1)
    demo.page.mouse.click(*demo.spot(demo.widget.codes[i]))
    demo.says(f"Image {i + 1}, a")
    demo.eventually(lambda: original.is_visible() and np.abs(pixels_of(original) - demo.known[i]).max() < 0.01)
    assert demo.trait("z") == demo.widget.codes[i].tolist()
    demo.shows(demo.widget.codes[i])
    demo.handle("Code z").focus()
    demo.page.keyboard.press("PageDown")
    demo.says(f"Image {i + 2}, a")
    demo.page.keyboard.press("PageUp")
    demo.page.keyboard.press("PageUp")
    demo.says(f"Image {i}, a")
    demo.page.keyboard.press("Shift+ArrowRight")
    demo.eventually(lambda: not original.is_visible())
    x0, x1 = np.quantile(demo.widget.codes[:, 0], [0, 1])
    assert demo.trait("z")[0] == pytest.approx(demo.widget.codes[i - 1][0] + 0.1 * 1.24 * (x1 - x0), abs=0.02)
    assert demo.trouble == []


def test_walk(new_page):
    demo = Plane(new_page())
    strip = demo.page.locator("canvas[aria-label^='Picture']")
    assert strip.count() == 9
    a, b = demo.widget.ends
    for i in (0, 3, 8):
        image, _ = demo.truth(a + i / 8 * (b - a))
        demo.eventually(lambda i=i, image=image: np.abs(pixels_of(strip.nth(i)) - image).max() < 0.01)
    demo.slide("On the way from A to B", 0.5)
    demo.shows((a + b) / 2)
    demo.says("50 % of the way")
    demo.page.get_by_label("B", exact=True).select_option("a 4")
    demo.eventually(lambda: not np.array_equal(demo.trait("ends")[1], b))
    b = np.array(demo.trait("ends")[1])
    assert demo.widget.labels[(demo.widget.codes == b).all(axis=1)].tolist() == [4]
    assert demo.trait("z") == pytest.approx(((a + b) / 2).tolist())
    first = demo.handle("A, beginning of the walk")
    there = demo.spot([-5, -4])
    demo.drag(demo.center(first), there)
    demo.lies_at(first, there)
    chosen = demo.page.get_by_label("A", exact=True)
    demo.eventually(lambda: chosen.evaluate("node => node.selectedOptions[0].text") == "by hand")
    assert demo.trait("ends")[0] == pytest.approx([-5, -4], abs=0.05)
    demo.press("Play")
    demo.eventually(lambda: demo.button("Play").count() == 1)  # it stops by itself, at the end
    demo.says("100 % of the way")
    assert demo.trait("z") == pytest.approx(b.tolist())
    assert demo.trouble == []


def test_touch_calm_and_kernel(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True, reduced_motion="reduce")
    demo = Plane(page, LatentExplorer(z=[-2.0, 0.5]))
    demo.shows([-2.0, 0.5])
    page.touchscreen.tap(*demo.spot([4.5, 1.8]))
    demo.eventually(lambda: demo.trait("z")[0] > 4)
    demo.shows(demo.trait("z"))
    page.evaluate("window.seen = []; window.models[0].on('change:z', () => window.seen.push(window.models[0].get('z')[0]))")
    demo.button("Play").tap()
    (a, _), (b, _) = demo.widget.ends
    eighths = lambda: (np.array(page.evaluate("window.seen")) - a) / (b - a) * 8
    demo.eventually(lambda: max(eighths(), default=0) > 7.999)
    assert np.allclose(eighths(), np.round(eighths()), atol=1e-9)  # few large steps for those who asked for less motion
    page.evaluate("window.models[0].set('z', [0, 0])")
    demo.shows([0, 0])
    page.evaluate("window.models[0].set('ends', [[0, 0], [1, -1]])")
    demo.eventually(lambda: "A (0.00, 0.00) to B (1.00, −1.00)" in demo.picture())
    assert demo.trouble == []
