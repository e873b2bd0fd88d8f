"""FoodTruckMap in Chromium, by mouse, touch and keyboard: every control is shown to do something."""

import math

import numpy as np
import pytest
from playwright.sync_api import expect

from book.demos import FoodTruckMap
from tests.demos.harness import ORIGIN, open_page, serve, settle

pytestmark = pytest.mark.browser


class Map:
    """The demo as a person meets it: what it says, and where things are on the screen."""

    def __init__(self, page, widget=None, **options):
        self.page = page
        self.trouble = open_page(page, [widget or FoodTruckMap()], **options)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, *names):
        for name in names:
            self.button(name).click()
            settle(self.page, 30)

    def trait(self, name):
        """What a kernel would read, after the pause in which changes are gathered."""
        settle(self.page, 200)
        return self.page.evaluate("name => window.models[0].get(name)", name)

    @property
    def status(self):
        settle(self.page, 750)
        return self.page.get_by_role("status").inner_text()

    @property
    def number(self):
        return self.page.locator(".number").inner_text()

    @property
    def picture(self):
        """The figure's text alternative."""
        settle(self.page, 320)
        return self.page.locator(".plot [role=img]").get_attribute("aria-label")

    def truck(self, number):
        return self.page.get_by_role("slider", name=f"Truck {number}", exact=True)

    @property
    def person(self):
        return self.page.locator(".handle.ghost")

    def center(self, locator):
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def on_screen(self, point):
        """Pixels of a data point, computed from two trucks whose data coordinates are known."""
        mu = self.trait("mu")
        a, b = self.center(self.truck(1)), self.center(self.truck(2))
        slope = [(b[c] - a[c]) / (mu[1][c] - mu[0][c]) for c in (0, 1)]
        return tuple(a[c] + (point[c] - mu[0][c]) * slope[c] for c in (0, 1))

    def drag(self, start, end, steps=6):
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=steps)
        mouse.up()
        settle(self.page, 30)


@pytest.fixture
def town(new_page):
    shown = Map(new_page())
    yield shown
    assert shown.trouble == []


def objective(X, mu, y, stretch=1.0):
    scale = np.array([stretch, 1.0])
    return float((((np.array(X) - np.array(mu)[y]) * scale) ** 2).sum())


def test_half_steps_by_mouse(town):
    assert "not yet defined" in town.number
    assert town.page.locator("fieldset").is_hidden()
    town.press("Assign")
    X, mu, y = (np.array(town.trait(name)) for name in ("X", "mu", "y"))
    assert np.array_equal(y, ((X[:, None] - mu) ** 2).sum(2).argmin(1))
    assert town.trait("loss") == pytest.approx(objective(X, mu, y))
    assert "everybody chose the nearest truck" in town.status
    town.press("Move")
    assert np.allclose(town.trait("mu"), [X[y == j].mean(0) for j in range(3)])
    assert "fell from" in town.status
    town.press("Move")
    assert "already stands in the middle" in town.status
    assert town.page.locator("svg circle").count() == 2


def test_move_before_assign_explains_itself(town):
    town.press("Move")
    assert "Assign comes first" in town.status
    assert town.trait("y") is None


def test_play_runs_to_the_end_and_the_objective_never_rises(town):
    town.button("Play").click()
    assert town.button("Pause").is_visible()
    town.button("Play").wait_for(timeout=20_000)
    assert "the algorithm stops" in town.status
    curve = town.page.locator(".side svg[role=img]").get_attribute("aria-label")
    heights = [float(c.get_attribute("cy")) for c in town.page.locator(".side svg circle").all()]
    assert len(heights) >= 5
    assert heights == sorted(heights)  # pixels grow downwards
    assert f"after {len(heights)} half-steps" in curve
    town.press("Play")
    assert "has stopped" in town.status


def test_pause_stops_playing(town):
    town.press("Play", "Pause")
    before = town.trait("mu")
    settle(town.page, 1200)
    assert town.trait("mu") == before
    assert town.button("Play").is_visible()


