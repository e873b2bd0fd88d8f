"""Every page of the built site, as readers meet it: complete by itself, for everyone, light, with no dead link."""

import ast
import functools
import gzip
import html
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, Page

from autograder import leaks
from autograder.assignment import all_slugs, given_code, load
from book.demos import bundle
from tests.browser.conftest import ROOT, VIEWPORTS, QuietHandler, SiteServer, watch

pytestmark = pytest.mark.browser
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Parts of a page that are far away are laid out when the reader comes near: read it once from top to bottom.
READ_THROUGH = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
    scrollTo(0, y);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  }
  scrollTo(0, 0);
}"""
HEAVIEST = 160_000  # bytes on the wire, before the first click


@pytest.fixture(scope="module")
def pages(site_folder: Path) -> list[str]:
    """The addresses of all pages, relative to the site."""
    found = [p.relative_to(site_folder).as_posix() for p in site_folder.rglob("*.html") if "_static" not in p.parts]
    assert "index.html" in found
    assert len(found) >= 8
    return sorted(found)


@pytest.fixture
def open_page(browser: Browser, site: str, viewport: dict, theme: str) -> Iterator[Page]:
    """A recording page in each window and colour scheme."""
    context = browser.new_context(viewport=viewport, color_scheme=theme, reduced_motion="reduce")
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    page.record = watch(page, site)
    yield page
    context.close()


def show(page: Page, address: str) -> None:
    """Open an address and wait until its demos are alive and its lazy pictures are loaded."""
    page.goto(address, wait_until="load")
    page.evaluate(READ_THROUGH)  # demos start when the reader comes near
    page.wait_for_function("document.querySelectorAll('figure.demo:not(.demo-live)').length === 0")
    page.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(i => i.loading = 'eager')")
    page.wait_for_function("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    page.evaluate("document.fonts.ready")
    page.evaluate(READ_THROUGH)


def violations(page: Page, part: str = "html") -> list[str]:
    """What axe finds against WCAG 2.2 AA in a part of the page, one line each."""
    page.evaluate(AXE)
    run = "([part, tags]) => axe.run(part, { runOnly: { type: 'tag', values: tags } })"
    found = page.evaluate(run, [part, WCAG])["violations"]
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]


def test_every_page_stands_alone_and_is_for_everyone(open_page: Page, site: str, pages: list[str]):
    problems = {}
    for name in pages:
        show(open_page, site + name)
        found = violations(open_page)
        wide = open_page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if found or wide > 0:
            problems[name] = [*found, *([f"{wide} px too wide"] if wide > 0 else [])]
    assert not problems, json.dumps(problems, indent=1, ensure_ascii=False)
    assert not open_page.record.problems(), open_page.record.problems()


def test_the_check_for_violations_sees_one(page: Page, site: str):
    page.goto(f"{site}index.html")
    page.evaluate("document.querySelector('article').insertAdjacentHTML('beforeend', '<img src=\"_static/favicon.svg\">')")
    assert any(line.startswith("image-alt") for line in violations(page))


def test_no_page_scrolls_sideways_at_320_pixels(browser: Browser, site: str, pages: list[str]):
    context = browser.new_context(viewport={"width": 320, "height": 640})
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    too_wide = {}
    for name in pages:
        show(page, site + name)
        extra = page.evaluate("document.documentElement.scrollWidth - 320")
        if extra > 0:
            too_wide[name] = extra
    context.close()
    assert not too_wide


class Anchors(HTMLParser):
    """The links of a page and the places in it that links can name."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        """Collect one element's."""
        given = dict(attributes)
        self.names += [given[key] for key in ("id", "name") if given.get(key)]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])


def anchors(path: Path) -> Anchors:
    """The anchors of one page."""
    parser = Anchors()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


