"""What the tests of demos share: fresh pages, and golden values of the references as they are now."""

from pathlib import Path

import pytest

from book import build
from book.data import (
    make_autoencoders,
    make_choosing_k,
    make_generative,
    make_initialization,
    make_representations,
    make_unsupervised,
)


@pytest.fixture
def new_page(browser):
    """A function that opens an empty page; its keyword arguments are those of a browser context."""
    contexts = []

    def open_one(**options):
        context = browser.new_context(**{"viewport": {"width": 1000, "height": 950}, **options})
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


BUILT = build.Paths(build.ROOT, build.ROOT / "dist" / "book")


def golden_values(step, tmp_path_factory):
    """A data step's golden values: those of the last build as long as script, references and packages are what they were, and nobody
    has touched the file since; otherwise they are made now, elsewhere."""
    script = Path(step.__file__)
    stamp = build.data_stamp(BUILT, script)
    untouched = stamp.is_file() and step.MADE.is_file() and step.MADE.stat().st_mtime <= stamp.stat().st_mtime
    if untouched and stamp.read_text() == build.data_key(BUILT, script):
        return step.MADE
    path = tmp_path_factory.mktemp("golden") / step.MADE.name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "MADE", path)
        step.main()
    return path


@pytest.fixture(scope="session")
def golden_initialization(tmp_path_factory):
    return golden_values(make_initialization, tmp_path_factory)


@pytest.fixture(scope="session")
def golden_choosing_k(tmp_path_factory):
    return golden_values(make_choosing_k, tmp_path_factory)


@pytest.fixture(scope="session")
def golden_unsupervised(tmp_path_factory):
    return golden_values(make_unsupervised, tmp_path_factory)


@pytest.fixture(scope="session")
def golden_autoencoders(tmp_path_factory):
    return golden_values(make_autoencoders, tmp_path_factory)


@pytest.fixture(scope="session")
def golden_representations(tmp_path_factory):
    return golden_values(make_representations, tmp_path_factory)


@pytest.fixture(scope="session")
def golden_generative(tmp_path_factory):
    return golden_values(make_generative, tmp_path_factory)
