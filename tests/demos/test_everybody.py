"""Every demo: no accessibility violation, no sideways scrolling, targets a finger can hit, small, and in Python well behaved."""

import gzip
import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import traitlets

from book.demos import (
    BasinMap,
    ChooseK,
    ColorPalette,
    Denoising,
    DensityByHand,
    DrawAndRemember,
    FiveFamilies,
    FoodTruckMap,
    FreezeLayers,
    LabelEfficiency,
    LabelsAreNames,
    LatentExplorer,
    LinearAutoencoder,
    MaskingRatio,
    RestartLottery,
    Stability,
    ThreeCurtains,
    bundle,
)
from tests.demos.harness import Hands, open_page, settle

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# for each demo, what to press so that it shows all that it can show
DEMOS = {
    BasinMap: ["2"],
    ChooseK: ["My guess: k = 2"],
    ColorPalette: ["Another", "Play", "Pause"],
    Denoising: ["Spoil all points", "Denoise", "Denoise"],
    DensityByHand: ["Show the maximum"],
    DrawAndRemember: ["Clear"],
    FiveFamilies: ["Flow", "Next step"],
    FoodTruckMap: ["Assign", "Move"],
    FreezeLayers: ["Train", "Show all eight ways"],
    LabelEfficiency: ["Show the curves"],
    LabelsAreNames: ["Another"],
    LatentExplorer: ["Play", "Pause"],
    LinearAutoencoder: ["w × 2, v ÷ 2", "Step", "10 steps"],
    MaskingRatio: ["Hide the others"],
    RestartLottery: ["One more", "k-means++"],
    ThreeCurtains: ["Labels", "a number", "Rewards", "virginica", "setosa"],
    Stability: ["One more", "One more", "Most stable: k = 4"],
}
MOST_KILOBYTES = 25


def use(page, demo):
    """Press the demo's buttons, and wait until it has drawn and said what came of it."""
    for name in DEMOS[demo]:
        page.get_by_role("button", name=name, exact=True).click()
    settle(page, 800)