def test_dragging_a_truck_with_the_mouse(town):
    town.press("Assign")
    before, loss = town.trait("mu"), town.trait("loss")
    x, y = town.center(town.truck(2))
    town.drag((x, y), (x - 90, y - 60))
    after = town.trait("mu")
    assert after[1][0] < before[1][0]
    assert after[1][1] > before[1][1]
    assert [after[0], after[2]] == [before[0], before[2]]
    assert town.center(town.truck(2)) == pytest.approx((x - 90, y - 60), abs=1.5)
    assert town.trait("loss") != loss
    assert town.trait("loss") == pytest.approx(objective(town.trait("X"), after, town.trait("y")))
    assert "objective is now" in town.status


def test_a_truck_stays_on_the_map(town):
    x, y = town.center(town.truck(1))
    town.drag((x, y), (x + 5000, y + 5000))
    assert town.trait("mu")[0][0] < 10


def test_dragging_a_person_with_the_mouse(town):
    X = town.trait("X")
    who = int(np.argmax(np.array(X) @ [-1, 1]))  # in the upper left, far from the trucks
    start = town.on_screen(X[who])
    town.drag(start, (start[0] + 60, start[1] - 50))
    moved = [i for i, (a, b) in enumerate(zip(X, town.trait("X"), strict=True)) if a != b]
    assert moved == [who]
    assert math.dist(town.trait("X")[who], X[who]) > 0.3


def test_take_and_put_needs_no_dragging(town):
    town.truck(3).click()
    assert "taken up" in town.status
    plot = town.page.locator(".plot").bounding_box()
    town.page.mouse.click(plot["x"] + 120, plot["y"] + 60)
    settle(town.page)
    assert town.center(town.truck(3)) == pytest.approx((plot["x"] + 120, plot["y"] + 60), abs=1.5)
    town.truck(3).click()
    town.page.keyboard.press("Escape")
    town.page.mouse.click(plot["x"] + 300, plot["y"] + 200)
    settle(town.page)
    assert town.center(town.truck(3)) == pytest.approx((plot["x"] + 120, plot["y"] + 60), abs=1.5)


def test_double_click_adds_and_removes_a_person(town):
    n = len(town.trait("X"))
    plot = town.page.locator(".plot").bounding_box()
    spot = (plot["x"] + plot["width"] - 30, plot["y"] + plot["height"] - 60)
    town.page.mouse.dblclick(*spot)
    assert len(town.trait("X")) == n + 1
    assert town.on_screen(town.trait("X")[-1]) == pytest.approx(spot, abs=1.5)
    town.page.mouse.dblclick(*spot)
    assert len(town.trait("X")) == n
    town.press("Add a person")
    assert len(town.trait("X")) == n + 1
    town.press("Remove one")
    assert len(town.trait("X")) == n


def test_the_last_person_and_the_last_truck_stay(new_page):
    town = Map(new_page(), FoodTruckMap([[1.0, 1.0], [2.0, 3.0]], k=1))
    town.press("Remove one", "Remove one", "Assign", "Move")
    assert len(town.trait("X")) == 1
    assert town.trait("loss") == 0
    town.truck(1).focus()
    town.page.keyboard.press("Delete")
    assert "last truck stays" in town.status
    assert town.trouble == []


def test_trucks_by_keyboard(town):
    town.truck(1).focus()
    before = np.array(town.trait("mu")[0])
    town.page.keyboard.press("ArrowRight")
    fine = np.array(town.trait("mu")[0]) - before
    town.page.keyboard.press("Shift+ArrowRight")
    big = np.array(town.trait("mu")[0]) - before - fine
    assert fine[0] > 0
    assert fine[1] == 0
    assert big[0] == pytest.approx(10 * fine[0], rel=0.2)
    town.page.keyboard.press("ArrowUp")
    assert town.trait("mu")[0][1] > before[1]
    town.page.keyboard.press("ArrowDown")
    town.page.keyboard.press("ArrowLeft")
    assert "east" in town.truck(1).get_attribute("aria-valuetext")
    town.page.keyboard.press("Delete")
    assert len(town.trait("mu")) == 2 == town.trait("k")


