"""The whole book as one PDF, printed by the real command from the built site."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from book.build import ROOT
from book.pdf import Pdf, parts_of
from tests.browser.test_pages import anchors

LEAST = 150  # pages
TEXT = re.compile(rb"<[0-9A-Fa-f]+>\s*Tj|\]\s*TJ")
FRAME = 12  # pieces of text of a running title and a page number, at most


@pytest.fixture(scope="module")
def pdf(site_folder: Path, tmp_path_factory) -> Pdf:
    """The book, printed into a folder of the test's own."""
    file = tmp_path_factory.mktemp("pdf") / "book.pdf"
    command = [sys.executable, "-m", "book.pdf", "--no-build", "--output", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return Pdf(file.read_bytes())


@pytest.fixture(scope="module")
def chapters() -> list[str]:
    return [path for part in parts_of(ROOT) for path in part["pages"]]


def test_every_page_of_the_contents_is_in_it_in_order(pdf: Pdf, chapters: list[str], site_folder: Path):
    places, outline = pdf.places(), pdf.outline()
    begin = [places[re.sub(r"\W+", "-", path.removesuffix(".html"))] for path in chapters]
    assert begin == sorted(begin)
    assert len(set(begin)) == len(begin)
    assert begin[0] > 2, "cover and contents come first"
    for path in chapters:
        heading = re.search(r"<h1>(.*?)<a", (site_folder / path).read_text(encoding="utf-8"), re.S)[1]
        assert " ".join(re.sub(r"<[^>]+>", "", heading).split()) in outline
    assert {"Twelve people, three trucks", "Your turn"} <= set(outline)


def test_no_page_is_blank_and_every_font_is_inside(pdf: Pdf):
    pages = pdf.drawings()
    assert len(pages) >= LEAST
    assert not [number for number, drawing in enumerate(pages, 1) if len(TEXT.findall(drawing)) <= FRAME]
    fonts = [body for body in pdf.objects.values() if re.search(rb"/Type\s*/FontDescriptor", body)]
    assert len(fonts) > 5
    assert all(re.search(rb"/FontFile[23]? \d+ 0 R", body) for body in fonts)


def test_links_lead_to_places_within_or_out_of_it_and_to_nothing_that_is_pressed(pdf: Pdf, site_folder: Path):
    places = pdf.places()
    links = [body for body in pdf.objects.values() if re.search(rb"/Subtype\s*/Link", body)]
    assert len(links) > 300
    outside = {match[1].decode() for body in links if (match := re.search(rb"/URI\s*\((.*?)\)", body))}
    assert not [address for address in outside if not address.startswith(("https://", "http://")) or "book.invalid" in address]
    inside = {match[1].decode() for body in links if (match := re.search(rb"/Dest\s*/([^\s/>]+)", body))}
    assert len(inside) > 100
    assert inside <= set(places), sorted(inside - set(places))[:5]
    cited = {name for name in anchors(site_folder / "bibliography.html").names if name.startswith("id")}
    assert len({f"bibliography--{name}" for name in cited} & set(places)) > 50


def test_without_a_site_one_line_says_what_to_do(tmp_path: Path):
    script = f"import sys, book.pdf as pdf; pdf.ROOT = pdf.Path({str(tmp_path)!r}); sys.exit(pdf.main(['--no-build']))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "pdf: dist/book holds no site yet; run without --no-build\n")
