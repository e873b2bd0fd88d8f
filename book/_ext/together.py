"""What must not be torn apart at the end of a line: a formula and the sign after it, the two halves of "k-means", a number and its unit.
And what may be: a long address, after its slashes and dots.

A browser may break a line before and after any formula, even before a comma, and after any hyphen and any space. An address that is
longer than the line it breaks anywhere, at worst before the full stop.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

SHORT = 16
"""Characters of LaTeX: such a formula with its signs fits the narrowest phone."""
OPENING, CLOSING = re.compile(r"[(\[“‘]+$"), re.compile(r"[.,;:!?)\]”’]+")
UNIT = re.compile(r"(?:^|(?<=\d)) (?=%|(?:[ckm]?m[²³]?|[kM]B|ms)(?!\w))")
HYPHENATED = re.compile(r"\b([A-Za-z]-[a-z]+)\b")
ADDRESS = re.compile(r"https?://|doi:|arXiv:")
JOINT = re.compile(r"(?<=[/.:_=-])(?=[^/])")
LITERAL = (nodes.literal, nodes.literal_block, nodes.FixedTextElement, nodes.raw, nodes.math, nodes.math_block)


def together(*children: nodes.Node) -> nodes.inline:
    """One line for all of them."""
    return nodes.inline("", "", *children, classes=["together"])


def keep_formula(formula: nodes.math) -> None:
    """Put a formula and the signs that touch it, before and after, on one line; of a long one only the end beside the sign."""
    parent = formula.parent
    place = parent.index(formula)
    before, after = (parent[i] if 0 <= i < len(parent) and isinstance(parent[i], nodes.Text) else "" for i in (place - 1, place + 1))
    opening, closing = OPENING.search(before), CLOSING.match(after)
    if not (opening or closing):
        return
    if closing:
        parent[place + 1 : place + 2] = texts(after[closing.end() :])
    parent[place] = whole = together(*texts(opening[0] if opening else ""), formula, *texts(closing[0] if closing else ""))
    if len(formula.astext()) > SHORT:
        whole["classes"].append("loose")
        formula["end_joined"] = closing is not None
    if opening:
        parent[place - 1 : place] = texts(before[: opening.start()])


def keep_word(text: nodes.Text) -> None:
    """Keep words like "k-means", and a number with its unit, on one line."""
    if isinstance(text.parent, LITERAL):
        return
    parts = HYPHENATED.split(UNIT.sub("\N{NO-BREAK SPACE}", text))
    if parts != [text]:
        text.parent.replace(text, [together(nodes.Text(part)) if place % 2 else nodes.Text(part) for place, part in enumerate(parts)])


def part_address(link: nodes.reference) -> None:
    """Show where the text of a link may be broken, if that is an address."""
    if ADDRESS.match(link.astext()):
        parts = [nodes.Text(part) for part in JOINT.split(link.astext())]
        link.children = []
        link += parts[:1] + [node for part in parts[1:] for node in (nodes.raw("", "<wbr>", format="html"), part)]


def whole_words(html: object) -> str:
    """The same for words in HTML that somebody else has made: text, or something that prints as such."""
    return re.sub(r"(?<=>)[^<>]+(?=<)", lambda words: HYPHENATED.sub(r'<span class="together">\1</span>', words[0]), str(html))


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
        for link in list(self.document.findall(nodes.reference)):
            part_address(link)
        for text in list(self.document.findall(nodes.Text)):
            keep_word(text)


def setup(app: Sphinx) -> dict:
    """Register the transform."""
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
