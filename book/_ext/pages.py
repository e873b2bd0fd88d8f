"""What every page is made of: our templates, its description, folding admonitions, and what it needs to load.

A page loads one style sheet and one script. Formulas' fonts are asked for early on pages with formulas; the demo
loader comes only where there are demos. A page without a description is a warning: readers of search results see it.
"""

import os
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from book._ext.elements import element
from book._ext.later import section_sizes
from book._ext.together import whole_words

BOOK = Path(__file__).resolve().parent.parent
DESCRIPTIONS = {
    "search": "Search all pages of Learning Without Labels.",
    "genindex": "Index of Learning Without Labels: every term and where it is explained.",
}
logger = logging.getLogger(__name__)


def use_templates(app: Sphinx, config) -> None:
    """Our templates come before the theme's."""
    ours = os.path.relpath(BOOK / "_templates", app.confdir)
    config.templates_path = list(dict.fromkeys([ours, *config.templates_path]))  # a list anew: builds in one process share the default


def prepare_cards(app: Sphinx, config) -> None:
    """The cards that other sites show of a page: with our mark, and addresses that begin where the site is."""
    config.ogp_social_cards = {"image_mini": str(BOOK / "assets" / "mark.png"), "line_color": "#d55e00"} | (config.ogp_social_cards or {})
    config.ogp_site_url = config.ogp_site_url or config.html_baseurl


def describe_cards(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """A page's card says what its author says of it."""
    told = [n["content"] for n in doctree.findall(nodes.meta) if n.get("name") == "description"] if doctree is not None else []
    if told:
        context["meta"] = {**(context.get("meta") or {}), "og:description": told[0], "og:image:alt": told[0]}


def add_context(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Tell the template what the page holds."""
    metadata = app.env.metadata.get(page, {})
    context["has_math"] = doctree is not None and any(doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)))
    context["section_sizes"] = section_sizes(doctree) if doctree is not None else ""
    context["whole_words"] = whole_words
    context["has_demos"] = metadata.get("demos", False)
    context["has_own_demos"] = metadata.get("own_demos", False)
    context["classic_widgets"] = metadata.get("classic_widgets", False)
    context["has_live"] = (BOOK / "live" / "boot.js").is_file()
    context["notebook"] = page.rpartition("/")[2] if "kernelspec" in metadata else ""
    context["source_links"] = source_links(app.config, page, bool(context["notebook"])) if doctree is not None else []
    context["book_pdf"] = app.config.course_pdf
    context["page_description"] = DESCRIPTIONS.get(page, "")
    tags = context.get("metatags") or ""
    if doctree is not None and 'name="description"' not in tags:
        logger.warning(
            "no description: say in one sentence what the page holds (front matter, myst: html_meta: description)",
            location=page, type="pages", subtype="description",
        )


def source_links(config, page: str, is_notebook: bool) -> list[tuple[str, str]]:
    """(words, address) of what a page offers where `repository` in _config.yml says where the sources are; else nothing.

    Colab opens notebooks of GitHub alone, and finds a chapter's on the branch that the built site is published from.
    """
    address = (config.html_theme_options.get("repository_url") or "").rstrip("/")
    if not address:
        return []
    branch = config.html_theme_options.get("repository_branch") or "main"
    edit = "-/edit" if "gitlab" in address else "edit"
    links = [("Edit this page", f"{address}/{edit}/{branch}/book/{page}.md")]
    host, _, repository = address.partition("github.com/")
    if is_notebook and repository and host == "https://":
        place = f"{repository}/blob/{config.course_site_branch}/notebooks/{page.rpartition('/')[2]}.ipynb"
        links.append(("Open in Colab", f"https://colab.research.google.com/github/{place}"))
    return links


def fold_admonitions(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """`:class: dropdown` folds without a script: the title becomes the handle of a `<details>`."""
    for admonition in list(doctree.findall(nodes.Admonition)):
        if "dropdown" not in admonition.get("classes", []) or isinstance(admonition, nodes.system_message):
            continue
        title = admonition.next_node(nodes.title)
        kind = admonition.tagname if admonition.tagname != "admonition" else ""
        classes = " ".join(["admonition", kind, *(c for c in admonition["classes"] if c != "dropdown")])
        words = title.children if title else [nodes.Text(kind.capitalize())]
        body = [child for child in admonition.children if child is not title]
        summary = element("summary", *words, CLASS="admonition-title")
        admonition.replace_self(element("details", summary, *body, CLASS=classes, ids=admonition["ids"][:1]))


def setup(app: Sphinx) -> dict:
    """Connect to Sphinx's events."""
    app.setup_extension("book._ext.elements")
    app.setup_extension("book._ext.later")
    app.add_config_value("course_pdf", "", "html")
    app.add_config_value("course_site_branch", "gh-pages", "html")
    app.connect("config-inited", use_templates)
    app.connect("config-inited", prepare_cards)
    app.connect("html-page-context", describe_cards, priority=400)  # before the cards are made
    app.connect("html-page-context", add_context, priority=900)
    app.connect("doctree-resolved", fold_admonitions)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
