"""Every demo in motion, with 2,000 points where it takes points: does the hand see 60 frames a second?

Each gesture that a demo offers goes on for three seconds: its first handle is dragged in circles by the mouse, its first slider is
pulled from end to end and back, its pad is painted on, its Play runs. Chromium is headless and draws in software here: a machine
with a graphics card has more room. So the goal is on what is the demos' own, the processor time in scripts for each frame;
frame times and late frames are there to look at.
"""

import itertools
import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Page

from tools.bench.rows import Failed, Row, percentile, row
from tools.bench.site import chromium

POINTS, SECONDS = 2000, 3.0
SCRIPT_MS = 8.0
"""Half of a frame at 60 a second."""
LATE_MS = 17.0
RECORD = """() => {
  const record = (window.record = { times: [], on: true });
  const tick = (now) => { record.times.push(now); if (record.on) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}"""
SLIDE = """async (node, seconds) => {
  const [low, high, step] = [Number(node.min), Number(node.max), Number(node.step) || 1];
  const start = performance.now();
  for (let t = 0; t < seconds; t = (performance.now() - start) / 1000) {
    const share = Math.abs(((t / seconds) * 2 + 1) % 2 - 1); // there, and back again
    const value = low + step * Math.round((share * (high - low)) / step);
    if (value !== Number(node.value)) {
      node.value = value;
      node.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    }
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


@dataclass(frozen=True)
class Motion:
    """What three seconds of one gesture showed; times in milliseconds."""

    gesture: str
    frames: tuple[float, ...]
    script: float
    """Mean processor time in scripts, a frame."""

    @property
    def late(self) -> float:
        return 100 * sum(t > LATE_MS for t in self.frames) / len(self.frames)


def rows(full: bool = False) -> Iterator[Row]:
    """Time in scripts for every gesture; of the costliest one, the frames."""
    from tests.demos.harness import open_page

    with chromium() as browser:
        for demo, points in demos():
            found: list[Motion] = []
            for gesture in GESTURES:
                context = browser.new_context(viewport={"width": 1000, "height": 950})
                page = context.new_page()
                trouble = open_page(page, [demo])
                if (motion := move(page, gesture)) is not None:
                    found.append(motion)
                if trouble:
                    raise Failed(f"{type(demo).__name__}: {trouble[0]}")
                context.close()
            if not found:
                raise Failed(f"{type(demo).__name__}: nothing to drag, slide, paint or play was found")
            title = type(demo).__name__ + (f", {points:,} points" if points else "")
            for motion in found:
                yield row(f"{title}, {motion.gesture}: scripts", [motion.script], "ms a frame", at_most=SCRIPT_MS)
            worst = max(found, key=lambda motion: motion.script)
            name = f"{title}, {worst.gesture}"
            yield row(f"{name}: median frame", [statistics.median(worst.frames)], "ms")
            yield row(f"{name}: 95 of 100 frames", [percentile(worst.frames, 0.95)], "ms at most")
            yield row(f"{name}: frames over {LATE_MS:g} ms", [worst.late], "%")


def demos() -> Iterator[tuple[object, int]]:
    """Each demo, and how many points it was given (0: it shows what it was trained on)."""
    import book.demos as package

    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(center, 0.8, (POINTS // 4, 2)) for center in ((2, 2), (7, 2), (2, 7), (7, 7))]).round(3)
    groups, classes = np.repeat(np.arange(4), POINTS // 4), ["a", "b", "c", "d"]
    given = {
        "BasinMap": {"X": X}, "ChooseK": {"sets": X}, "Denoising": {"points": X}, "FoodTruckMap": {"X": X},
        "LabelsAreNames": {"X": X, "y": groups, "truth": groups, "names": classes},
        "LinearAutoencoder": {"X": X - X.mean(axis=0)}, "RestartLottery": {"sets": X}, "Stability": {"sets": X},
        "ThreeCurtains": {"X": X, "labels": groups, "targets": X.sum(axis=1).round(3).tolist(), "names": classes},
    }  # fmt: skip
    for name in package.__all__:
        yield getattr(package, name)(**given.get(name, {})), POINTS if name in given else 0
    codes = package.LatentExplorer()
    some = np.resize(np.arange(len(codes.labels)), POINTS)
    spread = codes.codes[some] + rng.normal(scale=0.05, size=(POINTS, 2))
    images, labels = [codes.images[i] for i in some], codes.labels[some]
    yield package.LatentExplorer(images=images, labels=labels, codes=spread.round(3), decoder=codes.decoder), POINTS


# --------------------------------------------------------------------------------------------- gestures


def drag(page: Page) -> Callable[[], None] | None:
    """Take the first handle that can be seen and lead it around in circles."""
    handles = [handle for handle in page.locator(".handle:not(.ghost)").all() if handle.is_visible()]
    return (lambda: circle(page, handles[0].bounding_box(), 60)) if handles else None


def paint(page: Page) -> Callable[[], None] | None:
    """Paint on the first pad in circles."""
    pads = [pad for pad in page.locator(".pad").all() if pad.is_visible()]
    return (lambda: circle(page, pads[0].bounding_box(), pads[0].bounding_box()["width"] / 4)) if pads else None


def circle(page: Page, box: dict, radius: float) -> None:
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    start = time.perf_counter()
    while (now := time.perf_counter() - start) < SECONDS:
        page.mouse.move(x + radius * math.sin(2 * now), y + radius * math.sin(3 * now))
    page.mouse.up()


def slide(page: Page) -> Callable[[], None] | None:
    """Pull the first slider that is not fixed from one end to the other, and back."""
    for slider in page.get_by_role("slider").all():
        if slider.evaluate("node => node.matches('input[type=range]:not(:disabled)') && Number(node.max) > Number(node.min)") and slider.is_visible():
            return lambda chosen=slider: chosen.evaluate(SLIDE, SECONDS)
    return None


def play(page: Page) -> Callable[[], None] | None:
    """Press Play and look on; press it again where it has come to its end."""
    button = page.get_by_role("button", name="Play", exact=True)
    if not button.count() or not button.first.is_enabled():
        return None

    def look_on() -> None:
        start = time.perf_counter()
        while time.perf_counter() - start < SECONDS:
            if button.count() and button.first.is_enabled():
                button.first.click()
            page.wait_for_timeout(250)

    return look_on


GESTURES: dict[str, Callable[[Page], Callable[[], None] | None]] = {"dragged": drag, "painted on": paint, "slider pulled": slide, "played": play}


def move(page: Page, gesture: str) -> Motion | None:
    """Measure one gesture; None where the demo does not offer it."""
    act = GESTURES[gesture](page)
    if act is None:
        return None
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(RECORD)
    before = script_seconds(session)
    act()
    spent = script_seconds(session) - before
    times = page.evaluate("() => { record.on = false; return record.times; }")
    frames = tuple(later - earlier for earlier, later in itertools.pairwise(times))
    return Motion(gesture, frames, 1000 * spent / max(1, len(frames)))


def script_seconds(session: object) -> float:
    """Processor time that the page's scripts have taken."""
    found = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return found["ScriptDuration"]
