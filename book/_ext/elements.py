"""Elements of a page as nodes of a document: `element("details", …)` where Sphinx has no node of its own."""

from docutils import nodes
from sphinx.application import Sphinx


class Fragment(nodes.General, nodes.Element):
    """An HTML element with children: `tag` and `html_attributes`."""


def element(tag: str, *children: nodes.Node, **attributes: object) -> Fragment:
    """An element of the page; an underscore in a name stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return Fragment("", *children, tag=tag, html_attributes=named)


def visit_fragment(translator, fragment: Fragment) -> None:
    """Open the element."""
    translator.body.append(translator.starttag({"classes": fragment["classes"]}, fragment["tag"], "", **fragment["html_attributes"]))


def depart_fragment(translator, fragment: Fragment) -> None:
    """Close the element."""
    if fragment["tag"] != "input":
        translator.body.append(f"</{fragment['tag']}>")


def setup(app: Sphinx) -> dict:
    """Register the node, once for all extensions that use it."""
    app.add_node(Fragment, html=(visit_fragment, depart_fragment))
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
