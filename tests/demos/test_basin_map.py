"""BasinMap: k-means and its basins in Node against the reference; in Chromium by mouse, touch and keyboard."""

import subprocess

import numpy as np
import pytest
from sklearn.cluster import KMeans

from book.demos import BasinMap
from tests.demos.harness import Hands, settle
from tests.demos.test_algorithm import HERE
from tools import node


def test_javascript_follows_the_reference(golden_initialization):
    try:
        done = node.run(HERE / "golden_initialization.mjs", golden_initialization)
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr[-2000:])
    assert int(done.stdout) > 6500, "fewer comparisons than the golden values hold"


@pytest.mark.parametrize("word", ['"loss": ', '"losses": [', '"median": '])
def test_a_wrong_golden_value_is_noticed(golden_initialization, tmp_path, word):
    spoiled = tmp_path / "initialization.json"
    text = golden_initialization.read_text()
    assert word in text
    spoiled.write_text(text.replace(word, f"{word}1", 1))
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        node.run(HERE / "golden_initialization.mjs", spoiled)


def inertia(X, mu):
    """The loss at the end of k-means from the starts mu, by scikit-learn."""
    return KMeans(len(mu), init=np.array(mu), n_init=1, tol=0, max_iter=1000).fit(X).inertia_


class Basins(Hands):
    def __init__(self, page, widget=None, **options):
        super().__init__(page, widget or BasinMap(), **options)

    def start(self, number):
        return self.page.get_by_role("slider", name=f"Start of centre {number}", exact=True)

    def right_loss(self):
        """The loss at the end is shown, and is scikit-learn's."""
        loss = self.trait("loss")
        assert loss == pytest.approx(inertia(self.widget.X, self.trait("mu")))
        assert f"{loss:.4g}" == f"{float(self.page.locator('.number').inner_text()):.4g}"
        return loss


@pytest.mark.browser
def test_mouse(new_page):
    demo = Basins(new_page())
    first = demo.right_loss()
    before = demo.trait("mu")
    x, y = demo.center(demo.start(3))
    demo.drag((x, y), (x - 250, y - 250))
    after = demo.trait("mu")
    assert after[:2] == before[:2]
    assert after[2][0] < before[2][0] - 2
    assert after[2][1] > before[2][1] + 2
    loss = demo.right_loss()
    assert loss > 1.5 * first
    demo.says("The run ends after", f"at a loss of {loss:.4g}")

    # a click puts the mapped centre there; the map is the same wherever that centre starts, and agrees with the run
    assert demo.page.locator("table").is_hidden()
    demo.page.get_by_label("Colour each place").check()
    rows = demo.page.locator("tbody tr:visible")
    assert rows.count() == 5
    demo.says("5 different ends", "lead to the least loss, 89.78")
    table = demo.page.locator("table").inner_text()
    shares = [float(row.split()[-2]) for row in rows.all_inner_texts() if "under" not in row]
    assert sum(shares) == pytest.approx(100, abs=3)
    assert "× the least" in demo.page.locator(".side").inner_text()
    plot = demo.page.locator(".plot").bounding_box()
    demo.page.mouse.click(plot["x"] + 150, plot["y"] + 270)
    demo.lies_at(demo.start(3), (plot["x"] + 150, plot["y"] + 270))
    assert demo.right_loss() == pytest.approx(first)
    assert "the least of all ends" in demo.page.locator(".side").inner_text()
    assert demo.page.locator("table").inner_text() == table

    # another centre in the hand: now the map is for that one
    demo.start(1).click()
    demo.page.keyboard.press("Escape")
    assert demo.trait("active") == 0
    demo.eventually(lambda: demo.page.locator("table").inner_text() != table)
    demo.page.get_by_label("The map is for").select_option("centre 2")
    assert demo.trait("active") == 1
    assert demo.trouble == []


@pytest.mark.browser
def test_guess_then_reveal(new_page):
    demo = Basins(new_page())
    demo.press("4 or more")
    demo.says("Right. Centre 3 can lead to 5 different ends")
    assert demo.page.get_by_label("Colour each place").is_checked()
    demo.press("2")
    demo.says("Not so.")
    demo.page.get_by_label("Colour each place").uncheck()
    demo.says("The map is hidden")
    assert demo.page.locator("table").is_hidden()
    assert demo.trouble == []


