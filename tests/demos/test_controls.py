"""Every control of every demo, by keyboard, by mouse and by touch: each changes the picture and says what it did."""

import pytest

from book.demos import made
from tests.demos.harness import open_page
from tests.demos.test_everybody import DEMOS

pytestmark = pytest.mark.browser

CODES = [code["name"] for code in made.load("representations")["label_efficiency"]["codes"]]
# what must be done before a control has something to do or to change: buttons to press, or a slider's name and its value
SHOWN = ["Show the curves"]
FIRST = {
    "ChooseK": {"Hide the criteria": ["My guess: k = 2"], "Seed of all starts": ["My guess: k = 2"], "Another": ["My guess: k = 2"]},
    "Denoising": {"Denoise": ["Spoil all points"], "Play": ["Spoil all points"]},
    "DensityByHand": {"Bell 1": [("Bells", 2), "Bell 2"], "Bell 2": [("Bells", 2), "Bell 1"], "Bell 3": [("Bells", 3), "Bell 1"], "Share": [("Bells", 2)]},
    "DrawAndRemember": {"m = 2": ["m = 4"]},
    "FiveFamilies": {
        "Autoregressive": ["Flow"], "GAN training": ["GAN"], "Sample to follow": ["Flow"], "Seed of the samples": ["Flow"], "Another": ["Flow"],
    },
    "FoodTruckMap": {
        "Move": ["Assign"], "fall": ["Assign"], "stay": ["Assign"], "rise": ["Assign"], "People choose again as I drag": ["Assign", "Move"],
    },
    "FreezeLayers": {"Pretrained": ["From scratch"]},
    "LabelEfficiency": {
        "Best with one label": SHOWN, "Worse than the pixels": SHOWN, "pixels": [*SHOWN, "hand-made features"],
        **{text: SHOWN for name in CODES for text in (name, f"show {name}") if text != "pixels"},
    },
    "RestartLottery": {"Restart shown": ["One more"]},
    "Stability": {"Seed": [("Clusters (k)", 7)], "Another": [("Clusters (k)", 7)]},
    "ThreeCurtains": {
        "Labels": ["Rewards"], "a class": ["a number"], "setosa": ["Rewards"], "versicolor": ["Rewards"], "virginica": ["Rewards"], "Play": ["Rewards"],
        "Groups (k)": ["Nothing"], "Lift the curtain: ring those of another class": ["Nothing", ("Groups (k)", 3)],
    },
}  # fmt: skip
# what these do is not to be seen at once: one copies, the other is heeded by the next step
ONLY_WORDS = {"Copy link", "Learning rate"}
# pictures that answer to a tap, beside their handles
SURFACES = {
    "BasinMap": [".plot"],
    "ColorPalette": ["canvas[data-figure]"],
    "Denoising": [".plot"],
    "FiveFamilies": [".plot"],
    "LabelsAreNames": [".plot"],
    "LatentExplorer": [".plot"],
    "Stability": [".plot", "canvas[role=img]"],
    "ThreeCurtains": [".plot"],
}

PATIENCE = 1_500  # ms
TRIES = 3  # on a busy machine a tap may come to the browser as a long press, and a frame late

# Timers run twenty times faster here (live regions and text alternatives are slow on purpose, for those who listen), and frames follow
# each other at once: hundreds of controls must not wait for a screen that nobody looks at.
HURRY = """
const wait = window.setTimeout;
window.setTimeout = (work, delay = 0, ...rest) => wait(work, delay / 20, ...rest);
window.screenFrame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (work) => wait(() => work(performance.now()), 1);
window.cancelAnimationFrame = window.clearTimeout;
"""

