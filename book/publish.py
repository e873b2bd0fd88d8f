"""The last step of the build: light pages in `dist/book`, from what Sphinx wrote.

Only what pages refer to is published. Style sheets become one, cut to the rules that some page uses; scripts become one
bundle; the fonts of formulas are cut to the glyphs that occur. Names carry the hash of their content, so that browsers
may keep them. The old site stays whole until the new one is complete. What is found out about a page, and what is made of it,
is kept under the page's digest: the site is the same, byte for byte, whether everything is made anew or one page.
"""

import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urldefrag

from book import downloads
from book.kept import Kept, digest
from tools.node import MODULES, ROOT, esbuild, node

ASSETS = ROOT / "book" / "assets"
KATEX = MODULES / "katex" / "dist"
HERE, LOCK = Path(__file__), ROOT / "package-lock.json"
# Rules that no page shows but a script, a theme or a reader's action may bring about.
SAFE = [
    r"^data-theme$", r"^data-mode$", r"^(dark|light)$", r"^open$", r"^scripted", r"^contents-hidden$", r"^course-", r"^sheet-", r"^page-read$", r"^continue$",
    r"^quiz-", r"^demo-", r"^live-", r"^cm-", r"^copy$", r"^visually-hidden$", r"^search", r"^highlighted$", r"^context$", r"^dialog$",
    r"^(html|body|mark|kbd|dialog|table|thead|tbody|tr|td|th|blockquote|details|summary|img|svg|pre|code)$",
]
# Style sheets, in the order in which they bind; a * stands for a hash in the name.
SHEETS = [
    "basic.css", "styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css", "pygments.css", "mystnb.*.css",
    "sphinx-design.min.css",
]
SEARCH = ["documentation_options.js", "doctools.js", "sphinx_highlight.js", "language_data.js", "searchtools.js"]
# Fonts of KaTeX that set a few signs only, and the classes that ask for them.
FONT_CLASSES = {"KaTeX_AMS-Regular": "amsrm|mathbb|textbb", "KaTeX_SansSerif-Regular": "mathsf|textsf", "KaTeX_Math-Italic": "mathnormal"}
SPAN = re.compile(r"<span\b[^>]*[^/]>|<span>|</span>")
# What no rule asks for and every new drawing brings: values of attributes, and the identifiers in drawings (`_ext/figures.py`).
ELSE = re.compile(r"""\b(?:d|points|transform|aria-label|alt|content|href|src|viewBox)=(?:"[^"]*"|'[^']*')""")
BROUGHT = {"button", "canvas", "hidden", "output", "progress"}  # elements and attributes that come with a script
DRAWN = re.compile(r"f[0-9a-f]{8}-.*")
REFERENCE = re.compile(r"""\b(?:href|src)=["']([^"'#?][^"'?]*)(?:\?[^"']*)?["']""")


def publish(paths, pages: list[Path], settings: dict) -> None:
    """Turn Sphinx's output at `paths.html` into the site at `paths.output`."""
    new = paths.output.with_name(f".{paths.output.name}-new")
    shutil.rmtree(new, ignore_errors=True)
    static = new / "_static"
    static.mkdir(parents=True)
    kept = kept_by(paths)
    sources = {p.relative_to(paths.html).as_posix(): p.read_text(encoding="utf-8") for p in html_pages(paths.html)}
    facts = [kept.get("facts", [text], lambda text=text: facts_of(text)) for text in sources.values()]
    copy_static(paths, static, united(facts, "demos"), any(one["widgets"] for one in facts))
    bundle_scripts(static)
    install_live(static)
    make_fonts(static / "fonts", facts)
    make_styles(paths, static, united(facts, "words"))
    renamed = hash_names(new)
    written = {}
    for name, text in sources.items():
        made = written[name] = kept.get("page", [text, json.dumps(renamed)], lambda text=text: finished(text, renamed))
        target = new / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(made["text"], encoding="utf-8")
    base = base_of(settings)
    for name, content in downloads_of(paths, pages, base, kept).items():
        target = new / "notebooks" / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    copy_assignments(paths, new, united(facts, "assignments"), kept)
    copy_pdf(paths, new, pages)
    copy_referenced(paths.html, new, written)
    shutil.copyfile(paths.html / "searchindex.js", new / "searchindex.js")
    write_sitemap(new, base)
    write_service_worker(paths, new)
    replace_folder(paths.output, new)
    kept.prune()


