"""ChooseK: the criteria in Node against the reference; in Chromium by mouse, touch and keyboard."""

import subprocess

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from book.demos import ChooseK
from tests.demos.harness import Hands
from tests.demos.test_algorithm import HERE
from tools import node


def test_javascript_follows_the_reference(golden_choosing_k):
    try:
        done = node.run(HERE / "golden_choosing_k.mjs", golden_choosing_k)
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr[-2000:])
    assert int(done.stdout) > 340, "fewer comparisons than the golden values hold"


@pytest.mark.parametrize("word", ['"silhouettes": [', '"index": ', '"gap": [', '"error": [', '"loss": [', '"labels": [[', '"together": [[', '"stability": '])
def test_a_wrong_golden_value_is_noticed(golden_choosing_k, tmp_path, word):
    spoiled = tmp_path / "choosing_k.json"
    text = golden_choosing_k.read_text()
    before, after = text.rsplit(word, 1) if word in ('"silhouettes": [', '"index": ') else text.split(word, 1)
    end = min(after.index(sign) for sign in ",]}" if sign in after)
    spoiled.write_text(f"{before}{word}9.25{after[end:]}")
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        node.run(HERE / "golden_choosing_k.mjs", spoiled)


class Clusters(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or ChooseK(), **options)

    def panel(self, name):
        """What the panel says: its text alternative."""
        return self.page.locator(f".panels svg[aria-label^='{name}']").get_attribute("aria-label")

    def values(self, name):
        return [float(part.split(": ")[1].rstrip(".")) for part in self.panel(name).split(": ", 1)[1].split(". ")[0].split("; ")]

    def opened(self):
        self.eventually(lambda: "Its rule says" in self.panel("Gap"), 20000)


@pytest.mark.browser
def test_guess_then_the_criteria_speak(new_page):
    demo = Clusters(new_page())
    assert all("guess first" in demo.panel(name) for name in ("Loss", "Mean silhouette", "Gap"))
    demo.slide("Clusters (k)", 4)
    demo.says("k-means with k = 4: the loss is")
    X = demo.widget.sets["blobs"]
    fits = [KMeans(k, n_init=20, random_state=0).fit(X) for k in range(1, 9)]
    assert float(demo.page.locator(".number").inner_text()) == pytest.approx(fits[3].inertia_, rel=1e-3)
    sizes = np.bincount(fits[3].labels_)
    assert all(f"{size} " in demo.picture() for size in sizes)
    demo.press("My guess: k = 4")
    demo.opened()
    demo.says("four round blobs", "Silhouette: highest at 4", "Gap rule: 4")
    assert "You said 4 clusters." in demo.page.locator(".side").inner_text()
    assert demo.trait("guess") == 4
    assert demo.values("Loss") == pytest.approx([fit.inertia_ for fit in fits], rel=0.03)
    scores = [silhouette_score(X, fit.labels_) for fit in fits[1:]]
    assert demo.values("Mean silhouette")[:3] == pytest.approx(scores[:3], abs=2e-3)
    assert demo.page.locator(".panels path[stroke-dasharray='2 3']").count() == 3
    demo.press("Hide the criteria")
    demo.says("The criteria are hidden")
    assert "guess first" in demo.panel("Gap")
    assert demo.trouble == []


@pytest.mark.browser
def test_no_clusters_and_no_right_k(new_page):
    demo = Clusters(new_page())
    demo.page.get_by_label("Data", exact=True).select_option("uniform noise")
    demo.press("There are no clusters")
    demo.opened()
    demo.says("there are no clusters", "Gap rule: 1")
    assert "You said that there are no clusters." in demo.page.locator(".side").inner_text()
    highest = int(np.argmax(demo.values("Mean silhouette"))) + 2
    assert f"It is highest at {highest}." in demo.panel("Mean silhouette")
    before = demo.page.locator(".plot").screenshot()
    demo.page.get_by_label("Data", exact=True).select_option("rings")
    assert demo.trait("guess") is None
    assert "guess first" in demo.panel("Loss")
    assert demo.page.locator(".plot").screenshot() != before
    demo.press("My guess: k = 2")
    demo.says("a disc and a ring", "of a kind that k-means cannot find")
    assert demo.trouble == []


@pytest.mark.browser
def test_keyboard_seed_and_kernel(new_page):
    demo = Clusters(new_page())
    slider = demo.page.get_by_label("Clusters (k)", exact=True)
    slider.focus()
    before = demo.picture()
    demo.page.keyboard.press("ArrowRight")
    assert demo.trait("k") == 3
    assert demo.picture() != before
    demo.page.get_by_role("button", name="My guess").focus()
    demo.page.keyboard.press("Enter")
    demo.opened()
    gaps = demo.values("Gap")
    demo.press("Another")
    assert demo.trait("seed") == 2
    demo.opened()
    demo.eventually(lambda: demo.values("Gap") != gaps)
    demo.page.evaluate("window.models[0].set('k', 6)")
    demo.eventually(lambda: "in 6 clusters" in demo.picture())
    demo.page.evaluate("window.models[0].set('data', 'uniform noise')")
    demo.eventually(lambda: "data: uniform noise" in demo.picture())
    assert demo.trouble == []


@pytest.mark.browser
def test_touch(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    demo = Clusters(page, ChooseK(four := np.random.default_rng(0).normal(size=(60, 2)), k=3))
    assert len(four) == 60
    demo.button("My guess: k = 3").tap()
    demo.opened()
    assert demo.trait("guess") == 3
    demo.button("There are no clusters").tap()
    assert demo.trait("guess") == 0
    assert demo.trouble == []