def test_people_by_keyboard(town):
    n = len(town.trait("X"))
    town.person.focus()
    assert town.person.get_attribute("aria-label").startswith(f"Person 1 of {n}")
    town.page.keyboard.press("PageDown")
    settle(town.page, 60)
    assert town.person.get_attribute("aria-label").startswith("Person 2 of")
    X = town.trait("X")
    town.page.keyboard.press("Shift+ArrowRight")
    moved = town.trait("X")
    assert moved[1][0] > X[1][0]
    assert moved[0] == X[0]
    town.page.keyboard.press("Insert")
    assert len(town.trait("X")) == n + 1
    town.page.keyboard.press("Delete")
    assert len(town.trait("X")) == n
    town.page.keyboard.press("PageUp")
    settle(town.page, 60)
    assert not town.person.get_attribute("aria-label").startswith(f"Person {n} of")


def test_everything_is_reached_by_tab_in_order(town):
    seen = []
    town.page.locator(".plot").evaluate("node => node.getRootNode().host.setAttribute('tabindex', -1)")
    town.page.locator(".demo-host").focus()
    for _ in range(30):
        town.page.keyboard.press("Tab")
        name = town.page.evaluate(
            "() => { const at = document.activeElement?.shadowRoot?.activeElement;"
            " return at && (at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent) }"
        )
        if name is None:
            break
        seen.append(name)
        shown = town.page.evaluate(
            "() => getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineStyle"
        )
        assert shown != "none", f"the focus on {name} cannot be seen"
    text = " | ".join(seen)
    for name in ("Person", "Truck 1", "Truck 3", "Assign", "Move", "Play", "Trucks (k)", "Stretch", "Seed", "Reset", "Copy link"):
        assert name in text


def test_sliders_by_keyboard(town):
    town.page.get_by_label("Trucks (k)").focus()
    town.page.keyboard.press("ArrowRight")
    assert town.trait("k") == 4 == len(town.trait("mu"))
    assert town.truck(4).is_visible()
    town.page.keyboard.press("End")
    assert town.trait("k") == 8
    town.page.keyboard.press("Home")
    assert town.trait("k") == 1
    town.press("Assign", "Move")
    assert np.allclose(town.trait("mu")[0], np.mean(town.trait("X"), axis=0))


def test_stretching_turns_the_cells_and_changes_who_goes_where(town):
    town.press("Assign")
    before = town.trait("y")
    stretch = town.page.get_by_label("Stretch x axis")
    stretch.focus()
    town.page.keyboard.press("End")
    expect(stretch).to_have_attribute("aria-valuetext", "× 8")
    assert town.trait("stretch") == 8
    assert town.trait("loss") == pytest.approx(objective(town.trait("X"), town.trait("mu"), before, 8))
    town.press("Assign")
    X, mu = np.array(town.trait("X")) * [8, 1], np.array(town.trait("mu")) * [8, 1]
    assert np.array_equal(town.trait("y"), ((X[:, None] - mu) ** 2).sum(2).argmin(1))
    assert town.trait("y") != before
    assert "× 8" in town.page.locator(".plot svg").first.text_content()


def test_starts_and_seeds(town):
    first = town.trait("mu")
    town.button("Another").click()
    assert town.trait("seed") == 2
    assert town.trait("mu") == FoodTruckMap(seed=2).mu.tolist() != first
    town.page.get_by_label("Seed", exact=True).fill("7")
    town.page.keyboard.press("Enter")
    assert town.trait("mu") == FoodTruckMap(seed=7).mu.tolist()
    town.page.get_by_label("Trucks start").select_option("one far away")
    town.press("Assign", "Move")
    assert "Truck 3 serves nobody and stays where it is" in town.status
    assert 2 not in town.trait("y")
    assert "truck 3 at" in town.picture
    assert "serves nobody" in town.picture
    town.page.get_by_label("Trucks start").select_option("in a corner")
    assert np.ptp(town.trait("mu"), axis=0).max() < 2


def test_people_may_choose_again_while_a_truck_is_dragged(town):
    town.press("Assign")
    town.page.get_by_label("People choose again as I drag").check()
    x, y = town.center(town.truck(1))
    town.drag((x, y), (x - 100, y - 100))
    X, mu = np.array(town.trait("X")), np.array(town.trait("mu"))
    assert np.array_equal(town.trait("y"), ((X[:, None] - mu) ** 2).sum(2).argmin(1))


def test_guessing_makes_the_step_and_tells_the_truth(town):
    town.press("Assign")
    town.press("rise")
    assert "Not so: the objective fell" in town.page.locator("fieldset").inner_text()
    assert "0 of 1 right" in town.status
    town.press("fall")
    assert "1 of 2 right" in town.status


