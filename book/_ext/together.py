"""What must not be torn apart at the end of a line: a short formula and the sign after it, the two halves of "k-means".

A browser may break a line before and after any formula, even before a comma, and after any hyphen.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

SHORT = 16
"""Characters of LaTeX: such a formula with its signs fits the narrowest phone."""
OPENING, CLOSING = re.compile(r"[(\[“‘]+$"), re.compile(r"[.,;:!?)\]”’]+")
HYPHENATED = re.compile(r"\b([A-Za-z]-[a-z]+)\b")
LITERAL = (nodes.literal, nodes.literal_block, nodes.FixedTextElement, nodes.raw, nodes.math, nodes.math_block)


def together(*children: nodes.Node) -> nodes.inline:
    """One line for all of them."""
    return nodes.inline("", "", *children, classes=["together"])


def keep_formula(formula: nodes.math) -> None:
    """Put a formula and the signs that touch it, before and after, on one line."""
    parent = formula.parent
    place = parent.index(formula)
    before, after = (parent[i] if 0 <= i < len(parent) and isinstance(parent[i], nodes.Text) else "" for i in (place - 1, place + 1))
    opening, closing = OPENING.search(before), CLOSING.match(after)
    if len(formula.astext()) > SHORT or not (opening or closing):
        return
    if closing:
        parent[place + 1 : place + 2] = texts(after[closing.end() :])
    parent[place] = together(*texts(opening[0] if opening else ""), formula, *texts(closing[0] if closing else ""))
    if opening:
        parent[place - 1 : place] = texts(before[: opening.start()])


def keep_word(text: nodes.Text) -> None:
    """Keep words like "k-means" on one line."""
    parts = HYPHENATED.split(text)
    if len(parts) > 1 and not isinstance(text.parent, LITERAL):
        text.parent.replace(text, [together(nodes.Text(part)) if place % 2 else nodes.Text(part) for place, part in enumerate(parts)])


def texts(words: str) -> list[nodes.Text]:
    """A node for the words, if there are any."""
    return [nodes.Text(words)] if words else []


class KeepTogether(SphinxPostTransform):
    """Goes through a page before it is written."""

    default_priority = 800
    formats = ("html",)

    def run(self, **_) -> None:
        """Formulas first: what stands after them is text still."""
        for formula in list(self.document.findall(nodes.math)):
            keep_formula(formula)
        for text in list(self.document.findall(nodes.Text)):
            keep_word(text)


def setup(app: Sphinx) -> dict:
    """Register the transform."""
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
