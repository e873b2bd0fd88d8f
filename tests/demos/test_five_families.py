"""FiveFamilies in Chromium: draw, step by step, and ask about a point, by mouse, touch and keyboard. (Node: test_generative_algorithm.py.)"""

import numpy as np
import pytest

from book.data import make_generative as step
from book.demos import FiveFamilies
from tests.demos.harness import Hands

pytestmark = pytest.mark.browser


class Models(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or FiveFamilies(), **options)

    @property
    def probe(self):
        return self.page.get_by_role("slider", name="Point to ask about", exact=True)

    def number(self):
        return self.page.locator(".number").inner_text()

    def plot(self):
        return self.page.locator(".plot").screenshot()

    def says_density(self, value, prefix=""):
        """Wait until the number is this, within a unit of its last digit."""
        near = lambda: self.number().startswith(prefix) and abs(float(self.number().removeprefix(prefix).replace("−", "-")) - value) < 0.0151
        self.eventually(near)


@pytest.mark.parametrize(("name", "steps"), [("Autoregressive", 2), ("Flow", 8), ("VAE", 2), ("GAN", 1), ("Diffusion", 40)])
def test_each_family_draws_step_by_step(new_page, name, steps):
    demo = Models(new_page())
    demo.press(name)
    demo.says(name, f"0 of {steps}")
    seen = [demo.plot()]
    for count in range(1, min(steps, 3) + 1):
        demo.press("Next step")
        demo.says(f"{count} of {steps}")
        seen.append(demo.plot())
    assert len(set(seen)) == len(seen)
    demo.slide("Step", steps)
    demo.says(f"{steps} of {steps}")
    demo.eventually(lambda: "Samples by the nearest digit: 0s" in demo.page.locator(".demo-host .demo").inner_text())
    assert "Nearest digit of the samples: 0s" in demo.picture()
    before = demo.plot()
    demo.press("Another")
    assert demo.trait("seed") == 2
    demo.eventually(lambda: demo.plot() != before)
    demo.press("From the start")
    demo.says(f"0 of {steps}")
    assert demo.trouble == []


def test_what_each_can_say_about_a_point(new_page):
    demo = Models(new_page())
    models, at = demo.widget.families, np.array([[1.2, 0.6]])
    demo.says_density(step.autoregressive_density(models["autoregressive"], at)[0])
    demo.press("Flow")
    demo.says_density(step.flow_density(models["flow"], at)[0])
    demo.press("VAE")
    demo.eventually(lambda: demo.number().startswith("≥ "))
    exact = step.vae_density(models["vae"], at)[0]
    assert float(demo.number().removeprefix("≥ ").replace("−", "-")) <= exact + 0.01
    assert f"gives {exact:.2f}".replace("-", "−") in demo.page.locator(".side").inner_text()
    demo.press("GAN")
    demo.eventually(lambda: demo.number() == "cannot say")
    demo.press("Diffusion")
    demo.says_density(step.diffusion_density(models["diffusion"], at)[0])
    demo.press("Flow")
    box = demo.page.locator(".plot").bounding_box()
    there = (box["x"] + 90, box["y"] + 60)
    demo.drag(demo.center(demo.probe), there)
    demo.lies_at(demo.probe, there)
    demo.eventually(lambda: float(demo.number().replace("−", "-")) < -4)  # an empty corner
    demo.probe.focus()
    before = demo.number()
    demo.page.keyboard.press("Shift+ArrowDown")
    demo.eventually(lambda: demo.number() != before)
    assert demo.trouble == []


def test_training_of_the_gan_and_the_other_controls(new_page):
    demo = Models(new_page())
    demo.press("GAN")
    training = demo.page.get_by_label("GAN training", exact=True)
    training.focus()
    for _ in range(5):
        demo.page.keyboard.press("ArrowLeft")
    steps = demo.widget.families["gan"]["checkpoints"][2]["step"]
    demo.says(f"after {steps} steps of training")
    before = demo.plot()
    demo.page.get_by_label("Show the real digits").uncheck()
    demo.says("Only samples are shown")
    demo.eventually(lambda: demo.plot() != before)
    before = demo.plot()
    demo.slide("Sample to follow", 9)
    demo.says("Sample 9 is followed")
    demo.eventually(lambda: demo.plot() != before)
    picture = demo.page.locator("canvas[aria-label^='Sample 9 as a picture']")
    demo.eventually(lambda: picture.count() == 1)
    demo.press("Flow")
    assert not training.is_visible()
    demo.press("Play")
    demo.eventually(lambda: "8 of 8" in demo.page.get_by_role("status").inner_text())
    demo.page.evaluate("window.models[0].set('family', 'vae')")
    demo.eventually(lambda: "a model, VAE" in demo.picture())
    assert demo.trouble == []


def test_touch(new_page):
    demo = Models(new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True))
    box = demo.page.locator(".plot").bounding_box()
    before = demo.number()
    demo.page.touchscreen.tap(box["x"] + box["width"] - 40, box["y"] + 40)
    demo.eventually(lambda: demo.number() != before)
    demo.button("Diffusion").tap()
    demo.button("Next step").tap()
    demo.says("1 of 40")
    assert demo.trouble == []
