"""LabelsAreNames in Chromium: renaming changes labels alone, moving a point changes the partition."""

from itertools import permutations

import numpy as np
import pytest

from book.demos import LabelsAreNames
from tests.demos.harness import ORIGIN, eventually, open_page, settle

pytestmark = pytest.mark.browser


class Names:
    def __init__(self, page, **options):
        self.page = page
        self.widget = LabelsAreNames()
        self.trouble = open_page(page, [self.widget], **options)

    def value(self, row):
        settle(self.page, 60)
        return self.page.get_by_role("row", name=row).locator("td").inner_text()

    def verdict(self):
        return [self.value(row) for row in ("Labels that differ", "Pairs that differ", "Same partition?", "Objective")]

    def labels(self):
        settle(self.page, 200)
        return self.page.evaluate("window.models[0].get('y')")

    def chip(self, name):
        return self.page.get_by_role("slider", name=f"Name {name}", exact=True)

    def center(self, locator):
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def names(new_page):
    shown = Names(new_page())
    yield shown
    assert shown.trouble == []


def test_renaming_by_the_table(names):
    start, (_, _, _, loss) = names.labels(), names.verdict()
    names.page.get_by_label("Name of group 1").select_option("3")
    after = names.labels()
    swapped = [{0: 2, 2: 0}.get(label, label) for label in start]
    assert after == swapped
    differ = sum(a != b for a, b in zip(start, after, strict=True))
    assert names.verdict() == [f"{differ} of 150", "0 of 11175", "yes", loss]
    X, y = names.widget.X, np.array(start)
    inertia = sum(((X[y == j] - X[y == j].mean(0)) ** 2).sum() for j in range(3))
    assert float(loss) == pytest.approx(inertia, rel=1e-3)


def test_renaming_by_dragging_one_name_onto_another(names):
    start = names.labels()
    a, b = names.center(names.chip(1)), names.center(names.chip(2))
    mouse = names.page.mouse
    mouse.move(*a)
    mouse.down()
    mouse.move(*b, steps=5)
    mouse.up()
    assert names.labels() == [{0: 1, 1: 0}.get(label, label) for label in start]
    assert eventually(names.page, lambda: names.center(names.chip(1)) == pytest.approx(b, abs=1))
    names.page.mouse.move(*b)
    mouse.down()
    mouse.move(b[0] + 12, b[1] + 5, steps=3)
    assert eventually(names.page, lambda: names.center(names.chip(1)) == pytest.approx((b[0] + 12, b[1] + 5), abs=1))
    mouse.up()  # near its own group: it goes back
    assert eventually(names.page, lambda: names.center(names.chip(1)) == pytest.approx(b, abs=1))


def test_renaming_by_keyboard_keeps_hold_of_the_name(names):
    start = names.labels()
    names.chip(1).focus()
    names.page.keyboard.press("ArrowRight")
    assert names.labels() != start
    focused = "document.activeElement.shadowRoot.activeElement.getAttribute('aria-label')"
    assert names.page.evaluate(focused) == "Name 1"
    names.page.keyboard.press("ArrowLeft")
    assert names.labels() == start


def test_shuffling_by_seed(names):
    start = np.array(names.labels())
    seen = set()
    for _ in range(6):
        names.page.get_by_role("button", name="Another", exact=True).click()
        seen.add(tuple(names.labels()))
        assert names.verdict()[1:3] == ["0 of 11175", "yes"]
    assert seen <= {tuple(np.array(p)[start].tolist()) for p in permutations(range(3))}
    assert len(seen) > 1


def test_a_click_on_a_point_changes_the_partition(names):
    X = names.widget.X
    lonely = int(np.argmin(X[:, 0] - 10 * (X[:, 1] < 1.05) * (X[:, 0] > 2)))
    a, b = names.center(names.chip(1)), names.center(names.chip(2))
    y = np.array(names.labels())
    centers = [X[y == j].mean(0) for j in (0, 1)]
    slope = [(b[c] - a[c]) / (centers[1][c] - centers[0][c]) for c in (0, 1)]
    names.page.mouse.click(*[a[c] + (X[lonely][c] - centers[0][c]) * slope[c] for c in (0, 1)])
    labels, pairs, same, _ = names.verdict()
    assert labels == "1 of 150"
    assert same == "no"
    assert not pairs.startswith("0 ")
    names.page.get_by_role("button", name="Reset").click()
    assert names.verdict()[:3] == ["0 of 150", "0 of 11175", "yes"]


def test_points_by_keyboard(names):
    ghost = names.page.locator(".handle.ghost")
    ghost.focus()
    names.page.keyboard.press("ArrowRight")
    settle(names.page, 60)
    assert ghost.get_attribute("aria-label").startswith("Point 2 of 150")
    start = names.labels()
    names.page.keyboard.press("Enter")
    assert [i for i, (a, b) in enumerate(zip(start, names.labels(), strict=True)) if a != b] == [1]


def test_read_as_classes_the_names_matter(names):
    assert not names.page.get_by_text("Right as classes").is_visible()
    names.page.get_by_label("Read the names as classes").check()
    truth = names.widget.truth
    rights = set()
    for _ in range(5):
        assert names.value("Right as classes") == f"{(np.array(names.labels()) == truth).sum()} of 150"
        rights.add(names.value("Right as classes"))
        names.page.get_by_role("button", name="Another", exact=True).click()
    assert len(rights) > 1


def test_the_link_restores_names_and_groups(new_page):
    names = Names(new_page())
    names.page.get_by_role("button", name="Another", exact=True).click()
    names.page.locator(".handle.ghost").focus()
    names.page.keyboard.press("Enter")
    names.page.get_by_label("Read the names as classes").check()
    names.page.get_by_role("button", name="Copy link").click()
    settle(names.page, 200)
    other = Names(new_page(), fragment=names.page.url.removeprefix(ORIGIN + "/"))
    assert other.labels() == names.labels()
    assert other.verdict() == names.verdict()
    assert other.page.get_by_label("Read the names as classes").is_checked()
    assert names.trouble == other.trouble == []


def test_words_follow_the_picture(names):
    figure = names.page.locator(".plot [role=img]")
    settle(names.page, 300)
    before = figure.get_attribute("aria-label")
    names.page.get_by_role("button", name="Another", exact=True).click()
    names.page.get_by_role("button", name="Another", exact=True).click()
    settle(names.page, 800)
    assert figure.get_attribute("aria-label") != before
    assert "The partition is the same" in names.page.get_by_role("status").inner_text()


def test_a_kernel_sets_the_labels(names):
    names.page.evaluate("window.models[0].set('y', Array.from({ length: 150 }, (_, i) => i % 3))")
    settle(names.page, 400)
    assert "50 points" in names.page.locator("table").first.inner_text()
    assert names.verdict()[:3] == ["0 of 150", "0 of 11175", "yes"]