def kept_by(paths) -> Kept:
    """What is kept from build to build, as long as the code that makes it is the same."""
    return Kept(paths.work / "pages", digest([*(ROOT / "book").glob("*.py"), ROOT / "requirements.txt"]))


def base_of(settings: dict) -> str:
    """The address of the site; nothing where it is not known."""
    return (settings.get("html") or {}).get("baseurl") or ""


def facts_of(text: str) -> dict:
    """What one page of Sphinx's asks of the rest of the site."""
    signs = set("".join(formula_texts(text)))
    return {
        "demos": sorted(set(re.findall(r"_static/demos/(\w+\.js(?:on)?)", text))),
        "widgets": "_static/widgets/embed.js" in text,
        "assignments": sorted(set(re.findall(r'href="[^"]*assignments/([\w-]+)\.zip"', text))),
        "signs": sorted(signs),
        "special": {font: sorted(signs_of(text, classes, signs)) for font, classes in FONT_CLASSES.items()},
        "words": sorted(words_of(text)),
    }


def united(facts: list[dict], what: str) -> set[str]:
    """What any page asks for."""
    return {one for page in facts for one in page[what]}


def finished(text: str, renamed: dict[str, str]) -> dict:
    """A page as readers get it, with the addresses that it names."""
    text = light(with_names(text, renamed))
    cards = re.findall(r'property="og:image" content="[^"]*?(_images/[^"]+)"', text)
    return {"text": text, "references": REFERENCE.findall(text), "cards": cards}


def html_pages(folder: Path) -> list[Path]:
    """The pages that Sphinx wrote (not its files about itself)."""
    return sorted(p for p in folder.rglob("*.html") if not {"_static", "_sources", "reports"} & set(p.relative_to(folder).parts))


def copy_static(paths, static: Path, demos: set[str], widgets: bool) -> None:
    """Files that pages use as they are: the favicon, the search page's scripts, the demos."""
    made = paths.html / "_static"
    for name in [*SEARCH, "favicon.svg"]:
        if (made / name).is_file():
            shutil.copyfile(made / name, static / name)
    for name in demos:
        (static / "demos").mkdir(exist_ok=True)
        shutil.copyfile(made / "demos" / name, static / "demos" / name)
    if widgets:
        (static / "widgets").mkdir()
        shutil.copyfile(MODULES / "@jupyter-widgets/html-manager/dist/embed.js", static / "widgets" / "embed.js")