@pytest.mark.browser
@pytest.mark.parametrize("demo", DEMOS)
def test_no_violation_of_wcag(new_page, demo):
    """As it begins and in use, light and dark, in narrow and wide windows; and nothing scrolls sideways."""
    page = new_page()
    trouble = open_page(page, [demo()])
    page.add_script_tag(content=AXE.read_text())
    for presses in (False, True):
        if presses:
            use(page, demo)
        for theme, width in (("light", 1000), ("dark", 1000), ("dark", 320), ("light", 320)):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            page.locator(f".demo-host .demo[data-tone={theme}]").wait_for()
            settle(page, 100)
            found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
            assert [(v["id"], theme, width, [n["html"][:120] for n in v["nodes"]]) for v in found["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []


@pytest.mark.browser
@pytest.mark.parametrize("demo", DEMOS)
def test_a_link_restores_what_was_seen_and_reset_the_start(new_page, demo):
    hands = Hands(new_page(), demo())
    before = hands.picture()
    use(hands.page, demo)
    words = hands.picture()
    assert words != before
    link = hands.copied_link()
    other = Hands(new_page(), demo(), fragment=link)
    other.eventually(lambda: other.picture() == words)
    hands.press("Reset")
    hands.says("Back at the start")
    hands.eventually(lambda: hands.picture() == before)
    broken = Hands(new_page(), demo(), fragment=f"{link.split('=')[0]}=nonsense")
    broken.says("cannot be read")
    assert broken.picture() == before
    assert hands.trouble == other.trouble == broken.trouble == []


@pytest.mark.browser
@pytest.mark.parametrize(("demo", "guess"), [(ChooseK, "There are no clusters"), (Stability, "Most stable: k = 4")])
def test_reset_ends_what_is_still_being_computed(new_page, demo, guess):
    """Criteria and curves come a while after the guess. Who has reset the demo meanwhile must not hear the answer."""
    hands = Hands(new_page(), demo())
    before = hands.picture()
    hands.page.evaluate(
        """names => {
          const buttons = [...document.querySelector(".demo-host").shadowRoot.querySelectorAll("button")];
          for (const name of names) buttons.find((button) => button.textContent === name).click();
        }""",
        [guess, "Reset"],
    )
    hands.says("Back at the start")
    settle(hands.page, 1500)
    hands.says("Back at the start")
    assert hands.picture() == before
    assert hands.trouble == []


@pytest.mark.browser
@pytest.mark.parametrize("demo", DEMOS)
def test_targets_are_large_enough(new_page, demo):
    page = new_page(viewport={"width": 320, "height": 900}, has_touch=True)
    open_page(page, [demo()])
    for target in page.locator("button, select, input, .handle").all():
        box = target.bounding_box()
        if box:
            assert min(box["width"], box["height"]) >= 18, target.evaluate("node => node.outerHTML")
            if target.get_attribute("type") not in ("checkbox", "radio"):
                assert min(box["width"], box["height"]) >= 24, target.evaluate("node => node.outerHTML")
    for label in page.locator("label.check").all():
        assert label.bounding_box()["height"] >= 24


@pytest.mark.browser
@pytest.mark.parametrize("demo", DEMOS)
def test_nothing_moves_the_page_and_the_room_kept_for_it_is_about_right(new_page, demo):
    shown = demo()
    page = new_page()
    open_page(page, [shown])
    height = lambda: page.locator(".demo-host").bounding_box()["height"]
    for width in (320, 390, 720, 1000):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page, 150)
        room = page.evaluate(
            """height => {
              const box = document.querySelector("main").appendChild(document.createElement("div"));
              box.style.containerType = "inline-size";
              box.append(document.createElement("div"));
              box.firstChild.style.height = height;
              const { offsetHeight } = box.firstChild;
              box.remove();
              return offsetHeight;
            }""",
            shown.room[width > 600],
        )
        assert room == pytest.approx(height(), rel=0.12), width
    before = height()
    for name in [*DEMOS[demo], *(["fall", "Play"] if demo is FoodTruckMap else DEMOS[demo])]:
        page.get_by_role("button", name=name, exact=True).click()
        settle(page, 150)
        assert height() == pytest.approx(before, abs=1), name


@pytest.mark.parametrize("name", bundle.names())
def test_bundles_are_small(name):
    weight = len(gzip.compress(bundle.script(name).encode())) / 1024
    assert weight < MOST_KILOBYTES, f"{name} weighs {weight:.1f} KB compressed"


@pytest.mark.parametrize("demo", DEMOS)
def test_still_picture_and_words(demo):
    shown = demo()
    picture = ElementTree.fromstring(shown.still)
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == shown.description
    assert len(picture) >= (1 if demo is ColorPalette else 60)
    data, _ = shown._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert shown.still in data["text/html"]
    assert shown.description in data["text/plain"]
    json.dumps(shown.get_state())


def test_stale_bundles_are_made_again(tmp_path, monkeypatch):
    bundle.build()
    for name in ("HERE", "DIST"):
        monkeypatch.setattr(bundle, name, tmp_path if name == "HERE" else tmp_path / "_dist")
    (tmp_path / "toolkit").mkdir()
    source = tmp_path / "tiny.js"
    source.write_text("export default { render() { return 1 } }")
    first = bundle.script("tiny")
    stamp = (tmp_path / "_dist" / "tiny.js").stat().st_mtime_ns
    assert bundle.script("tiny") == first
    assert (tmp_path / "_dist" / "tiny.js").stat().st_mtime_ns == stamp
    source.write_text("export default { render() { return 2 } }")
    assert bundle.script("tiny") != first
    source.write_text("export default {")
    with pytest.raises(bundle.BundleError, match="the demo tiny cannot be bundled"):
        bundle.script("tiny")
    with pytest.raises(bundle.BundleError, match="the demo nowhere is incomplete"):
        bundle.script("nowhere")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"X": [[1, 2, 3]]}, "X must be an .n, 2. array.*shape .1, 3."),
        ({"X": [[1, np.nan]]}, "NaN"),
        ({"X": "people"}, "X must be"),
        ({"X": []}, "X must be"),
        ({"k": 9}, "not be greater than 8"),
        ({"k": 0}, "not be less than 1"),
        ({"mu": np.zeros((9, 2))}, "k"),
        ({"y": [0, 1]}, "one label"),
        ({"y": [0.5] * 60}, "one integer"),
        ({"seed": -1}, "not be less than 0"),
    ],
)
def test_bad_input_says_what_is_wrong(arguments, words):
    with pytest.raises(traitlets.TraitError, match=words):
        FoodTruckMap(**arguments)


def test_a_kernel_has_arrays():
    shown = FoodTruckMap([[0, 0], [1, 1], [5, 5]], mu=[[0.0, 1.0], [4.0, 4.0]], y=[0, 0, 1])
    assert shown.k == 2
    assert isinstance(shown.mu, np.ndarray)
    assert shown.y.tolist() == [0, 0, 1]
    shown.mu = [[1.0, 1.0]] * 3
    assert shown.k == 3
    with pytest.raises(ValueError, match="read-only"):
        shown.mu[0, 0] = 9
    with pytest.raises(TypeError, match="labels too"):
        LabelsAreNames([[0, 0]])
