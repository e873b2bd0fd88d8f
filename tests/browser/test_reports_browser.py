"""The reports in a real browser: nothing that a submission holds runs or asks for anything; everybody can read them."""

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from autograder.model import CaseResult, CellNote, QuestionResult, Result
from autograder.naming import safe_name
from autograder.reports import build
from tests.reports_factory import ASSIGNMENT, make_results, make_sources

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
SIZES = {"desktop": {"width": 1200, "height": 900}, "phone": {"width": 320, "height": 640}}

HOSTILE = (
    "<script>window.pwned=1</script>",
    "</title></style></script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    '" onmouseover="window.pwned=1" autofocus onfocus="window.pwned=1',
    "' onmouseover='window.pwned=1",
    "<a href=javascript:window.pwned=1>click</a>",
    "javascript:window.pwned=1",
    "<svg/onload=window.pwned=1>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=//evil.example/x.css><style>@import url(https://evil.example/y.css)</style>",
    "{{ 7*7 }}{% raw %}${window.pwned=1}",
    "\x1b[31m\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "abc\u202e\u2066gpj.exe",
    "=HYPERLINK(\"https://evil.example\")",
    "]]><!--<script>window.pwned=1</script>-->",
    "‮مرحبا <b onclick=window.pwned=1>",
    "x" * 5000,
    "&lt;script&gt;&#60;script&#62;",
)  # fmt: skip


def hostile_result(i: int, attack: str, status: str = "graded") -> Result:
    """A result that holds the attack in every field that a submission can reach, and in those that it cannot."""
    cases = (CaseResult(attack, False, 1, 0.0, False, attack), CaseResult("test_h", True, 1, 0.0, False, attack))
    questions = (
        QuestionResult("q1", 2, 0.0, cases, attack, attack, 0.1),
        QuestionResult("q7", 4, None, (), None, None),
    )
    notes = (CellNote(0, "error", attack),)
    return Result(
        attack + str(i), f"{i}{attack}", "kmeans", status, questions, attack, (attack,), notes, {"submission": attack},
        {"mode": attack}, {"q7": attack, "q1": attack}, 0.1, attack,
    )  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("hostile")
    results = [hostile_result(i, attack) for i, attack in enumerate(HOSTILE)]
    results += [hostile_result(100 + i, " ".join(HOSTILE), s) for i, s in enumerate(("needs-human", "infrastructure-error"))]
    code = [f"a = '{r.student}'\n" + "\n".join(f"v = {'(' * j} {i % 2} # {r.file}" for j in range(60)) for i, r in enumerate(results)]
    build(out, ASSIGNMENT, results, dict(zip((r.file for r in results), code, strict=True)), stub="")
    return out / "report"