def cached(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` fills, made once for each key and kept from build to build."""
    folder = ROOT / ".cache" / kind / key[:16]
    if not (folder / ".done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        (folder / ".done").touch()
    return folder


def bundle_scripts(static: Path) -> None:
    """The script of every page, and the loader of demos, which pages with demos carry in themselves (`hash_names`)."""

    def make(folder: Path) -> None:
        options = [f"--outdir={folder}", "--bundle", "--minify", "--target=es2022", "--legal-comments=none", "--log-level=warning"]
        esbuild(ASSETS / "course.js", *options, "--format=esm")
        esbuild(ASSETS / "demo.js", *options, "--format=iife")

    scripts = cached("scripts", digest([*ASSETS.glob("*.js"), HERE, LOCK]), make)
    for script in scripts.glob("*.js"):
        shutil.copyfile(script, static / script.name)


def install_live(static: Path) -> None:
    """The runner of cells, which pages load on the first click."""
    from book import live

    if has_live():
        runner = cached("live", digest([ROOT / "book" / "live", HERE, LOCK]), live.install)
        shutil.copytree(runner / "live", static / "live")


def has_live() -> bool:
    """Whether cells can be run in the page."""
    return (ROOT / "book" / "live" / "boot.js").is_file()


def make_fonts(folder: Path, facts: list[dict]) -> None:
    """KaTeX's fonts with the glyphs that the book's formulas use; the text faces with all of ASCII, for headings."""
    used = united(facts, "signs")
    special = {font: {sign for page in facts for sign in page["special"][font]} for font in FONT_CLASSES}
    asked = ["unhinted", *sorted(used), *(f"{name} {''.join(sorted(signs))}" for name, signs in special.items())]
    fonts = cached("fonts", digest([HERE, LOCK], *asked), lambda made: cut_fonts(made, used, special))
    folder.mkdir()
    for font in fonts.glob("*.woff2"):
        shutil.copyfile(font, folder / font.name)


def cut_fonts(folder: Path, used: set[str], special: dict[str, set[str]]) -> None:
    """Write KaTeX's fonts with the signs that are `used`, or those of `special` for the fonts that it names."""
    from fontTools import subset

    ascii_signs = {chr(code) for code in range(32, 127)} | set("–—‘’“”…·×")
    for font in sorted((KATEX / "fonts").glob("*.woff2")):
        signs = special.get(font.stem, used) | (ascii_signs if font.name.startswith("KaTeX_Main") else set())
        options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, name_IDs=[], drop_tables=["FFTM"])
        face = subset.load_font(str(font), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(sign) for sign in signs])
        cutter.subset(face)
        subset.save_font(face, str(folder / font.name), options)


def signs_of(text: str, classes: str, used: set[str]) -> set[str]:
    """The signs that formulas set in some of KaTeX's classes; all `used` ones where one of them is not a single run of text."""
    opened = re.findall(rf'<span class="[^"]*\b(?:{classes})\b', text)
    leaves = re.findall(rf'<span class="[^"]*\b(?:{classes})\b[^>]*>([^<]*)</span>', text)
    return set(html.unescape("".join(leaves))) if len(opened) == len(leaves) else used


def formula_texts(text: str) -> list[str]:
    """The signs that each formula of some pages is drawn with."""
    found = []
    for start in re.finditer(r'<span class="katex-html"[^>]*>', text):
        depth, end = 1, start.end()
        while depth:
            tag = SPAN.search(text, end)
            depth, end = depth + (-1 if tag[0].startswith("</") else 1), tag.end()
        found.append(html.unescape(re.sub(r"<[^>]+>", "", text[start.end() : end])))
    return found


def make_styles(paths, static: Path, words: set[str]) -> None:
    """One style sheet: the theme's, KaTeX's, ours; only the rules that are used; minified."""
    made = paths.html / "_static"
    files = [path for pattern in SHEETS for path in sorted(made.glob(pattern))]
    texts = [path.read_text(encoding="utf-8") for path in files]
    texts.append(katex_styles())
    live = ROOT / "book" / "live" / "boot.css"
    texts.append((ASSETS / "course.css").read_text(encoding="utf-8"))
    if live.is_file():
        texts.append(live.read_text(encoding="utf-8"))

    def make(folder: Path) -> None:
        whole = re.sub(r"@font-face\s*\{[^}]*Font\s*Awesome[^}]*\}", "", "\n".join(texts), flags=re.IGNORECASE)
        whole = re.sub(r"/\*# sourceMappingURL=.*?\*/|@import[^;]*basic\.css[^;]*;|@charset[^;]*;", "", whole)
        asked = {"css": whole, "words": " ".join(sorted(words)), "safe": SAFE}
        done = subprocess.run(
            [node(), ASSETS / "purge.mjs"], input=json.dumps(asked), capture_output=True, text=True, encoding="utf-8", cwd=ROOT
        )
        if done.returncode:
            raise RuntimeError(f"styles: {done.stderr.strip()}")
        full = folder / "course.full.css"
        full.write_text(done.stdout, encoding="utf-8")
        esbuild(full, f"--outfile={folder / 'course.css'}", "--minify", "--legal-comments=none", "--log-level=error")
        full.unlink()

    words = words | BROUGHT
    styles = cached("styles", digest([HERE, ASSETS / "purge.mjs", LOCK], *texts, *sorted(words)), make)
    shutil.copyfile(styles / "course.css", static / "course.css")


def words_of(text: str) -> set[str]:
    """Every name of an element, a class or an attribute that a page uses: what decides which rules are kept."""
    tags = re.findall(r"<([a-zA-Z][^>]*)>", text)
    words = {word for tag in tags for word in re.findall(r"[\w-]+", ELSE.sub("", tag))}
    return {word for word in words if not word.isdigit() and not DRAWN.fullmatch(word)}


def katex_styles() -> str:
    """KaTeX's style sheet, with its fonts where we publish them, in their smallest format alone."""
    text = (KATEX / "katex.css").read_text(encoding="utf-8")
    return re.sub(
        r"src:\s*url\(fonts/([\w-]+)\.woff2\)[^;]*;", r'src: url(fonts/\1.woff2) format("woff2");', text
    )


def hash_names(site: Path) -> dict[str, str]:
    """Put each file's hash into its name (fonts first: the style sheet names them); returns old name → new name.

    The loader of demos gets no name but goes into the page: it is small, and what a file of its own waits for, demos would wait for.
    """
    static = site / "_static"
    renamed = {}
    for path in sorted((static / "fonts").glob("*.woff2")):
        renamed[f"fonts/{path.name}"] = f"fonts/{hashed(path).name}"
    sheet = static / "course.css"
    sheet.write_text(with_names(sheet.read_text(encoding="utf-8"), renamed), encoding="utf-8")
    for name in ["course.css", "course.js"]:
        renamed[f"_static/{name}"] = f"_static/{hashed(static / name).name}"
    loader = static / "demo.js"
    renamed["/* _static/demo.js */"] = loader.read_text(encoding="utf-8").strip().replace("</", r"<\/")
    loader.unlink()
    return renamed


def hashed(path: Path) -> Path:
    """Rename a file so that its name carries its content's hash."""
    short = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return path.rename(path.with_name(f"{path.stem}.{short}{path.suffix}"))


def with_names(text: str, renamed: dict[str, str]) -> str:
    """`text` with the new names of files."""
    if not renamed:
        return text
    pattern = re.compile("|".join(re.escape(name) for name in sorted(renamed, key=len, reverse=True)))
    return pattern.sub(lambda match: renamed[match[0]], text)


def light(page: str) -> str:
    """The small repairs that make a page valid and easy to listen to."""
    page = re.sub(r"<th([^>]*)>\s*</th>", r"<td\1></td>", page)  # a header cell must not be empty
    page = page.replace('<summary aria-label="Toggle hidden content">', "<summary>")  # it has words of its own
    page = re.sub(r"<style scoped>.*?</style>", "", page, flags=re.DOTALL)  # pandas' own table styles
    page = re.sub(r'(<table[^>]*?) border="1"', r"\1", page)
    page = page.replace(' role="doc-biblioentry"', "").replace('<div role="list" class="citation-list">', '<div class="citation-list">')
    page = re.sub(r"<!--(?!\[).*?-->", "", page, flags=re.DOTALL)
    return page


def make_downloads(paths, pages: list[Path], settings: dict) -> None:
    """Make the downloads ahead of `publish`, which then finds them kept: no result of a cell is in them."""
    downloads_of(paths, pages, base_of(settings), kept_by(paths))


def downloads_of(paths, pages: list[Path], base: str, kept: Kept) -> dict[str, bytes]:
    """Each chapter as a notebook: its public code and its words, without outputs; a zip of it with its demos; and a zip of all demos."""
    files, all_shown = {}, set()
    macros = (ROOT / "book" / "_static" / "macros.json").read_text(encoding="utf-8")
    demos = digest([downloads.DEMOS, ROOT / "book" / "data", LOCK, ROOT / "autograder" / "zips.py"])

    def made(page: Path, address: str) -> str | None:
        from book.notebooks import downloadable

        return downloadable(page, address, base)

    def zipped(name: str, parts: list[str], make: Callable[[], bytes]) -> None:
        files[name] = base64.b64decode(kept.get("zip", [name, demos, *parts], lambda: base64.b64encode(make()).decode()))

    for page in pages:
        address = page.relative_to(paths.source).with_suffix(".html").as_posix()
        parts = [page.read_text(encoding="utf-8"), address, base, macros]
        text = kept.get("download", parts, lambda page=page, address=address: made(page, address))
        if text is None:
            continue
        files[f"{page.stem}.ipynb"] = text.encode()
        if shown := downloads.shown_in(text):
            zipped(f"{page.stem}.zip", [text], lambda name=page.stem, text=text: downloads.chapter_zip(name, text))
            all_shown.update(shown)
    if all_shown:
        zipped(downloads.ALL, sorted(all_shown), lambda: downloads.demos_zip(downloads.folder_of_demos(all_shown)))
    return files


def copy_assignments(paths, site: Path, wanted: set[str], kept: Kept) -> None:
    """The files that students start from, for every assignment that a page links to; released first where they are not."""
    for slug in sorted(wanted):
        student = paths.root / "dist" / slug / "student"
        if not student.is_dir():
            release(paths, slug)
        folder = site / "assignments"
        folder.mkdir(exist_ok=True)
        notebook = student / f"{slug}.ipynb"
        shutil.copyfile(notebook, folder / f"{slug}.ipynb")
        asked = kept.get("questions", [notebook.read_text(encoding="utf-8")], lambda notebook=notebook: asked_in(notebook))
        (folder / f"{slug}.json").write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
        archives = [p for p in [student.with_suffix(".zip"), student.parent / f"{slug}.zip", student / f"{slug}.zip"] if p.is_file()]
        if archives:
            shutil.copyfile(archives[0], folder / f"{slug}.zip")
        else:
            shutil.make_archive(str(folder / slug), "zip", student.parent, student.name)


def asked_in(notebook: Path) -> dict:
    """The questions of a released notebook, for the page."""
    import nbformat

    from book.questions import questions

    return questions(nbformat.read(notebook, as_version=4))


def copy_pdf(paths, site: Path, pages: list[Path]) -> None:
    """The whole book as one file, where it has been printed."""
    if not paths.pdf.is_file():
        return
    shutil.copyfile(paths.pdf, site / paths.pdf.name)
    if newer := [page for page in pages if page.stat().st_mtime > paths.pdf.stat().st_mtime]:
        print(f"book: {newer[0].relative_to(paths.root)} is newer than {paths.pdf.name}; `make pdf` prints it anew", flush=True)


def release(paths, slug: str) -> None:
    """Make the student's files of an assignment."""
    print(f"book: releasing the assignment {slug}", flush=True)
    done = subprocess.run([sys.executable, "-m", "autograder", "release", slug], cwd=paths.root, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the release of {slug} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")


def copy_referenced(made: Path, site: Path, pages: dict[str, dict]) -> None:
    """Pictures and downloads that pages refer to. A reference to nothing is an error: it names page and file."""
    missing = []
    for page, told in pages.items():
        for reference in dict.fromkeys(told["references"]):
            name = unquote(urldefrag(html.unescape(reference))[0])
            if re.match(r"[a-z][a-z0-9+.-]*:|//", name) or not name:
                continue
            target = Path(os.path.normpath((site / page).parent / name))
            if target.exists():
                continue
            source = made / target.relative_to(site) if target.is_relative_to(site) else None
            if source is None or not source.is_file():
                missing.append(f"{page} refers to {name}, which is not there")
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    for card in {card for told in pages.values() for card in told["cards"]}:
        if (made / card).is_file():
            (site / card).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made / card, site / card)
    if missing:
        raise RuntimeError("\n".join(missing))


def write_sitemap(site: Path, base: str) -> None:
    """sitemap.xml and robots.txt, where the address of the site is known."""
    if not base:
        return
    names = [p.relative_to(site).as_posix() for p in html_pages(site) if p.name not in {"search.html", "genindex.html"}]
    places = "".join(f"<url><loc>{html.escape(base.rstrip('/'))}/{'' if n == 'index.html' else n}</loc></url>" for n in names)
    (site / "sitemap.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>\n'
    )
    (site / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {base.rstrip('/')}/sitemap.xml\n")


def write_service_worker(paths, site: Path) -> None:
    """sw.js with the list of everything that reading needs; the runner of cells and the downloads stay out."""
    kept = {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:10]
        for path in sorted(site.rglob("*"))
        if path.is_file()
        and not path.relative_to(site).as_posix().startswith(("_static/live/", "assignments/", "notebooks/", "_images/social"))
        and path.name not in {"sitemap.xml", "robots.txt", paths.pdf.name}
    }
    text = (ASSETS / "sw.js").read_text(encoding="utf-8")
    (site / "sw.js").write_text(text.replace("const FILES = {};", f"const FILES = {json.dumps(kept)};"), encoding="utf-8")


def replace_folder(old: Path, new: Path) -> None:
    """Put the new site in the old one's place; a reader finds one of the two, whole."""
    aside = old.with_name(f".{old.name}-old")
    shutil.rmtree(aside, ignore_errors=True)
    if old.exists():
        old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)
