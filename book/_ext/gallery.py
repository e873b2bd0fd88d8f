"""`{gallery}`: every demo of the book on one page, a still picture and a sentence each, with the way to where it moves."""

import copy
import html
import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from book._ext.demos import cards
from book._ext.figures import inline_svg


class Place(nodes.General, nodes.Element):
    """Where the gallery will stand, once all pages are read."""


class Gallery(SphinxDirective):
    """All demos, in the order of the book."""

    def run(self) -> list[nodes.Node]:
        galleries(self.env).add(self.env.docname)
        return [Place()]


def galleries(env: BuildEnvironment) -> set[str]:
    """The pages that hold a gallery, kept from build to build."""
    if not hasattr(env, "course_galleries"):
        env.course_galleries = set()
    return env.course_galleries


def remember(app: Sphinx, env: BuildEnvironment, *changes: set[str]) -> list[str]:
    """What galleries show, before any page is read again."""
    app.course_cards_before = copy.deepcopy(cards(env))
    return []


def stale(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """A gallery is written anew when a page has other demos than before."""
    return [] if cards(env) == app.course_cards_before else sorted(galleries(env) & env.found_docs)


def fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put a list of cards in each place, chapter by chapter."""
    for place in list(doctree.findall(Place)):
        shown = [item for other in chapters(app.env, page) for item in items(app, page, other)]
        text = f'<ul class="gallery">{"".join(shown)}</ul>'
        place.replace_self(nodes.raw("", text, format="html"))


def chapters(env: BuildEnvironment, start: str) -> list[str]:
    """Pages with demos in the order of the contents; the landing page shows what a chapter has, and is left out."""
    order, waiting = [], [env.config.root_doc]
    while waiting:
        page = waiting.pop(0)
        order.append(page)
        waiting = [*env.toctree_includes.get(page, []), *waiting]
    return [page for page in order if cards(env).get(page) and page not in (start, env.config.root_doc)]


def items(app: Sphinx, start: str, page: str) -> list[str]:
    """The cards of one page."""
    where = html.escape(app.env.titles[page].astext())
    address = app.builder.get_relative_uri(start, page)
    made = []
    for one in cards(app.env)[page]:
        picture = inline_svg(one["still"], "") if one["still"] else ""
        title, words = html.escape(one["title"]), html.escape(first_sentence(one["words"]))
        made.append(
            f'<li class="gallery-card"><div class="gallery-picture" aria-hidden="true">{picture}</div>'
            f'<p class="gallery-title"><a href="{address}#demo-{one["name"]}">{title}</a></p>'
            f'<p class="gallery-words">{words}</p><p class="gallery-where">{where}</p></li>'
        )
    return made


def first_sentence(words: str) -> str:
    """Up to the first full stop that ends a sentence."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", words.strip(), maxsplit=1)[0]


def setup(app: Sphinx) -> dict:
    """Register the directive and the two moments at which it works."""
    app.setup_extension("book._ext.demos")
    app.add_node(Place)
    app.add_directive("gallery", Gallery)
    app.connect("env-get-outdated", remember)
    app.connect("env-updated", stale)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "version": "1"}