TORN = r"""() => {
  document.head.insertAdjacentHTML("beforeend", "<style>.later { content-visibility: visible !important; }</style>");
  const texts = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT), torn = [], range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode, before = text.previousElementSibling, place = text.data.search(/[^\u2060]/);
    if (!before || text.parentElement.closest("pre, .katex, svg, .visually-hidden") || !/[.,;:!?)\]%]/.test(text.data[place])) continue;
    range.setStart(text, place);
    range.setEnd(text, place + 1);
    const sign = range.getBoundingClientRect(), last = [...before.getClientRects()].at(-1);
    if (sign.height && last && sign.top >= last.bottom - 2) torn.push(text.parentElement.textContent.slice(0, 60) + " … " + text.data.slice(0, 20));
  }
  return torn;
}"""
UNKNOWN = r"""() => [...document.querySelectorAll("body *:not(.katex *)")].flatMap((node) =>
  [...["::before", "::after"].map((part) => getComputedStyle(node, part).content), ...[...node.childNodes].map((child) => child.nodeType === 3 ? child.data : "")]
    .filter((words) => /[\ue000-\uf8ff]/.test(words)).map((words) => `${node.outerHTML.slice(0, 80)}: ${words}`))"""


@pytest.mark.parametrize("width", [390, 1280])
def test_no_line_begins_with_a_comma_and_no_sign_is_of_a_font_that_is_not_there(page: Page, site: str, pages: list[str], width: int):
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for name in pages:
        page.goto(site + name)
        page.evaluate("document.fonts.ready")
        found[name] = [*page.evaluate(TORN), *page.evaluate(UNKNOWN)]
    assert not any(found.values()), json.dumps({name: lines for name, lines in found.items() if lines}, indent=1, ensure_ascii=False)


def test_that_check_sees_such_a_line_and_such_a_sign(page: Page, site: str):
    page.goto(f"{site}index.html")
    torn = "<p style='width: 4em'><b style='display: inline-block'>wwwwww</b>, then<i class='sign'></i></p><style>.sign::before { content: '\\f09b'; }</style>"
    page.evaluate("torn => document.querySelector('article').insertAdjacentHTML('beforeend', torn)", torn)
    assert len(page.evaluate(TORN)) == 1
    assert len(page.evaluate(UNKNOWN)) == 1


def test_every_link_within_the_site_leads_somewhere(site_folder: Path, pages: list[str]):
    known = {name: anchors(site_folder / name) for name in pages}
    dead = []
    for name, found in known.items():
        for link in found.links:
            parts = urlsplit(urljoin(f"http://site/{name}", link))
            if parts.netloc != "site" or parts.scheme != "http":
                continue
            target = unquote(parts.path.lstrip("/")) or "index.html"
            if not (site_folder / target).is_file():
                dead.append(f"{name}: {link}")
            elif parts.fragment and target in known and unquote(parts.fragment) not in known[target].names:
                dead.append(f"{name}: {link} (no such place)")
    assert not dead


def test_identifiers_are_unique(site_folder: Path, pages: list[str]):
    for name in pages:
        ids = re.findall(r'\sid="([^"]+)"', re.sub(r"<script.*?</script>", "", (site_folder / name).read_text(), flags=re.S))
        assert len(ids) == len(set(ids)), f"{name}: {sorted({i for i in ids if ids.count(i) > 1})}"


def meta(text: str, name: str) -> str:
    """The content of a page's `<meta>`, by its name or property."""
    found = re.findall(r"<meta ([^>]*)>", text)
    return next(html.unescape(re.search(r'content="([^"]*)"', tag)[1]) for tag in found if f'="{name}"' in tag)


def test_cards_and_site_map_name_every_page_where_it_will_be(site_folder: Path, pages: list[str]):
    base = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
    shown = [name for name in pages if name not in {"search.html", "genindex.html"}]
    for name in shown:
        text = (site_folder / name).read_text(encoding="utf-8")
        assert meta(text, "og:url") == base + name
        assert meta(text, "og:description") == meta(text, "description")
        assert len(meta(text, "og:title")) > 2
        picture = meta(text, "og:image")
        assert picture.startswith(base)
        assert (site_folder / picture.removeprefix(base)).read_bytes().startswith(b"\x89PNG"), picture
    places = re.findall(r"<loc>(.*?)</loc>", (site_folder / "sitemap.xml").read_text(encoding="utf-8"))
    assert sorted(places) == sorted(base + ("" if name == "index.html" else name) for name in shown)


