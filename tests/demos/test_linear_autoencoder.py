"""LinearAutoencoder in Chromium: by mouse, touch and keyboard, against the reference's gradients. (Node: test_autoencoders_algorithm.py.)"""

import numpy as np
import pytest

from book.demos import LinearAutoencoder
from solutions.autoencoders import linear_autoencoder_gradients, reconstruction_loss
from tests.demos.harness import Hands

pytestmark = pytest.mark.browser


class Descent(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or LinearAutoencoder(), **options)

    def number(self, which):
        return self.page.locator(".number").nth(which).inner_text()

    def vectors(self):
        return np.array(self.trait("w")), np.array(self.trait("v"))

    def walk(self, w, v, steps, rate=0.02):
        W, V = np.array([w]), np.array(v)[:, None]
        for _ in range(steps):
            of_W, of_V = linear_autoencoder_gradients(self.widget.X, W, V)
            W, V = W - rate * of_W, V - rate * of_V
        return W[0], V[:, 0], reconstruction_loss(self.widget.X, self.widget.X @ W.T @ V.T)

    def is_at(self, w, v, loss):
        """Wait until the demo has come to this place."""
        self.eventually(lambda: np.allclose(self.vectors(), (w, v), rtol=1e-9, atol=1e-12))
        assert self.trait("loss") == pytest.approx(loss, rel=1e-9)
        self.eventually(lambda: self.number(0).startswith(f"{loss:.4f}"))
        axis = np.linalg.eigh(self.widget.X.T @ self.widget.X)[1][:, 1]
        angle = np.degrees(np.arccos(min(1, abs(v @ axis) / np.linalg.norm(v))))
        assert self.trait("angle") == pytest.approx(angle, abs=1e-5)
        self.eventually(lambda: self.number(1) == f"{angle:.{2 if angle < 10 else 0}f}°")


def test_steps_by_mouse(new_page):
    demo = Descent(new_page())
    before = demo.page.locator(".plot canvas").screenshot()
    demo.press("Step")
    demo.is_at(*demo.walk(demo.widget.w, demo.widget.v, 1))
    demo.press("10 steps")
    demo.is_at(*demo.walk(demo.widget.w, demo.widget.v, 11))
    demo.says("11 steps: the loss is", "from the principal component")
    demo.slide("Learning rate", 1)  # twice as long
    demo.press("10 steps")
    w, v, _ = demo.walk(demo.widget.w, demo.widget.v, 11)
    demo.is_at(*demo.walk(w, v, 10, rate=0.04))
    demo.eventually(lambda: demo.page.locator(".plot canvas").screenshot() != before)
    chart = demo.page.locator(".side svg[role=img]")
    demo.eventually(lambda: "after 21" in chart.get_attribute("aria-label"))
    demo.press("w × 2, v ÷ 2")
    w, v, loss = demo.walk(w, v, 10, rate=0.04)
    demo.is_at(2 * w, v / 2, loss)
    demo.eventually(lambda: "after 0" in chart.get_attribute("aria-label"))
    assert demo.trouble == []


def test_play_reaches_pca(new_page):
    demo = Descent(new_page())
    demo.slide("Learning rate", 2)
    demo.press("Play")
    demo.eventually(lambda: demo.button("Play").count() == 1, 60_000)  # it stops by itself
    values = np.linalg.eigvalsh(demo.widget.X.T @ demo.widget.X / 150)
    assert demo.trait("loss") == pytest.approx(values[0], rel=2e-3)
    assert demo.trait("angle") < 0.1
    demo.eventually(lambda: f"PCA: {values[0]:.4f}" in demo.picture())
    assert demo.trouble == []


def test_starts(new_page):
    demo = Descent(new_page())
    kind = demo.page.get_by_label("Start", exact=True)
    kind.select_option("both zero")
    demo.press("10 steps")
    demo.says("Both gradients are exactly zero: nothing will ever move.")
    assert np.abs(demo.vectors()).max() == 0
    demo.eventually(lambda: demo.number(1) == "–")
    kind.select_option("at right angles")
    demo.eventually(lambda: demo.number(1) == "90°")
    demo.press("10 steps")
    assert demo.trait("angle") == pytest.approx(90, abs=1e-6)
    demo.press("Another")
    demo.eventually(lambda: kind.input_value() == "lot")
    assert demo.trait("seed") == 2
    one = demo.vectors()
    demo.press("Another")
    demo.eventually(lambda: not np.allclose(demo.vectors(), one))
    demo.slide("Learning rate", 4)
    demo.press("10 steps", "10 steps", "10 steps")
    demo.says("flown off", "smaller rate")
    demo.press("Reset")
    demo.eventually(lambda: np.allclose(demo.vectors(), (demo.widget.w, demo.widget.v)))
    assert demo.trouble == []


def test_v_by_mouse_and_keyboard(new_page):
    demo = Descent(new_page())
    tip = demo.page.get_by_role("slider", name="v, the decoder", exact=True)
    x, y = demo.center(tip)
    demo.drag((x, y), (x + 60, y - 60))
    demo.lies_at(tip, (x + 60, y - 60))
    _, dragged = demo.vectors()
    assert dragged[0] > 0.5
    assert dragged[1] > 0.5
    tip.focus()
    demo.page.keyboard.press("Shift+ArrowLeft")
    demo.eventually(lambda: demo.vectors()[1][0] < dragged[0] - 0.3)
    demo.eventually(lambda: demo.page.get_by_label("Start", exact=True).input_value() == "hand")
    w, v = demo.vectors()
    demo.press("Step")
    demo.is_at(*demo.walk(w, v, 1))
    assert demo.trouble == []


def test_touch_and_kernel(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    X = np.random.default_rng(3).normal(size=(40, 2)) * [1, 3]
    demo = Descent(page, LinearAutoencoder(X, w=[0.3, 0.1], v=[0.2, 0.2]))
    demo.button("10 steps").tap()
    demo.is_at(*demo.walk([0.3, 0.1], [0.2, 0.2], 10))
    page.evaluate("window.models[0].set('w', [0.5, 0.5])")
    _, v, _ = demo.walk([0.3, 0.1], [0.2, 0.2], 10)
    demo.is_at(*demo.walk([0.5, 0.5], v, 0))
    page.evaluate("window.models[0].set('rate', 0.01)")
    demo.button("Step").tap()
    demo.is_at(*demo.walk([0.5, 0.5], v, 1, rate=0.01))
    assert demo.trouble == []