def test_reset(town):
    at_start = {name: town.trait(name) for name in ("X", "mu", "y", "k", "stretch")}
    town.press("Assign", "Move", "Add a person", "Another")
    town.press("Reset")
    assert {name: town.trait(name) for name in at_start} == at_start
    assert "not yet defined" in town.number


def test_the_link_restores_what_was_seen(new_page):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    town = Map(page)
    town.press("Assign", "Move")
    x, y = town.center(town.truck(2))
    town.drag((x, y), (x + 50, y + 20))
    town.press("Add a person", "Assign", "Move", "Assign")
    town.page.get_by_label("Stretch x axis").focus()
    page.keyboard.press("ArrowRight")
    town.press("Assign", "Move")
    settle(page, 600)
    names = ("X", "mu", "y", "k", "seed", "stretch", "loss")
    here = {name: town.trait(name) for name in names} | {"picture": town.picture, "number": town.number}
    town.press("Copy link")
    assert "copied" in town.status
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    assert len(link) < 600
    other = Map(new_page(), fragment=link.removeprefix(ORIGIN + "/"))
    assert "Restored" in other.status
    there = {name: other.trait(name) for name in names} | {"picture": other.picture, "number": other.number}
    assert there == here
    assert town.trouble == other.trouble == []


@pytest.mark.parametrize("bad", ["!!!", "bm90IGpzb24", "eyJtdSI6Inh4In0", "W10"])
def test_a_broken_link_shows_the_start(new_page, bad):
    town = Map(new_page(), fragment=f"#food-truck-map={bad}")
    assert town.trait("mu") == FoodTruckMap().mu.tolist()
    town.press("Assign")
    assert town.trouble == []


def test_touch(new_page):
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    town = Map(page)
    session = page.context.new_cdp_session(page)

    def finger(*path):
        for kind, point in [("touchStart", path[0]), *[("touchMove", p) for p in path[1:]], ("touchEnd", None)]:
            points = [] if point is None else [{"x": point[0], "y": point[1]}]
            page.wait_for_timeout(60)  # as slowly as a hand: a fling would swallow the next tap
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = town.trait("mu")
    x, y = town.center(town.truck(1))
    finger((x, y), (x + 10, y + 10), (x + 60, y - 40))
    assert town.trait("mu")[0] != before[0]
    assert town.center(town.truck(1)) == pytest.approx((x + 60, y - 40), abs=2)
    page.get_by_role("button", name="Assign", exact=True).tap()
    assert town.trait("loss") > 0
    # a person: tap, then drag the ring
    X = town.trait("X")
    spot = town.on_screen(max(X, key=lambda point: point[1] - point[0]))
    finger(spot)
    settle(page, 400)
    finger(spot, (spot[0] + 8, spot[1] + 8), (spot[0] + 30, spot[1] + 30))
    assert sum(a != b for a, b in zip(X, town.trait("X"), strict=True)) == 1
    # a swipe over the map scrolls the page and moves nobody
    X = town.trait("X")
    plot = page.locator(".plot").bounding_box()
    finger(*[(plot["x"] + plot["width"] - 12, plot["y"] + 200 - 20 * i) for i in range(8)])
    assert town.trait("X") == X
    assert town.trouble == []


def test_a_kernel_sets_and_reads_the_state(town):
    town.page.evaluate("window.models[0].set('mu', [[1, 1], [8, 7]])")
    assert town.trait("k") == 2
    assert town.truck(2).is_visible()
    assert not town.truck(3).is_visible()
    town.page.evaluate("window.models[0].set('k', 5)")
    assert len(town.trait("mu")) == 5
    town.page.evaluate("window.models[0].set('stretch', 2)")
    settle(town.page)
    assert town.page.get_by_label("Stretch x axis").input_value() == "1"
    town.page.evaluate("window.models[0].set('X', [[1, 1], [2, 2], [7, 7]])")
    assert "3 people" in town.picture
    town.press("Assign")
    assert len(town.trait("y")) == 3
    assert town.page.evaluate("window.models[0].saved") > 0