def test_no_page_leads_to_a_repository_that_is_not_the_courses(site_folder: Path, pages: list[str]):
    """Jupyter Book puts in its own address where none is configured."""
    address = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    for name in pages:
        text = (site_folder / name).read_text(encoding="utf-8")
        edits = re.findall(r'href="(https?://[^"]*(?:/edit/|colab\.research)[^"]*)"', text)
        assert not [link for link in edits if not address or address.partition("//")[2].split("/", 1)[1] not in link], name


def compressed(path: Path) -> int:
    """Bytes of a file as a server sends it."""
    data = path.read_bytes()
    return len(data) if path.suffix in {".woff2", ".png", ".webp", ".jpg"} else len(gzip.compress(data, 6))


def test_pages_are_light_before_the_first_click(browser: Browser, site: str, site_folder: Path, pages: list[str]):
    weights = {}
    for name in pages:
        context = browser.new_context(viewport=VIEWPORTS["phone"])
        context.add_init_script("delete Navigator.prototype.serviceWorker")
        page = context.new_page()
        record = watch(page, site)
        page.goto(site + name, wait_until="networkidle")
        files = {urlsplit(url).path.lstrip("/") for url in record.requested if url.startswith(site)}
        weights[name] = sum(compressed(site_folder / (unquote(file) or "index.html")) for file in files)
        context.close()
    assert max(weights.values()) <= HEAVIEST, weights
    assert weights["index.html"] > 10_000  # the measure measures


@pytest.mark.parametrize("name", ["index.html", "lecture/kmeans.html"])
def test_pages_read_well_without_scripts(browser: Browser, site: str, name: str):
    context = browser.new_context(java_script_enabled=False, viewport=VIEWPORTS["phone"])
    page = context.new_page()
    record = watch(page, site)
    page.goto(site + name)
    assert page.locator("article h1").is_visible()
    for demo in page.locator("figure.demo").all():
        demo.scroll_into_view_if_needed()
        assert demo.locator("svg").first.is_visible()
        assert len(demo.locator(".demo-words").text_content()) > 40
    for quiz in page.locator(".quiz").all():
        quiz.scroll_into_view_if_needed()
        assert quiz.locator("summary").first.is_visible()
    record.failed = [line for line in record.failed if not line.endswith(".js: csp")]  # preloads of scripts that may not run
    assert not record.problems()
    context.close()


def test_a_self_check_answers_at_once_by_keyboard_and_remembers(page: Page, site: str):
    page.goto(f"{site}lecture/kmeans.html")
    quiz = page.locator(".quiz[data-kind=radio]").first
    wrong = quiz.locator(".quiz-option[data-right=false]").first
    right = quiz.locator(".quiz-option[data-right=true]").first
    assert not right.locator(".quiz-answer p").is_visible()
    wrong.locator("input").focus()
    page.keyboard.press("Space")
    assert wrong.locator(".quiz-answer p").is_visible()
    assert "Not so" in quiz.locator(".quiz-status").inner_text()
    right.locator("input").check()
    assert right.locator(".quiz-answer p").is_visible()
    assert not wrong.locator(".quiz-answer p").is_visible()
    assert quiz.locator(".quiz-status").inner_text().startswith("Right")
    page.reload()
    assert "quiz-solved" in page.locator(".quiz[data-kind=radio]").first.get_attribute("class")


PLACE = """(id) => {
  const target = document.getElementById(id);
  const wanted = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + parseFloat(getComputedStyle(target).scrollMarginTop);
  return target.getBoundingClientRect().top - wanted;
}"""
FRAMES = "(count) => new Promise(done => { const next = () => count-- > 0 ? requestAnimationFrame(next) : done(); next(); })"