EYES = """
() => {
  const root = document.querySelector(".demo-host").shadowRoot;
  const all = () => [...root.querySelectorAll("button, select, input, .handle, .pad")];
  const nameOf = (node) => (node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent).trim();
  const keyOf = (node) => (node.matches(".handle") ? `handle ${nameOf(node)}` : nameOf(node));
  const find = (key) => all().find((node) => keyOf(node) === key) ?? root.querySelector(key);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const paper = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const hash = (numbers) => numbers.reduce((sum, number) => (Math.imul(sum, 31) + number) | 0, 7);

  /** All that is to be seen of the demo, but for the control itself with its field, its words, and what is said. */
  const look = (own) => {
    const copy = (node) => {
      if (node === own || node.matches?.("[role=status], style")) return "";
      if (node.localName === "canvas" && node.width) {
        Object.assign(paper.canvas, { width: node.width, height: node.height });
        paper.drawImage(node, 0, 0);
        return String(hash(new Uint32Array(paper.getImageData(0, 0, node.width, node.height).data.buffer)));
      }
      if (!node.localName) return node.textContent;
      const attributes = [...node.attributes].filter(({ name }) => !(name === "aria-label" && "figure" in node.dataset) && name !== "tabindex");
      return [node.localName, ...attributes.map(({ name, value }) => `${name}=${value}`), node.value ?? "", node.checked ?? "", ...[...node.childNodes].map(copy)].join(" ");
    };
    return copy(root.querySelector(".demo"));
  };
  const heard = () => [root.querySelector("[role=status]"), root.querySelector(".ghost:focus")].map((node) => node?.getAttribute("aria-valuetext") ?? node?.textContent).join();
  const settled = async (own) => {
    for (let before = null, same = 0; same < 3; ) {
      await frame();
      const now = look(own) + heard();
      same = now === before ? same + 1 : 0;
      before = now;
    }
  };
  /** The live region holds words back for 700 ms (35 here); until they are out, the old ones stand there, and may be those to come. */
  const wordsSaid = () => new Promise((done) => setTimeout(done, 750));
  const press = (wanted) => {
    const [name, value] = [wanted].flat();
    const node = find(name);
    if (value === undefined) return node.click();
    node.value = value;
    node.dispatchEvent(new Event("input"));
  };

  window.keys = () => all().map(keyOf);
  let node, own, seen, said; // the control, what moves with it, and the demo before it was operated
  /** Bring the demo to its start and beyond it by `first`; then say of what kind the control is, and where. */
  window.prepare = async (key, first) => {
    root.activeElement?.blur();
    press("Reset");
    await settled(null);
    for (const wanted of first) {
      press(wanted);
      await settled(null);
    }
    await wordsSaid();
    node = find(key);
    const plain = node.matches(".plot"); // then the handles on it are not meant
    for (const handle of root.querySelectorAll(".handle:not(.ghost)")) handle.style.pointerEvents = plain ? "none" : "";
    const shown = node.matches(".ghost") || node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    node.scrollIntoView({ block: "center" });
    for (let i = 0; i < 2; i++) await new Promise(window.screenFrame); // the screen has to hear of it before a finger comes down
    const { x, y, width, height } = node.getBoundingClientRect();
    const [cx, cy] = [x + width / 2, y + height / 2];
    const hit = ([a, b]) => { // another handle may lie over a part of this one
      const top = root.elementFromPoint(a, b);
      return node.matches(".ghost") || (top && [node, ...(node.labels ?? [])].some((mine) => mine.contains(top)));
    };
    const reached = [[0, 0], [-11, 0], [11, 0], [0, -11], [0, 11]].map(([a, b]) => [cx + a, cy + b]).find(hit);
    own = node.matches(".plot, canvas") ? null : node.closest(".field, .check") ?? node;
    if (node.matches(".ghost")) own = null; // where it stands is what it shows
    [seen, said] = [look(own), heard()];
    const others = [...root.querySelectorAll(".handle:not(.ghost)")].filter((other) => other !== node).map((other) => other.getBoundingClientRect());
    const plot = node.closest(".plot")?.getBoundingClientRect();
    const target = others.length ? [others[0].x + 18, others[0].y + 18] : plot && [plot.x + 0.6 * plot.width, plot.y + 0.35 * plot.height];
    const kind = node.matches(".handle") ? "handle" : node.matches(".pad") ? "pad" : node.matches(".plot, canvas") ? "surface" : node.localName === "input" ? node.type : node.localName;
    const share = node.type === "range" ? (node.value - node.min) / (node.max - node.min || 1) : null;
    const roving = node.closest("[role=group], [role=grid]")?.querySelector("[tabindex='0']");
    return { kind, operable: shown && !node.disabled, reached: Boolean(reached), tab: node.tabIndex >= 0 || Boolean(roving), x: reached?.[0], y: reached?.[1], left: x, top: y, width, height, share,
      last: node.selectedIndex === node.length - 1, other: node.selectedIndex + (node.selectedIndex === node.length - 1 ? -1 : 1), ghost: node.matches(".ghost"), target };
  };
  /** Wait until the control has the focus, `patience` ms at most. */
  window.focused = async (patience) => {
    for (const until = performance.now() + patience; performance.now() < until && !node.matches(":focus"); ) await frame();
  };
  window.control = () => node;
  window.focusOn = () => {
    (node.matches(".pad") ? node.querySelector("[tabindex='0']") : node).focus({ preventScroll: true });
  };
  /** Wait until the picture and the words have changed, `patience` ms at most; what has. */
  window.effect = async (wordsSuffice, patience) => {
    const until = performance.now() + patience;
    let [changed, spoke] = [false, false];
    while (performance.now() < until) {
      await frame();
      changed ||= look(own) !== seen;
      spoke ||= heard() !== said;
      if (spoke && (changed || wordsSuffice)) break;
    }
    return [changed, spoke];
  };
}
"""


def await_focus(page):
    """A touch is a click, and takes the focus, a little later."""
    page.evaluate("patience => window.focused(patience)", PATIENCE)


