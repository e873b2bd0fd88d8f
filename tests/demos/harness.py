"""A page that shows demos as a static site does: the widget's state as JSON, its bundle, and a small model. No server."""

import json

from book.demos import bundle
from book.demos.base import Demo

ORIGIN = "http://localhost:8765"  # a secure origin to the browser (clipboard); every request is answered from memory
PLUMBING = {"_esm", "_css", "layout", "still", "description"}

MODEL = """
export class Model {
  constructor(state) { this.state = state; this.listeners = {}; this.saved = 0; }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; this.emit(`change:${name}`); }
  on(name, listener) { (this.listeners[name] ??= []).push(listener); }
  off(name, listener) { this.listeners[name] = (this.listeners[name] ?? []).filter((other) => other !== listener); }
  emit(name) { for (const listener of this.listeners[name] ?? []) listener(); }
  save_changes() { this.saved += 1; }
}
"""


def state_of(widget: Demo) -> dict:
    """What the page holds of a widget."""
    return {name: value for name, value in widget.get_state().items() if name not in PLUMBING}


def page_html(widgets: list[Demo], theme: str = "light") -> str:
    """A document that renders the widgets one below the other."""
    demos = [{"module": f"/{widget.demo}.js", "state": state_of(widget)} for widget in widgets]
    return f"""<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Demos</title><link rel="icon" href="data:,">
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 760px; padding: 12px; color: #222; background: #fff }}
  html[data-theme=dark] body {{ color: #ced6dd; background: #14181e }}
</style></head><body><main><h1>Demos</h1></main>
<script type="module">
import {{ Model }} from "/model.js";
const demos = {json.dumps(demos)};
window.models = []; window.disposers = [];
for (const {{ module, state }} of demos) {{
  const el = document.createElement("div");
  document.querySelector("main").append(el);
  const model = new Model(state);
  window.models.push(model);
  window.disposers.push((await import(module)).default.render({{ model, el }}));
}}
window.ready = true;
</script></body></html>"""


def serve(page, widgets: list[Demo], theme: str = "light") -> list[str]:
    """Answer the page's requests; returns the list that collects what should not happen (errors, other requests)."""
    trouble = []
    files = {"/": (page_html(widgets, theme), "text/html"), "/model.js": (MODEL, "text/javascript")}
    files |= {f"/{widget.demo}.js": (bundle.script(widget.demo), "text/javascript") for widget in widgets}

    def answer(route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("#")[0]
        if path not in files:
            trouble.append(f"request for {route.request.url}")
            return route.abort()
        body, kind = files[path]
        return route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

    page.route("**/*", answer)
    page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    return trouble


def open_page(page, widgets: list[Demo], theme: str = "light", fragment: str = "") -> list[str]:
    """Open the page and wait until its demos live."""
    trouble = serve(page, widgets, theme)
    page.goto(f"{ORIGIN}/{fragment}")
    page.wait_for_function("window.ready === true")
    return trouble


PAUSE = """
async (delay) => {
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await frames();
  await new Promise((done) => setTimeout(done, delay));
  await frames();
}
"""


def settle(page, delay: float = 0) -> None:
    """Let the page draw what it was told, and let its timers of up to `delay` ms go off. The page's own clock counts: on a
    busy machine a frame comes late, and with it the timers that it sets, but never after frames and timers asked for later."""
    page.evaluate(PAUSE, delay)


def eventually(page, holds, within: float = 30_000) -> bool:
    """Whether `holds()` comes true within so many milliseconds: a busy machine draws its next frame later."""
    for _ in range(int(within / 50)):
        if holds():
            return True
        page.wait_for_timeout(50)
    return holds()


class Hands:
    """A demo as a person meets it: what it says, where things are, and what hands can do. `trouble` must stay empty."""

    def __init__(self, page, widget: Demo, **options):
        self.page, self.widget = page, widget
        self.trouble = open_page(page, [widget], **options)

    def button(self, name: str):
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, *names: str) -> None:
        for name in names:
            self.button(name).click()
            settle(self.page)

    def trait(self, name: str):
        """What a kernel would read, as soon as changes have been gathered."""
        settle(self.page, 180)
        return self.page.evaluate("name => window.models[0].get(name)", name)

    def eventually(self, holds, within: float = 30_000) -> None:
        """Wait until `holds()`; fail if that does not come."""
        assert eventually(self.page, holds, within), self.page.locator(".demo-host").inner_text()

    def says(self, *words: str) -> None:
        """Wait until the live region holds all these words."""
        status = self.page.get_by_role("status")
        assert eventually(self.page, lambda: all(word in status.inner_text() for word in words)), status.inner_text()
        settle(self.page)

    def pixels(self, x: int, y: int, size: int = 24) -> list[float]:
        """Mean red, green, blue and opacity of a square of the first plot's canvas."""
        return self.page.evaluate(
            """([x, y, size]) => {
              const canvas = document.querySelector(".demo-host").shadowRoot.querySelector(".plot canvas");
              const copy = new OffscreenCanvas(size, size).getContext("2d", { willReadFrequently: true });
              copy.drawImage(canvas, -x, -y);
              const { data } = copy.getImageData(0, 0, size, size);
              return [0, 1, 2, 3].map((c) => data.filter((_, i) => i % 4 === c).reduce((sum, value) => sum + value, 0) / size ** 2);
            }""",
            [x, y, size],
        )

    def picture(self) -> str:
        """The figure's text alternative, once it has caught up with the state."""
        settle(self.page, 380)
        return self.page.locator("[data-figure]").first.get_attribute("aria-label")

    def slide(self, label: str, value: float) -> None:
        """Set a slider as a hand does: the value, then its input event."""
        self.page.get_by_label(label, exact=True).evaluate("(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", value)
        settle(self.page)

    def center(self, locator) -> tuple[float, float]:
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def lies_at(self, locator, spot: tuple[float, float]) -> None:
        """Wait until the middle of something is drawn at a spot, within a pixel and a half."""
        near = lambda: max(abs(a - b) for a, b in zip(self.center(locator), spot, strict=True)) <= 1.5
        self.eventually(near)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 5) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*end, steps=steps)
        mouse.up()
        settle(self.page)

    def copied_link(self) -> str:
        """The fragment that Copy link puts into the address bar."""
        before = self.page.url
        self.press("Copy link")
        self.eventually(lambda: self.page.url != before)
        return self.page.url.removeprefix(ORIGIN + "/")
