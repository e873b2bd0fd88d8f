"""RestartLottery in Chromium: its tickets are the reference's, every control does something. (Node: test_basin_map.py.)"""

import numpy as np
import pytest

from book.data.make_initialization import lottery
from book.demos import RestartLottery
from tests.demos.harness import Hands, settle

pytestmark = pytest.mark.browser


class Lottery(Hands):
    def __init__(self, page, **options):
        super().__init__(page, RestartLottery(), **options)

    def table(self):
        """The figures of both ways, by row: best, median, worst, hits."""
        rows = self.page.locator("tbody tr")
        return {row.locator("th").inner_text(): [float(text) for text in row.locator("td").all_inner_texts()] for row in rows.all()}

    def drawn(self, count):
        """Wait until so many restarts are drawn."""
        self.eventually(lambda: f"Histogram of {count} final losses" in self.chart(0), 15000)

    def chart(self, which):
        return self.page.locator(".panels svg[role=img]").nth(which).get_attribute("aria-label")

    def bars(self, which):
        return self.page.locator(".panels svg[role=img]").nth(which).locator("path[fill^='#']").count()


def expected(widget, data, k, seed, count):
    """The table by the reference's own k-means from the same draws."""
    drawn = lottery(widget.sets[data], k, range(seed * 1009, seed * 1009 + count))
    losses = {name: np.array([t["loss"] for t in drawn[key]]) for name, key in (("random", "random"), ("k-means++", "plus"))}
    least = min(values.min() for values in losses.values())
    return {name: [v.min(), np.median(v), v.max(), np.sum(v <= 1.01 * least)] for name, v in losses.items()}


def agrees(found, truth):
    return all(found[name] == pytest.approx(truth[name], rel=2e-3) for name in truth)


def test_one_more_many_and_the_guess(new_page):
    demo = Lottery(new_page())
    demo.press("One more", "One more")
    assert demo.trait("count") == 3
    demo.drawn(3)
    demo.says("Restart 3: random ends at")
    assert agrees(demo.table(), expected(demo.widget, "twelve towns", 12, 1, 3))
    demo.slide("Restarts", 40)
    demo.drawn(40)
    truth = expected(demo.widget, "twelve towns", 12, 1, 40)
    assert agrees(demo.table(), truth)
    assert demo.bars(0) > demo.bars(1) > 1
    assert f"random {truth['random'][0]:.4g}, k-means++ {truth['k-means++'][0]:.4g}" in demo.chart(2)
    demo.press("k-means++")
    demo.drawn(200)
    hits = {name: int(row[3]) for name, row in demo.table().items()}
    assert hits["k-means++"] > 20 * hits["random"]
    demo.says("Right", f"k-means++ {hits['k-means++']} times")
    demo.press("random")
    demo.says("Not so")
    demo.press("One more")
    demo.says("Those were all 200 tickets")
    assert demo.trouble == []


def test_play_and_pause(new_page):
    demo = Lottery(new_page())
    demo.press("Play")
    demo.eventually(lambda: demo.trait("count") >= 4)
    demo.press("Pause")
    count = demo.trait("count")
    settle(demo.page, 400)
    assert demo.trait("count") == count < 200
    demo.press("Reset")
    assert demo.trait("count") == 1
    demo.drawn(1)
    assert demo.trouble == []


def test_settings(new_page):
    demo = Lottery(new_page())
    demo.slide("Restarts", 12)
    demo.drawn(12)
    towns = demo.page.locator(".plot").bounding_box()
    demo.page.get_by_label("Data").select_option("three villages")
    assert demo.trait("k") == 3
    assert demo.trait("count") == 1
    assert demo.picture().startswith("66 points (three villages), 3 centres, 1 restart each")
    assert demo.page.locator(".plot").count() == 1
    assert demo.page.locator(".plot").bounding_box()["y"] == towns["y"]
    k = demo.page.get_by_label("Centres (k)")
    k.focus()
    demo.page.keyboard.press("ArrowRight")
    assert demo.trait("k") == 4
    demo.press("Another")
    assert demo.trait("seed") == 2
    demo.slide("Restarts", 5)
    demo.drawn(5)
    assert agrees(demo.table(), expected(demo.widget, "three villages", 4, 2, 5))
    demo.page.get_by_label("Data").select_option("no clusters")
    assert demo.trait("k") == 8
    assert demo.trouble == []


def test_the_map_shows_any_restart_of_either_way(new_page):
    demo = Lottery(new_page())
    demo.slide("Restarts", 6)
    demo.drawn(6)
    drawn = lottery(demo.widget.sets["twelve towns"], 12, range(1009, 1015))
    assert f"restart 6, random: loss {drawn['random'][5]['loss']:.4g}" in demo.picture()
    before = demo.page.locator(".plot").screenshot()
    demo.slide("Restart shown", 2)
    assert f"restart 2, random: loss {drawn['random'][1]['loss']:.4g}" in demo.picture()
    demo.says("Restart 2: random ended at")
    demo.page.get_by_label("Map: start by").select_option("k-means++")
    assert f"restart 2, k-means++: loss {drawn['plus'][1]['loss']:.4g}" in demo.picture()
    assert demo.page.locator(".plot").screenshot() != before
    assert demo.trouble == []


def test_touch_and_kernel(new_page):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    demo = Lottery(page)
    demo.button("One more").tap()
    demo.drawn(2)
    page.evaluate("window.models[0].set('count', 9)")
    demo.drawn(9)
    page.evaluate("window.models[0].set('data', 'no clusters')")
    demo.eventually(lambda: "no clusters" in demo.picture())
    demo.button("about equal").tap()
    demo.drawn(200)
    demo.says("random came there")
    assert demo.trouble == []
