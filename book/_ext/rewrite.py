"""Which pages an edit concerns: those that were read again, and all of them where others may see what has changed.

A page shows titles, numbers, labels, terms, equations and citations of others. When any of these differs from what it was at
the last build, every page is written; otherwise only those that were read. The search index, which Sphinx merges from what it
finds in the old one, is put together from what each page gave to it, so that it does not depend on the order of edits.
"""

import hashlib
import json
import pickle
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

# What a page tells of itself for every other page to use; metadata and domains need a closer look.
SHARED = ("titles", "longtitles", "tocs", "toc_secnumbers", "toc_fignumbers", "toctree_includes", "files_to_rebuild", "numbered_toctrees", "glob_toctrees")
ELSEWHERE = {"cite", "citation", "index"}  # domains that remember lines, or serve the index alone, which is always written

INDEX = "search.pickle"  # page → what it gave to the search index


def visible(env: BuildEnvironment) -> str:
    """Digest of all that a page can see of other pages. Lines of the source stay out: they move with every edit."""
    domains = {name: domain.data for name, domain in env.domains.items() if name not in ELSEWHERE}
    footnotes = {name: (page, place) for name, (page, place, _line) in env.get_domain("citation").citations.items()}
    seen = [{name: getattr(env, name) for name in SHARED}, domains, footnotes, cited(env), slugs(env), glued(env)]
    return hashlib.sha256(plain(seen).encode()).hexdigest()


def cited(env: BuildEnvironment) -> list:
    """Which page cites what, and what stands in which bibliography under which name."""
    cite = env.domains.get("cite")
    if cite is None:
        return []
    entries = [(one.citation_id, one.bibliography_key, one.key, one.formatted_entry.label, repr(one.entry)) for one in cite.citations]
    return [sorted({(ref.docname, target.key) for ref in cite.citation_refs for target in ref.targets}), entries]


def slugs(env: BuildEnvironment) -> dict:
    """Headings that a Markdown link to another page may name."""
    told = {page: metadata.get("myst_slugs", {}) for page, metadata in env.metadata.items()}
    return {page: {slug: (anchor, words) for slug, (_line, anchor, words) in ones.items()} for page, ones in told.items()}


def glued(env: BuildEnvironment) -> dict:
    """Values of cells that another page may quote."""
    folder = Path(env.mystnb_config.output_folder)
    return {str(path): json.loads(path.read_text("utf-8")) for path in folder.rglob("*.glue.json")}


def plain(value: object) -> str:
    """A text that is the same for equal values, whatever the order of their keys and members."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{plain(key)}:{plain(one)}" for key, one in value.items())) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ",".join(sorted(map(plain, value))) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(plain, value)) + "]"
    return str(value) if isinstance(value, nodes.Node) else repr(value)


class Writing:
    """What one build reads and writes."""

    def __init__(self):
        self.before = ""
        self.written: set[str] = set()

    def remember(self, app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set) -> list[str]:
        """Before anything is read."""
        self.before = visible(env)
        return []

    def concerned(self, app: Sphinx, env: BuildEnvironment) -> set[str]:
        """All pages, where one has changed what others see, or where it is not known what they gave to the search index."""
        known = Path(app.doctreedir, INDEX).is_file()
        return set() if known and visible(env) == self.before else set(env.found_docs)

    def note(self, app: Sphinx, doctree: nodes.document, page: str) -> None:
        """A page is about to be written."""
        self.written.add(page)

    def complete_index(self, app: Sphinx) -> list:
        """Add to the search index, before it is written, what the pages gave that this build did not write; adds no page of its own."""
        indexer = getattr(app.builder, "indexer", None)
        if indexer is None:
            return []
        store = Path(app.doctreedir, INDEX)
        given = pickle.loads(store.read_bytes()) if store.is_file() and self.written < app.env.found_docs else {}
        given = {page: told for page, told in given.items() if page in app.env.found_docs}
        given |= {page: told_by(indexer, page) for page in self.written & indexer._titles.keys()}
        store.write_bytes(pickle.dumps(given))
        indexer._titles = {page: told["title"] for page, told in sorted(given.items())}
        indexer._filenames = {page: told["file"] for page, told in sorted(given.items())}
        indexer._all_titles = {page: told["titles"] for page, told in sorted(given.items())}
        indexer._index_entries = {page: told["entries"] for page, told in sorted(given.items())}
        indexer._mapping, indexer._title_mapping = pages_by(given, "words"), pages_by(given, "title_words")
        indexer._objtypes.clear()
        indexer._objnames.clear()
        return []


def told_by(indexer, page: str) -> dict:
    """What one page has given to the search index."""
    return {
        "title": indexer._titles[page], "file": indexer._filenames[page], "titles": indexer._all_titles[page],
        "entries": indexer._index_entries.get(page, []),
        "words": [word for word, pages in indexer._mapping.items() if page in pages],
        "title_words": [word for word, pages in indexer._title_mapping.items() if page in pages],
    }  # fmt: skip


def pages_by(given: dict[str, dict], kind: str) -> dict[str, set[str]]:
    """Word → pages with it, in the order of the alphabet."""
    found: dict[str, set[str]] = {}
    for page, told in given.items():
        for word in told[kind]:
            found.setdefault(word, set()).add(page)
    return dict(sorted(found.items()))


def setup(app: Sphinx) -> dict:
    """Look before the first page is read and once the last has its number."""
    writing = Writing()
    app.connect("env-get-outdated", writing.remember, priority=100)
    app.connect("env-get-updated", writing.concerned, priority=900)
    app.connect("doctree-resolved", writing.note)
    app.connect("html-collect-pages", writing.complete_index)
    return {"parallel_read_safe": True, "parallel_write_safe": False, "version": "1"}