@pytest.mark.browser
def test_keyboard_and_settings(new_page):
    demo = Basins(new_page())
    before = demo.trait("mu")
    demo.start(2).focus()
    assert demo.trait("active") == 1
    demo.page.keyboard.press("ArrowRight")
    small = demo.trait("mu")[1][0] - before[1][0]
    demo.page.keyboard.press("Shift+ArrowRight")
    assert demo.trait("mu")[1][0] - before[1][0] - small > 5 * small > 0
    demo.right_loss()

    demo.slide("Centres (k)", 4)
    assert len(demo.trait("mu")) == demo.trait("k") == 4
    demo.right_loss()
    demo.slide("Centres (k)", 2)
    assert len(demo.trait("mu")) == 2
    assert demo.page.get_by_label("The map is for").locator("option").count() == 2
    loss = demo.right_loss()
    seen = set()
    for _ in range(4):
        demo.press("Another")
        seen.add(str(demo.trait("mu")))
        assert all(start in demo.widget.X.tolist() for start in demo.trait("mu"))
    assert len(seen) == 4
    assert demo.right_loss() > 0
    demo.press("Reset")
    assert demo.trait("mu") == before
    assert demo.right_loss() != loss
    assert demo.trouble == []


@pytest.mark.browser
def test_moves_one_by_one(new_page):
    demo = Basins(new_page())
    label = demo.page.locator(".slider .value").first
    assert label.inner_text() == "5 of 5"
    demo.slide("Moves shown", 1)
    demo.says("After 1 move.")
    assert label.inner_text() == "1 of 5"
    demo.press("Reset", "Play", "Pause")
    held = label.inner_text()
    settle(demo.page, 600)
    assert label.inner_text() == held != "5 of 5"
    demo.press("Play")
    demo.button("Play").wait_for()
    assert label.inner_text() == "5 of 5"
    demo.says("The run ends after 5 moves")
    assert demo.trouble == []


@pytest.mark.browser
def test_touch(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    demo = Basins(page)
    plot = page.locator(".plot").bounding_box()
    page.touchscreen.tap(plot["x"] + 120, plot["y"] + 90)
    demo.lies_at(demo.start(3), (plot["x"] + 120, plot["y"] + 90))
    demo.right_loss()
    page.touchscreen.tap(*demo.center(demo.start(1)))
    demo.says("Start of centre 1 taken up")
    page.wait_for_timeout(100)  # a hand is not quicker; a click within 60 ms counts as the end of a drag
    page.touchscreen.tap(plot["x"] + 200, plot["y"] + 200)
    demo.lies_at(demo.start(1), (plot["x"] + 200, plot["y"] + 200))
    page.get_by_label("Colour each place").tap()
    demo.eventually(lambda: demo.page.locator("table").is_visible())
    assert demo.trouble == []


@pytest.mark.browser
def test_the_picture_shows_the_basins(new_page):
    """Pixels: with the map on, two places of one basin look alike in colour, and two basins do not."""
    demo = Basins(new_page())
    places = [[230, 270], [350, 270], [60, 50]]  # two of the plain basin, one of another
    assert all(demo.pixels(*place)[3] == 0 for place in places)
    demo.page.get_by_label("Colour each place").check()
    demo.eventually(lambda: demo.pixels(*places[0])[3] > 0)
    one, two, other = (np.array(demo.pixels(*place)) for place in places)
    assert np.abs(one - two).max() < 12
    assert np.abs(one - other).max() > 25
    assert demo.trouble == []


@pytest.mark.browser
def test_a_kernel_sets_the_start(new_page):
    demo = Basins(new_page(), BasinMap(k=2, seed=5))
    assert len(demo.trait("mu")) == 2
    demo.page.evaluate("window.models[0].set('mu', [[1, 1], [2, 5], [7, 3]])")
    assert demo.trait("k") == 3
    demo.right_loss()
    demo.page.evaluate("window.models[0].set('colored', true)")
    demo.eventually(lambda: demo.page.locator("table").is_visible())
    assert demo.trouble == []
