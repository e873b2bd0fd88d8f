"""`python -m book.pdf`: the whole book as one PDF, printed by Chromium from the built site.

Its pages become one document (`assets/print.js`), which is printed twice: the first print tells on which page each heading
came to stand, the second has these numbers in its table of contents. Where the site does not link the file yet, it is
built once more, so that every page's foot does.
"""

import argparse
import html
import mimetypes
import re
import shutil
import sys
import time
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from book.build import PDF, ROOT, BuildError, build
from tools.chromium import ARGUMENTS, NoChromium, chromium_path

ASSETS = ROOT / "book" / "assets"
LEFT_OUT = {"gallery", "runtimes"}  # pages about the site itself
HOST = "http://book.invalid/"
PAPER = {"prefer_css_page_size": True, "print_background": True}
FRAME = """<!doctype html><html lang="en" data-theme="light" class="printed"><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="/_static/{sheet}"><style>{style}</style></head><body>
<div class="print-cover"><img src="/_static/favicon.svg" alt=""><p class="print-book">{title}</p><p>{description}</p>
<p class="print-colophon">{author}. {copyright}.<br>The book on the web is alive: demos move, cells run, self-checks answer, assignments can be
downloaded and tried. Here demos stand still, each with a sentence on what it shows, and code that the pages fold away is left out.</p></div>
<nav class="print-front bd-article" aria-label="Contents"><p class="print-heading">Contents</p><div class="print-contents"></div></nav>
</body></html>"""


# ------------------------------------------------------------------------------------------- what is printed


