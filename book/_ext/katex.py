"""Formulas set at build time by KaTeX, so that no page needs a script to show one.

One Node process answers for the whole build. A formula that does not parse is a warning with its place, and a warning
fails the build. The macros that every formula may use are in `book/_static/macros.json`.
"""

import json
import re
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from tools.node import ROOT, node

BOOK = Path(__file__).resolve().parent.parent
MACROS = BOOK / "_static" / "macros.json"
SERVER = BOOK / "assets" / "katex-server.mjs"
# KaTeX numbers these itself; the numbers of the book are Sphinx's, so the starred form is meant.
NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|equation|gather)\}")
logger = logging.getLogger(__name__)


class FormulaError(ValueError):
    """KaTeX could not read a formula; the message is KaTeX's own."""


class Typesetter:
    """A Node process that turns LaTeX into HTML with MathML, started at the latest when the first formula comes."""

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None

    def __call__(self, latex: str, display: bool) -> str:
        """Return the HTML of a formula; raises FormulaError where KaTeX cannot read it."""
        self.start()
        process = self._process
        process.stdin.write(json.dumps({"latex": latex, "display": display}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the formula typesetter (node book/assets/katex-server.mjs) died; is node_modules installed?")
        answer = json.loads(line)
        if "error" in answer:
            raise FormulaError(answer["error"])
        return answer["html"]

    def start(self) -> None:
        """Start the Node process, unless it runs: it takes a tenth of a second until it listens."""
        self._process = self._process or self._start()

    def _start(self) -> subprocess.Popen:
        macros = json.dumps(json.loads(MACROS.read_text(encoding="utf-8")))
        command = [node(), SERVER, macros]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8", cwd=ROOT)

    def close(self) -> None:
        """End the Node process, if one was started."""
        if self._process:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None


typeset = Typesetter()


def display_source(latex: str) -> str:
    """LaTeX as KaTeX wants it: numbered environments starred, bare line breaks wrapped in `aligned`."""
    latex = NUMBERED.sub(r"\\\1{\2*}", latex.strip())
    if r"\\" in re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", "", latex, flags=re.DOTALL):
        latex = rf"\begin{{aligned}}{latex}\end{{aligned}}"
    return latex


def rendered(place: nodes.Element, latex: str, display: bool) -> str:
    """The HTML of one formula, or a warning that names its place."""
    try:
        return typeset(latex, display)
    except FormulaError as error:
        logger.warning("formula cannot be set: %s", error, location=place, type="katex", subtype="formula")
        return ""


BASE, REST = '<span class="katex-base">', "</span></span>"
"""A piece of a formula within which no line is broken; what follows the last one."""


def end_joined(html: str) -> str:
    """Keep the last piece of a formula on the line of what comes after it."""
    place = html.rfind(BASE)
    if place < 0 or not html.endswith(REST):
        raise ValueError(f"KaTeX sets formulas in another way than before: {html[-200:]}")
    return f'{html[:place]}<span class="together">{html[place : -len(REST)]}</span>{REST}'


def visit_inline(translator, formula: nodes.math) -> None:
    """Write an inline formula."""
    translator.body.append(translator.starttag(formula, "span", "", CLASS="math"))
    html = rendered(formula, formula.astext(), display=False)
    translator.body.append((end_joined(html) if html and formula.get("end_joined") else html) + "</span>")
    raise nodes.SkipNode


def visit_block(translator, formula: nodes.math_block) -> None:
    """Write a displayed formula, with its number when it has one; it scrolls where the page is too narrow."""
    translator.body.append(translator.starttag(formula, "div", CLASS="math"))
    translator.body.append(f'<div class="math-scroll">{rendered(formula, display_source(formula.astext()), display=True)}</div>')
    if formula["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, formula)})')
        translator.add_permalink_ref(formula, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict:
    """Register the renderer under the name `katex`."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
    app.connect("env-before-read-docs", lambda app, env, names: names and typeset.start())  # before the formulas are there
    app.connect("build-finished", lambda app, exception: typeset.close())
    return {"parallel_read_safe": True, "parallel_write_safe": False, "version": "1"}