def test_a_link_leads_to_its_place_and_stays_there(page: Page, site: str, viewport: dict):
    """What waits above it, and has only said about how tall it is, is laid out after the browser has scrolled."""
    page.set_viewport_size(viewport)
    for anchor in ("equation-ae-objective", "quiz-6", "fig-saddles", "repair-what-is-broken"):
        page.goto("about:blank")
        page.goto(f"{site}lecture/autoencoders.html#{anchor}")
        page.evaluate(FRAMES, 50)
        assert abs(page.evaluate(PLACE, anchor)) <= 1, anchor
    page.goto(f"{site}lecture/generative.html")
    page.locator("a[href='#equation-gen-chain']").first.evaluate("link => link.click()")
    page.evaluate(FRAMES, 50)
    assert abs(page.evaluate(PLACE, "equation-gen-chain")) <= 1
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 500)
    page.evaluate(FRAMES, 50)
    assert page.evaluate(PLACE, "equation-gen-chain") < -300  # whoever reads on is not held
    last = page.evaluate("[...document.querySelectorAll('.bd-article [id^=equation]')].pop().id")
    page.evaluate("id => location.hash = id", last)  # as by typing it
    page.evaluate(FRAMES, 50)
    assert abs(page.evaluate(PLACE, last)) <= 1


def test_a_place_is_kept_while_a_demo_above_it_comes_alive(page: Page, site: str):
    """As in a browser without scroll anchoring, which would leave the reader where something else is now."""
    grow = "document.querySelector('article h1').insertAdjacentHTML('afterend', '<div style=\"height: 300px\"></div>')"
    page.goto(f"{site}lecture/kmeans.html")
    page.add_style_tag(content="* { overflow-anchor: none !important }")
    page.locator("a[href='#equation-kmeans-huygens']").first.evaluate("link => link.click()")
    page.evaluate(FRAMES, 60)
    page.evaluate(grow)
    page.evaluate(FRAMES, 5)
    assert abs(page.evaluate(PLACE, "equation-kmeans-huygens")) <= 1
    page.evaluate("scrollBy(0, 200)")  # by the scrollbar, of which a page hears nothing else
    page.evaluate(FRAMES, 5)
    assert page.evaluate(PLACE, "equation-kmeans-huygens") == pytest.approx(-200, abs=1)


def test_what_waits_says_about_how_tall_it_is(page: Page, site: str, viewport: dict):
    """What is far away has the height that it said, so it should be about right: the page would move under the reader's eyes."""
    page.set_viewport_size(viewport)
    said = real = 0.0
    for name in ("kmeans", "autoencoders", "generative"):
        page.goto(f"{site}lecture/{name}.html")
        blocks = page.locator(".later")
        assert blocks.count() > 50
        said += sum(blocks.evaluate_all("all => all.map(one => parseFloat(getComputedStyle(one).containIntrinsicHeight.replace('auto ', '')))"))
        page.add_style_tag(content=".later, section { content-visibility: visible !important }")
        real += sum(blocks.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)"))
    assert 0.8 < said / real < 1.25