@pytest.fixture(scope="module")
def fair(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("fair")
    results = make_results(260)
    build(out, ASSIGNMENT, results, make_sources(results), stub="")
    return out / "report"


@dataclass
class Visit:
    """A page, the requests it made beyond itself, and what went wrong in it."""

    page: Page
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def visits(browser: Browser, paths: Iterable[Path], **options) -> Iterator[tuple[Path, Visit]]:
    """Every page in turn, in one tab."""
    page = browser.new_context(**options).new_page()
    now = Visit(page)
    page.on("request", lambda r: now.asked.append(r.url) if r.url != here.as_uri() else None)
    page.on("pageerror", lambda e: now.wrong.append(str(e)))
    page.on("console", lambda m: now.wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("dialog", lambda d: now.wrong.append(d.message))
    for here in paths:
        now.asked, now.wrong = [], []
        page.goto(here.as_uri())
        yield here, now
    page.context.close()


@contextmanager
def visit(browser: Browser, path: Path, **options) -> Iterator[Visit]:
    """One page."""
    for _, now in visits(browser, [path], **options):
        yield now


def open_details(page: Page) -> None:
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")


def touch_everything(page: Page) -> None:
    """Opens what can be opened, moves over and focuses what an attribute could have been broken into."""
    page.evaluate("""() => {
        for (const d of document.querySelectorAll('details')) d.open = true;
        for (const e of document.body.querySelectorAll('*')) {
            for (const kind of ['mouseover', 'focus', 'load', 'error'])
                e.dispatchEvent(new Event(kind, { bubbles: true }));
            if (!e.closest('a[href]')) e.click?.();
        }
    }""")
    page.wait_for_timeout(150)


def pages_of(report: Path) -> list[Path]:
    return [report / "index.html", *sorted((report / "students").glob("*.html"))]


def test_nothing_in_a_submission_runs_or_asks_for_anything(browser, hostile):
    paths = pages_of(hostile)
    assert len(paths) == 3 + len(HOSTILE)
    assert '<ol class="pairs">' in paths[0].read_text(), "hostile code is shown as well"
    for path, now in visits(browser, paths):
        page = now.page
        touch_everything(page)
        assert page.evaluate("window.pwned") is None, path
        assert (now.asked, now.wrong, page.url) == ([], [], path.as_uri())
        assert page.locator("script, iframe, img, link, object, embed").count() == (path.name == "index.html")
        links = page.eval_on_selector_all("[href]", "all => all.map(a => a.getAttribute('href'))")
        assert all(re.fullmatch(r"#[a-z0-9]+|students/[a-z0-9-]+\.html|\.\./[a-z./]+", link) for link in links)
        names = page.eval_on_selector_all("*", "all => all.flatMap(e => e.getAttributeNames())")
        assert not [name for name in names if name.startswith("on")]


def test_the_policy_alone_would_stop_an_injected_script(browser, fair, tmp_path):
    calls = []
    handler = type("Handler", (BaseHTTPRequestHandler,), {"do_GET": lambda self: calls.append(self.path)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        attack = (
            f"<script>window.pwned=1</script><script src={here}/a.js></script><img src=x onerror=window.pwned=2>"
            f"<img src={here}/b.png><iframe src={here}/c></iframe><style>body{{background:url({here}/d.png)}}</style>"
            f"<form action={here}/e><button id=send></button></form>"
        )
        for path in pages_of(fair)[:2]:
            broken = tmp_path / path.name
            broken.write_text(path.read_text(encoding="utf-8").replace("</h1>", "</h1>" + attack), encoding="utf-8")
            with visit(browser, broken) as now:
                now.page.evaluate("document.getElementById('send').click()")
                now.page.wait_for_timeout(300)
                assert now.page.evaluate("window.pwned") is None
                assert any("Content Security Policy" in w for w in now.wrong)
        server.shutdown()
    assert calls == []


def test_directions_and_terminal_codes_stay_within_their_fence(browser, hostile):
    for path, now in visits(browser, pages_of(hostile)):
        escaped = now.page.evaluate("""() => {
            const bad = [], walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
            for (let n; (n = walk.nextNode());) {
                if (/[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]/.test(n.data)) bad.push(n.data);
                if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(n.data) && !n.parentElement.closest('bdi')) bad.push(n.data);
            }
            return bad;
        }""")
        assert escaped == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(browser, fair, hostile, scheme, size):
    students = pages_of(fair)[1:]
    with_everything = [p for p in students if "did not run" in p.read_text() and "A hint" in p.read_text()][:1]
    broken = [p for p in students if "Not graded yet" in p.read_text()][:1]
    assert with_everything
    assert broken
    paths = [fair / "index.html", *with_everything, *broken, pages_of(hostile)[1]]
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    for path, now in visits(browser, paths, viewport=SIZES[size], color_scheme=scheme):
        open_details(now.page)
        now.page.evaluate(AXE)
        found = now.page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", tags)
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == [], path
        assert len(found["passes"]) > 20, "axe did look"


def test_a_phone_never_scrolls_sideways(browser, fair, hostile):
    for path, now in visits(browser, [*pages_of(fair)[:6], *pages_of(hostile)], viewport=SIZES["phone"]):
        open_details(now.page)
        assert now.page.evaluate("document.documentElement.scrollWidth") <= 320, path


def names(page: Page) -> list[str]:
    return page.eval_on_selector_all("#students tbody tr th", "cells => cells.map(c => c.textContent)")


def column(page: Page, n: int) -> list[str]:
    return page.eval_on_selector_all("#students tbody tr", f"rows => rows.map(r => r.cells[{n}].dataset.v)")


def test_the_table_sorts_by_keyboard(browser, fair):
    with visit(browser, fair / "index.html") as now:
        page = now.page
        page.locator("#students thead button", has_text="Score").focus()
        page.keyboard.press("Enter")
        low = [float(s) for s in column(page, 1)]
        assert len(low) == 100
        assert low == sorted(low)
        assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
        page.keyboard.press("Space")
        high = [float(s) for s in column(page, 1)]
        assert high == sorted(high, reverse=True)
        assert high[0] > low[0]
        for _ in range(2):
            page.locator("#pager button", has_text="Next").press("Enter")
        assert page.locator("#pager span").text_content() == "Page 3 of 3"
        assert column(page, 1)[-1] == "", "who has no score comes last"
        assert now.wrong == []


def test_the_table_filters_by_name_and_by_status(browser, fair):
    with visit(browser, fair / "index.html") as now:
        page = now.page
        assert page.locator("#count").text_content() == "260 submissions"
        page.locator("#query").focus()
        page.keyboard.type("lovelace")
        found = names(page)
        assert found
        assert all("Lovelace" in n for n in found)
        assert page.locator("#count").text_content() == f"{len(found)} of 260 submissions"
        page.locator("#query").fill("")
        page.locator("#status").select_option("needs-human")
        assert set(names(page)) == {r.student for r in make_results(260) if r.status == "needs-human"}
        assert now.wrong == []


def test_without_scripts_the_whole_table_is_there(browser, fair):
    with visit(browser, fair / "index.html", java_script_enabled=False) as now:
        assert now.page.locator("#students tbody tr").count() == 260
        assert not now.page.locator("#tools").is_visible()
        assert not now.page.locator("#pager").is_visible()
        assert now.wrong == []


def test_every_link_leads_somewhere(browser, fair):
    with visit(browser, fair / "index.html", java_script_enabled=False) as now:
        links = set(now.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))"))
        assert len([link for link in links if link.startswith("students/")]) == 260
        for link in links:
            assert now.page.locator(link).count() if link.startswith("#") else (fair / link).is_file(), link


def test_the_page_of_a_student_opens_from_the_table(browser, fair):
    student = make_results(260)[0].student
    with visit(browser, fair / "index.html") as now:
        now.page.locator("#query").fill(student)
        now.page.locator("#students").get_by_role("link", name=student, exact=True).click()
        now.page.wait_for_url(f"**/{safe_name(student)}.html")
        assert now.page.locator("h1").text_content() == student


def test_paper_shows_everybody_and_no_controls(browser, fair):
    with visit(browser, fair / "index.html") as now:
        now.page.emulate_media(media="print")
        now.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert now.page.locator("#students tbody tr").count() == 260
        assert not now.page.locator("#tools").is_visible()
        assert not now.page.locator(".top nav").is_visible()


def test_a_score_beyond_the_maximum_does_not_break_out(browser, tmp_path):
    result = make_results(3)[0]
    extra = replace(result, questions=tuple(replace(q, points=q.max_points * 3) for q in result.questions))
    build(tmp_path, ASSIGNMENT, [extra])
    path = tmp_path / "report/students" / f"{safe_name(result.student)}.html"
    with visit(browser, path, viewport=SIZES["phone"]) as now:
        assert now.page.evaluate("document.documentElement.scrollWidth") <= 320