def test_words_follow_the_picture(town):
    start = town.picture
    assert start.startswith("Map of 60 people and 3 food trucks")
    assert "Nobody has chosen" in start
    assert town.page.get_by_role("status").get_attribute("aria-live") == "polite"
    town.press("Assign")
    assert town.picture != start
    assert "The objective is" in town.picture
    assert str(round(town.trait("loss"), 1)) in town.picture or f"{town.trait('loss'):.4g}" in town.picture


def test_less_motion(new_page):
    calm = Map(new_page(reduced_motion="reduce"))
    calm.press("Assign")
    calm.button("Move").click()
    calm.page.evaluate("() => new Promise(requestAnimationFrame)")
    calm.page.evaluate("() => new Promise(requestAnimationFrame)")
    shown = calm.center(calm.truck(1))
    settle(calm.page, 600)
    assert calm.center(calm.truck(1)) == shown  # there at once, no gliding
    calm.press("Reset", "Play")
    calm.button("Play").wait_for(timeout=20_000)
    assert "stops" in calm.status
    assert calm.trouble == []


def test_trucks_glide_for_everybody_else(town):
    town.press("Assign")
    places = town.page.evaluate(
        """async () => {
          const { shadowRoot } = document.querySelector(".demo-host");
          const truck = shadowRoot.querySelector("[aria-label='Truck 1']");
          [...shadowRoot.querySelectorAll("button")].find((button) => button.textContent === "Move").click();
          const places = new Set();
          for (const end = performance.now() + 1500; performance.now() < end; ) {
            await new Promise(requestAnimationFrame);
            places.add(truck.style.transform);
          }
          return [...places];
        }"""
    )
    assert len(places) > 3  # from the start over places on the way


def test_it_follows_the_theme(town):
    tone = lambda: town.page.locator(".demo").get_attribute("data-tone")
    assert tone() == "light"
    town.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    settle(town.page, 50)
    assert tone() == "dark"


def test_it_leaves_nothing_behind(town):
    town.button("Play").click()
    town.page.evaluate("window.disposers[0]()")
    assert town.page.locator(".demo-host").count() == 0
    assert town.page.evaluate("Object.values(window.models[0].listeners).flat().length") == 0
    town.page.evaluate("location.hash = '#food-truck-map=x'")
    settle(town.page, 1000)


def test_two_on_a_page_do_not_disturb_each_other(new_page):
    page = new_page()
    trouble = open_page(page, [FoodTruckMap(), FoodTruckMap(k=4, anchor="second")])
    page.get_by_role("button", name="Assign", exact=True).nth(1).click()
    page.get_by_role("button", name="Copy link", exact=True).nth(1).click()
    page.get_by_role("button", name="Copy link", exact=True).nth(0).click()
    settle(page, 200)
    assert page.evaluate("window.models.map(model => model.get('y') !== null)") == [False, True]
    assert "second=" in page.url
    assert "food-truck-map=" in page.url
    assert trouble == []


def test_two_thousand_people_at_sixty_frames_a_second(new_page):
    rng = np.random.default_rng(0)
    page = new_page()
    serve(page, [FoodTruckMap(rng.normal(size=(2000, 2)) * 2, k=8)])
    page.add_init_script(
        "const raf = window.requestAnimationFrame.bind(window); window.spent = [];"
        "window.requestAnimationFrame = (work) => raf((now) => { const t = performance.now(); work(now); window.spent.push(performance.now() - t); });"
    )
    page.goto(ORIGIN)
    page.wait_for_function("window.ready === true")
    page.get_by_role("button", name="Assign", exact=True).click()
    settle(page, 300)
    page.evaluate("window.spent = []")
    handle = page.get_by_role("slider", name="Truck 1", exact=True)
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 18, box["y"] + 18)
    page.mouse.down()
    for i in range(90):
        page.mouse.move(box["x"] + 18 + 80 * math.sin(i / 9), box["y"] + 18 + 60 * math.cos(i / 9))
    page.mouse.up()
    spent = page.evaluate("window.spent")
    print(f"\n2,000 people, 8 trucks: {np.median(spent):.1f} ms a frame (median of {len(spent)}), 95th percentile {np.quantile(spent, 0.95):.1f} ms")
    assert len(spent) > 30
    assert np.median(spent) < 1000 / 60