def parts_of(root: Path) -> list[dict]:
    """The parts of the book as _toc.yml names them: [{caption, pages: [address]}]."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    parts = toc.get("parts") or [toc]
    named = [(part.get("caption", ""), [entry["file"].removeprefix("book/") for entry in part["chapters"]]) for part in parts]
    return [
        {"caption": caption, "pages": [f"{name}.html" for name in names if name not in LEFT_OUT]} for caption, names in named
    ]


def frame(root: Path, site: Path) -> str:
    """The document before its pages are in it: cover and an empty table of contents."""
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    front = (site / "index.html").read_text(encoding="utf-8")
    described = re.search(r'<meta (?:content="([^"]*)" name="description"|name="description" content="([^"]*)")', front)
    words = {key: html.escape(str(settings.get(key, ""))) for key in ("title", "author", "copyright")}
    return FRAME.format(
        **words,
        description=next(filter(None, described.groups()), "") if described else "",
        sheet=next((site / "_static").glob("course.*.css")).name,
        style=(ASSETS / "print.css").read_text(encoding="utf-8"),
    )


def print_book(root: Path, site: Path) -> bytes:
    """The PDF of a built site. Raises NoChromium where there is no browser."""
    from playwright.sync_api import sync_playwright

    start = frame(root, site)

    def serve(route) -> None:
        path = unquote(urlsplit(route.request.url).path).lstrip("/")
        file = site / path
        if not path:
            route.fulfill(body=start, content_type="text/html; charset=utf-8")
        elif route.request.url.startswith(HOST) and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream")
        else:
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = browser.new_page(color_scheme="light", reduced_motion="reduce", service_workers="block")
        page.route("**/*", serve)
        page.goto(HOST)
        page.emulate_media(media="print")
        page.evaluate((ASSETS / "print.js").read_text(encoding="utf-8"), parts_of(root))
        numbers = Pdf(page.pdf(**PAPER)).places()
        page.evaluate(NUMBER, numbers)
        made = page.pdf(**PAPER, outline=True, tagged=True)
        browser.close()
    if Pdf(made).places() != numbers:
        raise BuildError("the page numbers of the contents moved what they name; give .print-number in assets/print.css more room")
    return made


NUMBER = """numbers => document.querySelectorAll(".print-contents a").forEach(link => {
  link.querySelector(".print-number").textContent = numbers[decodeURIComponent(link.hash.slice(1))] ?? "";
})"""


# ------------------------------------------------------------------------------------------- reading it back


class Pdf:
    """Just enough of a PDF as Chromium writes it: objects in plain text, streams deflated."""

    def __init__(self, data: bytes):
        found = re.finditer(rb"(?:^|\n)(\d+) 0 obj\b(.*?)\bendobj", data, re.S)
        self.objects = {int(match[1]): match[2] for match in found}

    def pages(self) -> list[int]:
        """The numbers of the page objects, in order."""
        [root] = [body for body in self.objects.values() if re.search(rb"/Type\s*/Catalog\b", body)]
        waiting, found = [int(re.search(rb"/Pages (\d+) 0 R", root)[1])], []
        while waiting:
            number = waiting.pop(0)
            kids = re.search(rb"/Kids\s*\[(.*?)\]", self.objects[number], re.S)
            if kids:
                waiting = [int(kid) for kid in re.findall(rb"(\d+) 0 R", kids[1])] + waiting
            else:
                found.append(number)
        return found

    def stream(self, number: int) -> bytes:
        """The content of a stream."""
        body = self.objects[number]
        data = body.split(b"stream", 1)[1].lstrip(b"\r").removeprefix(b"\n").rsplit(b"endstream", 1)[0]
        return zlib.decompressobj().decompress(data) if b"/FlateDecode" in body.split(b"stream", 1)[0] else data

    def drawings(self) -> list[bytes]:
        """What each page draws."""
        return [self.stream(int(re.search(rb"/Contents (\d+) 0 R", self.objects[number])[1])) for number in self.pages()]

    def places(self) -> dict[str, int]:
        """Name of each place that links lead to → its page, from 1."""
        order = {number: index for index, number in enumerate(self.pages(), 1)}
        named = {}
        for body in self.objects.values():
            for name, page in re.findall(rb"/(?!Dest\b)([^\s/\[\]<>()]+)\s*\[(\d+) 0 R\s*/XYZ", body):
                text = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m[1].decode()), name).decode("utf-8", "replace")
                named[text] = order[int(page)]
        return named

    def outline(self) -> list[str]:
        """The titles of the outline that a reader's program shows beside the pages."""
        titles = []
        for body in self.objects.values():
            if b"/Dest" not in body or b"/Parent" not in body:
                continue
            if match := re.search(rb"/Title\s*(?:<([0-9A-Fa-f\s]*)>|\(((?:[^\\()]|\\.)*)\))", body, re.S):
                raw = bytes.fromhex(match[1].decode()) if match[1] is not None else re.sub(rb"\\(.)", rb"\1", match[2])
                titles.append(raw[2:].decode("utf-16-be") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1"))
        return titles


# ---------------------------------------------------------------------------------------------- the command


def publish_pdf(site: Path, target: Path, no_build: bool) -> None:
    """Put the file into the site; pages that do not link it yet are built once more."""
    if no_build or (site / PDF).is_file():
        shutil.copyfile(target, site / PDF)
    else:
        build()


def main(argv: list[str] | None = None) -> int:
    """The command line: exit status 0 when the PDF was printed, 1 when it was not."""
    parser = argparse.ArgumentParser(prog="python -m book.pdf", description="Print the whole book into dist/" + PDF + ".")
    parser.add_argument("--no-build", action="store_true", help="print dist/book as it is")
    parser.add_argument("--output", type=Path, help="print into this file alone, and leave the site as it is")
    args = parser.parse_args(argv)
    start = time.perf_counter()
    site, target = ROOT / "dist" / "book", args.output or ROOT / "dist" / PDF
    try:
        if not args.no_build:
            build()
        if not (site / "index.html").is_file():
            raise BuildError("dist/book holds no site yet; run without --no-build")
        made = print_book(ROOT, site)
        target.write_bytes(made)
        if not args.output:
            publish_pdf(site, target, args.no_build)
    except (BuildError, NoChromium) as error:
        print(f"pdf: {error}", file=sys.stderr)
        return 1
    pages, size = len(Pdf(made).pages()), len(made) / 1e6
    print(f"pdf: {target}, {pages} pages, {size:.1f} MB, in {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