def test_a_demo_lives_before_the_rest_of_the_page_is_there(browser: Browser, site_folder: Path):
    """A page that comes slowly: its first demo starts as soon as its own part of the page is there, and not before."""
    name = "lecture/kmeans.html"
    whole = (site_folder / name).read_bytes()
    figure = whole.index(b'<figure class="demo"')
    stops = [whole.index(b'<p class="demo-words">', figure), whole.index(b"<h2>", figure), len(whole)]
    goes_on = [threading.Event() for _ in stops]

    class Slow(QuietHandler):
        def copyfile(self, source, outputfile) -> None:
            if not self.path.endswith(name):
                return super().copyfile(source, outputfile)
            for begin, end, event in zip([0, *stops], stops, goes_on, strict=False):
                outputfile.write(whole[begin:end])
                event.wait(60)

    server = SiteServer(("127.0.0.1", 0), functools.partial(Slow, directory=str(site_folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = browser.new_context(viewport=VIEWPORTS["desktop"], service_workers="block")
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    site = f"http://127.0.0.1:{server.server_port}/"
    record = watch(page, site)
    try:
        page.goto(site + name, wait_until="commit")
        page.wait_for_function("document.querySelector('figure.demo')?.scrollIntoView() || document.querySelector('figure.demo .demo-stage svg')")
        page.evaluate(FRAMES, 20)
        assert not [url for url in record.requested if "/demos/" in url]
        goes_on[0].set()
        page.locator("figure.demo").first.get_by_role("button", name="Assign", exact=True).click()
        assert page.evaluate("document.readyState") == "loading"
        for event in goes_on:
            event.set()
        page.wait_for_load_state()
        page.evaluate(READ_THROUGH)
        page.wait_for_function("document.querySelectorAll('figure.demo:not(.demo-live)').length === 0")
        assert page.locator(".demo-host").count() == page.locator("figure.demo").count() > 1
        assert not record.problems()
    finally:
        for event in goes_on:
            event.set()
        context.close()
        server.shutdown()
        server.server_close()


def test_search_finds_a_word_without_a_server(page: Page, site: str):
    page.goto(f"{site}lecture/kmeans.html")
    page.keyboard.press("/")
    page.wait_for_selector("#course-search[open]")
    page.keyboard.type("nothing")
    page.keyboard.press("Escape")
    page.wait_for_selector("#course-search:not([open])", state="attached")
    page.keyboard.press("/")
    page.wait_for_selector("#course-search[open]")
    page.keyboard.type("voronoi")  # in place of what was typed before
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=voronoi")
    link = page.locator("#search-results a[href*='lecture/kmeans.html']").first
    link.wait_for()
    page.wait_for_load_state("networkidle")
    link.click()
    page.wait_for_url("**/lecture/kmeans.html**")
    assert "k-means" in page.locator("h1").inner_text()


def test_colours_follow_the_system_and_the_readers_choice(page: Page, site: str):
    page.goto(f"{site}index.html")
    paper = "getComputedStyle(document.body).backgroundColor"
    day = page.evaluate(paper)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{paper} !== '{day}'")
    page.locator(".bar-theme").click()
    assert page.evaluate(paper) == day
    page.reload()
    assert page.evaluate(paper) == day


def test_contents_open_as_a_sheet_on_a_phone_and_focus_returns(page: Page, site: str):
    page.set_viewport_size(VIEWPORTS["phone"])
    page.goto(f"{site}lecture/kmeans.html")
    assert not page.locator("#course-contents").is_visible()
    page.locator(".bar-menu").click()
    assert page.locator("dialog.course-sheet #course-contents").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className").startswith("bar-button bar-menu")
    page.locator(".bar-menu").click()
    page.locator("#course-contents a", has_text="Notation").click()
    page.wait_for_url("**/notation.html")


def test_the_list_of_headings_has_room_for_its_words(page: Page, site: str):
    """On a narrow desktop, too, and where a scrollbar takes its share: no word is broken, and the text stays in the middle of wide ones."""
    page.goto(f"{site}lecture/autoencoders.html")
    box = "name => { const { left, width } = document.querySelector(name).getBoundingClientRect(); return { left, width }; }"
    for width in (1240, 1268, 1280, 1366, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(box, ".course-page-toc")["width"] >= 170
        assert page.evaluate(box, "article")["width"] >= 620
    page.set_viewport_size({"width": 1600, "height": 900})
    left, text = page.evaluate(box, ".course-main")["left"], page.evaluate(box, "article")
    right = left + page.evaluate(box, ".course-main")["width"]
    assert abs((text["left"] - left) - (right - text["left"] - text["width"])) <= 1


def test_reading_progress_is_kept_in_the_browser(page: Page, site: str):
    page.goto(f"{site}lecture/kmeans.html")
    page.evaluate("scrollTo(0, document.body.scrollHeight * 0.4)")
    page.wait_for_function("Object.keys(JSON.parse(localStorage['learning-without-labels.reading'] ?? '{}')).length > 0")
    page.goto(f"{site}index.html")
    assert page.locator(".continue a").get_attribute("href").endswith("lecture/kmeans.html")
    assert page.locator(".continue a").inner_text() == "2. The k-means algorithm"
    page.goto(f"{site}lecture/kmeans.html")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("JSON.parse(localStorage['learning-without-labels.reading'])['lecture/kmeans'].read > 0.95")
    page.goto(f"{site}index.html")
    assert page.locator(".course-contents .page-read").count() == 1


def test_a_chapter_offers_its_notebook_alone_and_with_its_demos(page: Page, site: str, viewport: dict, tmp_path: Path):
    page.set_viewport_size(viewport)
    page.goto(f"{site}lecture/kmeans.html")
    taken = {}
    for words in ("Notebook of this chapter", "Notebook with its demos (zip)"):
        link = page.get_by_role("link", name=words)
        assert link.is_visible()
        with page.expect_download() as download:
            link.click()
        taken[words] = tmp_path / download.value.suggested_filename
        download.value.save_as(taken[words])
    alone, together = taken.values()
    assert (alone.name, together.name) == ("kmeans.ipynb", "kmeans.zip")
    with zipfile.ZipFile(together) as archive:
        assert archive.read("kmeans/kmeans.ipynb") == alone.read_bytes()
        assert "kmeans/demos/_dist/food_truck_map.js" in archive.namelist()
    page.goto(f"{site}gallery.html")
    with page.expect_download() as download:
        page.get_by_role("link", name="all demos (zip)").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {Path(name).stem for name in archive.namelist() if "/_dist/" in name} == set(bundle.names())


def test_the_whole_book_can_be_read_without_a_network(browser: Browser, site: str, pages: list[str]):
    context = browser.new_context(service_workers="allow")
    page = context.new_page()
    page.goto(f"{site}index.html")
    page.evaluate("navigator.serviceWorker.ready.then(r => r.active.state)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    for name in pages:
        page.goto(site + name)
        assert page.locator("article h1").count() == 1, name
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 247)", name
    context.close()


def solution_lines() -> set[str]:
    """The longer lines of code in the references, without their docstrings (which students see)."""
    found = set()
    for path in (ROOT / "solutions").rglob("*.py"):
        source = path.read_text(encoding="utf-8").splitlines()
        for function in ast.walk(ast.parse("\n".join(source))):
            if isinstance(function, ast.FunctionDef):
                body = function.body[1:] if ast.get_docstring(function) else function.body
                found |= {source[n].strip() for node in body for n in range(node.lineno - 1, node.end_lineno)}
    given = "".join(given_code(load(slug)) for slug in all_slugs())  # helpers that a notebook hands to its students
    return {line for line in found if len(line) > 40 and not line.startswith("#") and line not in given}


def test_what_questions_bring_to_the_page_holds_public_checks_alone(site_folder: Path, tmp_path: Path):
    """By the search that guards a release; it finds a hidden case where one is put in."""
    assignments = [load(slug) for slug in all_slugs()]
    files = sorted((site_folder / "assignments").iterdir())
    assert {file.name for file in files} >= {f"{a.slug}.json" for a in assignments}
    assert not leaks.find(assignments, files)
    data = json.loads((site_folder / "assignments/kmeans.json").read_text(encoding="utf-8"))
    data["checks"]["q1"] += next(case.source for case in load("kmeans").question("q1").cases if case.hidden)
    planted = tmp_path / "kmeans.json"
    planted.write_text(json.dumps(data), encoding="utf-8")
    assert any("hidden case test_further_check_1 of kmeans/q1" in leak.secret for leak in leaks.find(assignments, [planted]))


def test_nothing_of_solutions_or_hidden_tests_is_published(site_folder: Path):
    lines = solution_lines()
    assert len(lines) > 20
    files = {path: path.read_bytes() for path in site_folder.rglob("*") if path.is_file()}
    assert not [path for path in files if path.suffix in {".py", ".pyc"}]
    for path in site_folder.glob("notebooks/*.zip"):  # which hold the Python of demos
        with zipfile.ZipFile(path) as archive:
            files |= {path / name: archive.read(name) for name in archive.namelist()}
    for path, data in files.items():
        if path.suffix in {".html", ".js", ".ipynb", ".json", ".py"} and "live" not in path.parts:
            text = html.unescape(re.sub(r"<[^>]+>", "", data.decode("utf-8"))).replace('\\"', '"')
            assert "hidden=True" not in text, path
            leaked = [line for line in lines if line in text]
            assert len(leaked) < 3, (path, leaked)
