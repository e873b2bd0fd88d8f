"""What is far from the reader waits: the browser lays a section, and each larger block in it, out when the reader comes near.

A chapter has ten to twenty thousand elements, most of them in formulas, code and drawings; the reader sees a few hundred at a time.
`content-visibility: auto` leaves the others alone until they are near, and what has its size beforehand moves nothing when it comes.
So each section and block says about how tall it is. Links, the search in the page and screen readers find what waits all the same.

Nothing waits in a browser without scroll anchoring (Safari): what turns out taller than it said, above the reader's eyes, would push
away what is being read, and nobody would push it back.
"""

from math import log

from docutils import nodes
from sphinx.application import Sphinx

from book._ext.elements import Fragment

# Heights in rem, each half as much again as the one before: a block takes the class of the nearest (course.css).
RUNGS = (4, 6, 9, 13, 20, 30, 45, 68, 100)
# In the head of the page, for it binds before the style sheet is there. Wide screens need about 0.7 of a phone's height.
SECTIONS = (
    "@media screen{@supports (overflow-anchor:auto){"
    ".bd-article>section>section{content-visibility:auto;contain-intrinsic-size:auto calc(.7*var(--tall,90rem))}}}"
    "@media screen and (max-width:40rem){.bd-article>section>section{contain-intrinsic-size:auto var(--tall,90rem)}}"
)
BLOCKS = (
    nodes.paragraph, nodes.bullet_list, nodes.enumerated_list, nodes.definition_list, nodes.math_block, nodes.Admonition, nodes.figure,
)  # fmt: skip


def section_sizes(doctree: nodes.document) -> str:
    """CSS that tells the browser about how tall each section is before it lays it out.

    Measured on a phone: a row holds some 40 characters and takes 2 rem. Rather too tall than too low: what is taller than
    it said would lie over the next section until the reader comes near.
    """
    rules = []
    for section in doctree.findall(lambda n: isinstance(n, nodes.section) and isinstance(n.parent.parent, nodes.document)):
        rows = sum(2 + 2 * (len(p.astext()) // 38 + 1) for p in section.findall(nodes.paragraph))
        code = sum(4 + 1.4 * (c.astext().count("\n") + 1) for c in section.findall(nodes.literal_block))
        blocks = {nodes.image: 28, nodes.math_block: 7, nodes.title: 8, nodes.raw: 50, nodes.row: 6, nodes.Admonition: 5}
        fixed = sum(rem for kind, rem in blocks.items() for _ in section.findall(kind))
        choices = sum(
            6 + 2 * (len(f.astext()) // 30) for f in section.findall(Fragment) if f["tag"] in {"fieldset", "details", "label"}
        )
        rules.append(f"#{section['ids'][0]}{{--tall:{0.8 * (rows + code + fixed + choices):.0f}rem}}")
    return SECTIONS + "".join(rules) if rules else ""


def height(node: nodes.Node) -> float:
    """About how tall a block is on a phone, in rem."""
    if isinstance(node, nodes.literal_block):
        return 1.8 + 1.3 * (node.astext().count("\n") + 1)
    if isinstance(node, nodes.paragraph | nodes.term) or (isinstance(node, Fragment) and node["tag"] in {"label", "legend", "summary"}):
        return 2 * (letters(node) // 42 + 1)
    if isinstance(node, nodes.math_block):
        return 4 + 2.2 * node.astext().count(r"\\")
    if isinstance(node, nodes.image):
        return 19
    if isinstance(node, Fragment) and node["tag"] == "details" and "quiz-answer" in node["html_attributes"].get("CLASS", ""):
        return 0  # closed
    frame = 3 if isinstance(node, nodes.Admonition) else 0
    return frame + sum(height(child) + 1 for child in node.children)


def nearest(rem: float) -> int:
    """The rung that a height differs least from, in proportion."""
    return min(RUNGS, key=lambda rung: abs(log(rung / max(rem, 1))))


def letters(node: nodes.Node) -> float:
    """How many letters wide the text of a node is; half of a formula's source are names of signs."""
    return sum(len(text) * (0.4 if isinstance(text.parent, nodes.math) else 1) for text in node.findall(nodes.Text))


def blocks_of(section: nodes.section):
    """The blocks of a section that may wait by themselves, not those of sections within it. Demos never wait: they start when near."""
    for child in section.children:
        if isinstance(child, nodes.container) and "cell" in child["classes"]:
            yield from (part for part in child.children if "cell_input" in part.get("classes", []))
            yield from child.findall(nodes.figure)
        elif isinstance(child, BLOCKS) or (isinstance(child, Fragment) and child["tag"] == "fieldset"):
            yield child


def let_wait(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Mark the blocks of all sections, each with about its height."""
    for section in doctree.findall(nodes.section):
        if isinstance(section.parent, nodes.section):
            for block in blocks_of(section):
                block["classes"] = [*block.get("classes", []), "later", f"tall-{nearest(height(block))}"]


def setup(app: Sphinx) -> dict:
    """Mark blocks when all of a page is resolved and admonitions have become what they will be."""
    app.setup_extension("book._ext.elements")
    app.connect("doctree-resolved", let_wait, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