def fingers(page):
    """A function that puts a finger on a path of places and lifts it at the end."""
    session = page.context.new_cdp_session(page)

    def stroke(*path):
        for kind, place in [("touchStart", path[0]), *(("touchMove", place) for place in path[1:]), ("touchEnd", None)]:
            points = [{"x": place[0], "y": place[1]}] if place else []
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return stroke


def between(start, end, steps=4):
    """Places from `start` to `end`, both included."""
    return [(start[0] + (end[0] - start[0]) * i / steps, start[1] + (end[1] - start[1]) * i / steps) for i in range(steps + 1)]


def lattice(spot, count=5):
    """Places all over a picture."""
    inside = [(i + 0.5) / count for i in range(count)]
    return [(spot["left"] + a * spot["width"], spot["top"] + b * spot["height"]) for a in inside for b in inside]


def by_keyboard(page, spot):
    keys = {
        "button": "Space", "checkbox": "Space", "pad": "Space", "number": "ArrowUp", "handle": "Shift+ArrowRight",
        "range": "ArrowLeft" if spot["share"] == 1 else "ArrowRight", "select": "ArrowUp" if spot["last"] else "ArrowDown",
    }  # fmt: skip
    page.keyboard.press(keys[spot["kind"]])


def choose_another(page, spot):
    """In the list that a select has opened."""
    await_focus(page)
    page.keyboard.press("ArrowUp" if spot["last"] else "ArrowDown")
    page.keyboard.press("Enter")


def track_end(spot):
    """A place on a slider's track that is far from where it stands."""
    return spot["left"] + spot["width"] * (0.15 if spot["share"] > 0.5 else 0.85), spot["y"]


def by_mouse(page, spot):
    mouse, here = page.mouse, (spot["x"], spot["y"])
    if spot["kind"] in ("handle", "pad"):
        start = here if spot["kind"] == "handle" else (spot["left"] + 10, spot["top"] + 10)
        mouse.move(*start)
        mouse.down()
        mouse.move(*(spot["target"] or here), steps=4)
        mouse.up()
    elif spot["kind"] == "surface":
        for place in lattice(spot):
            mouse.click(*place)
    elif spot["kind"] == "range":
        mouse.click(*track_end(spot))
    elif spot["kind"] == "number":
        mouse.move(*here)  # the arrows appear under the mouse
        mouse.click(spot["left"] + spot["width"] - 14, spot["y"] - 5)
    else:
        mouse.click(*here)
        if spot["kind"] == "select":
            choose_another(page, spot)


def by_touch(page, spot):
    tap, here = page.touchscreen.tap, (spot["x"], spot["y"])
    if spot["kind"] in ("handle", "pad"):
        if spot["ghost"]:
            tap(*here)
        start = here if spot["kind"] == "handle" else (spot["left"] + 10, spot["top"] + 10)
        fingers(page)(*between(start, spot["target"] or here))
    elif spot["kind"] == "surface":
        for place in lattice(spot):
            tap(*place)
    elif spot["kind"] == "range":
        tap(*track_end(spot))
    else:
        tap(*here)
        if spot["kind"] == "number":
            await_focus(page)
            page.keyboard.press("5")
            page.keyboard.press("Enter")
        if spot["kind"] == "select":  # the list that opens belongs to the system, which tells the page what was chosen
            await_focus(page)
            page.evaluate_handle("window.control()").as_element().select_option(index=spot["other"])
            page.keyboard.press("Escape")


WAYS = {
    by_keyboard: {},
    by_mouse: {},
    by_touch: {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


@pytest.mark.parametrize("operate", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.__name__)
def test_every_control_does_something_and_says_so(new_page, demo, operate):
    page = new_page(reduced_motion="reduce", **WAYS[operate])
    page.add_init_script(HURRY)
    trouble = open_page(page, [demo()])
    page.evaluate(EYES)
    surfaces = [] if operate is by_keyboard else SURFACES.get(demo.__name__, [])
    idle = []
    for key in [*page.evaluate("window.keys()"), *surfaces]:
        first = DEMOS[demo] if key == "Reset" else FIRST.get(demo.__name__, {}).get(key, [])
        spot = page.evaluate("([key, first]) => window.prepare(key, first)", [key, first])
        if spot["ghost"] and ".plot" in surfaces:
            continue  # mouse and finger cannot see it: they choose on the plot, which has its turn
        if not (spot["operable"] and spot["reached"] and (spot["tab"] or operate is not by_keyboard)):
            idle.append((key, spot))
            continue
        words_suffice = key in ONLY_WORDS
        for _ in range(TRIES):
            if operate is by_keyboard:
                page.evaluate("window.focusOn()")
            operate(page, spot)
            changed, spoke = page.evaluate("([words, patience]) => window.effect(words, patience)", [words_suffice, PATIENCE])
            if spoke and (changed or words_suffice):
                break
        else:
            idle.append((key, spot["kind"], "changed" if changed else "nothing changed", "spoke" if spoke else "said nothing"))
    assert not idle, "\n".join(map(str, idle))
    assert trouble == []
