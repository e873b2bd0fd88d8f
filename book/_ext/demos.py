"""Demos on a page without a kernel: an anywidget's state and code, and a small loader that starts it.

A cell that shows an `anywidget.AnyWidget` leaves its state in the executed notebook. Here the widget's code becomes one
file for the whole site, its state a piece of JSON in the page, or beside it where it is large (weights, images). `book/assets/demo.js`
fetches them when the reader comes near, and calls the widget's own `render({model, el})`. Until it has, and wherever scripts
are off, the reader sees the demo's traits `still` (an SVG drawing, optional) and `description` (required: what the demo shows
and what to try).

Widgets of another kind (sliders of ipywidgets) make the page load html-manager, which is served by the site too.
"""

import hashlib
import html
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from book._ext.figures import inline_svg

VIEW = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*?)</script>', re.DOTALL)
# What describes the widget to a kernel; a page has no use for it.
PLUMBING = re.compile(r"_(esm|css|anywidget_id|(model|view)_.*|dom_classes)|layout|tabbable|tooltip|still")
LARGEST_INLINE = 2_500  # characters of state that a page carries for every reader; more comes when it is needed
DEMOS = Path(__file__).resolve().parent.parent / "demos"
TITLE = re.compile(r'^  title: "(.*)",$', re.MULTILINE)  # in a demo's definition, which is where its title lives
logger = logging.getLogger(__name__)


def modules(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Page → file name → code of the demos on it, kept with the environment from build to build."""
    if not hasattr(env, "course_demos"):
        env.course_demos = {}
    return env.course_demos


def extract(app: Sphinx, doctree: nodes.document) -> None:
    """Replace every anywidget's view in a document by a `figure.demo`, and remember its code."""
    env, page = app.env, app.env.docname
    scripts = env.nb_metadata.get(page, {}).get("js_files", {}) if hasattr(env, "nb_metadata") else {}
    state = json.loads(scripts["ipywidgets_state"][1]["body"])["state"] if "ipywidgets_state" in scripts else {}
    code, shown, own, classic = {}, [], False, False
    for raw in list(doctree.findall(nodes.raw)):
        view = VIEW.search(raw.astext())
        if not view:
            continue
        widget = state.get(json.loads(view[1])["model_id"])
        if widget is None:
            logger.warning("a widget's state is missing; run `make book` again", location=raw, type="demos")
        elif widget["model_module"] != "anywidget":
            classic = True
        else:
            own = own or "demo" in widget["state"]  # one of book/demos, which readers can take with them
            shown.append(card(widget["state"], {other["name"] for other in shown}))
            raw.replace_self(nodes.raw("", figure(raw, page, widget, code, shown[-1]["name"]), format="html", classes=["demo"]))
    modules(env)[page] = code
    cards(env)[page] = shown
    env.metadata[page]["demos"] = bool(code)
    env.metadata[page]["own_demos"] = own
    env.metadata[page]["classic_widgets"] = classic
    if not classic:
        scripts.pop("ipywidgets_state", None)


def cards(env: BuildEnvironment) -> dict[str, list[dict[str, str]]]:
    """Page → what there is to say of each demo on it, for the page of all demos."""
    if not hasattr(env, "course_demo_cards"):
        env.course_demo_cards = {}
    return env.course_demo_cards


def card(state: dict, taken: set[str]) -> dict[str, str]:
    """A demo's name (unique on its page), title, words and still picture."""
    stem = (state.get("anchor") or state.get("demo", "demo")).replace("_", "-")
    name = next(name for name in (stem, *(f"{stem}-{i}" for i in range(2, 99))) if name not in taken)
    title = state.get("title") or TITLE.search((DEMOS / f"{state.get('demo')}.js").read_text("utf-8"))[1]
    return {"name": name, "title": title, "words": state.get("description", ""), "still": state.get("still", "")}


def figure(place: nodes.Node, page: str, widget: dict, code: dict[str, str], name: str) -> str:
    """The HTML of one demo; its module, and its state where that is large, are added to `code` under their files' names."""
    state = widget["state"]
    module = keep(code, state["_esm"], ".js")
    words = state.get("description", "").strip()
    if not words:
        logger.warning("a demo without words: set its `description`", location=place, type="demos", subtype="alt")
    kept = {key: value for key, value in state.items() if not PLUMBING.fullmatch(key)}
    data = {"state": kept, "buffers": widget.get("buffers", []), "css": state.get("_css") or ""}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
    large = len(text) > LARGEST_INLINE
    still = inline_svg(state["still"], words) if state.get("still") else ""
    room = "".join(f"--room-{width}:{height};" for width, height in zip(("narrow", "wide"), state.get("room", []), strict=False))
    files = f"{'../' * page.count('/')}_static/demos"
    apart = f' data-state="{files}/{keep(code, text, ".json")}"' if large else ""
    inside = "" if large else f'<script type="application/json">{text}</script>'
    return (
        f'<figure class="demo" id="demo-{name}" data-module="{files}/{module}"{apart}>'
        f'<div class="demo-stage" style="{html.escape(room)}">{still}</div><p class="demo-words">{html.escape(words)}</p>'
        f'<noscript><p class="demo-note">This demo moves when scripts are allowed.</p></noscript>'
        f'{inside}</figure>'
    )


def keep(code: dict[str, str], text: str, ending: str) -> str:
    """Add a file to those of the page; returns its name, which changes with its content."""
    name = f"{hashlib.sha256(text.encode()).hexdigest()[:12]}{ending}"
    code[name] = text
    return name


def write_modules(app: Sphinx, exception: Exception | None) -> None:
    """Write the code and the large states of all demos, one file each, however many pages show it."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "demos")
    folder.mkdir(parents=True, exist_ok=True)
    for code in modules(app.env).values():
        for name, source in code.items():
            (folder / name).write_text(source, encoding="utf-8")


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """A page that is read again starts without demos."""
    modules(env).pop(page, None)
    cards(env).pop(page, None)


def setup(app: Sphinx) -> dict:
    """Look at each document once it is read; write the code at the end."""
    app.connect("doctree-read", extract)
    app.connect("env-purge-doc", forget)
    app.connect("build-finished", write_modules)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "1"}
