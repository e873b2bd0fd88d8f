"""Cells that run in the page, and questions that can be tried there, by both engines: a kernel of `make serve`, and Python inside the browser."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import watch
from tests.browser.test_pages import violations

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "lecture/kmeans.html"
CDN = "cdn.jsdelivr.net"


@pytest.fixture(scope="module")
def served(site_folder):
    """The address, with its token, of a real server with kernels."""
    process = subprocess.Popen(
        [sys.executable, "-m", "book.serve", "--no-build"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    line = next(line for line in process.stdout if "The book is at" in line)
    yield re.search(r"http://\S+", line)[0]
    process.send_signal(signal.SIGTERM)
    process.wait(60)


@pytest.fixture
def live(browser, served):
    """The chapter, served with a kernel, opened by someone who has the token."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, service_workers="block")
    page = context.new_page()
    page.record = watch(page, served.split("?")[0])
    page.goto(served)
    page.goto(served.split("?")[0] + "book/" + CHAPTER)
    yield page
    assert not page.record.external
    context.close()


def cell(page: Page, words: str):
    """The cell whose code holds these words; it stays the same cell when its code is changed."""
    found = page.locator("div.cell", has=page.locator(".live-bar")).filter(has_text=words).first
    name = f"cell-{abs(hash(words))}"
    found.evaluate("(node, name) => node.dataset.test = name", name)
    return page.locator(f"[data-test={name}]")


def write(page: Page, where, code: str) -> None:
    """Replace the code in a cell's editor, as a reader would."""
    where.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(code)


def test_a_click_runs_the_cells_above_and_then_this_one(live: Page):
    """The second cell with code prints distances that need the first: no NameError, and the answer of the page."""
    target = cell(live, "def walk(i, j)")
    before = target.locator(".cell_output").inner_text().strip()
    start = time.monotonic()
    target.get_by_role("button", name="Run cell").click()
    expect(target.locator(".live-status")).to_contain_text("Done in", timeout=60_000)
    print(f"click to output, cold: {time.monotonic() - start:.2f} s")
    assert target.locator(".live-output").inner_text().strip() == before


def test_code_can_be_changed_and_reset_and_errors_are_shown_in_place(live: Page):
    target = cell(live, "people,")
    original = target.locator("pre").first.text_content().split()
    target.get_by_role("button", name="Run cell").click()
    expect(target.locator(".live-status")).to_contain_text("Done in", timeout=60_000)
    write(live, target, "print(sum(range(101)))\n1 / 0")
    expect(target.locator(".live-status")).to_have_text("Edited")
    live.keyboard.press("Control+Enter")
    error = target.get_by_role("alert")
    expect(error).to_contain_text("ZeroDivisionError: division by zero")
    expect(target.locator(".live-output")).to_contain_text("5050")
    target.get_by_role("button", name="Reset").click()
    expect(error).to_have_count(0)
    assert target.locator(".cm-content").inner_text().split() == original
    assert "12 people" in target.locator(".cell_output").inner_text()


def test_figures_tables_and_widgets_appear_in_place(live: Page):
    target = cell(live, "people,")
    target.get_by_role("button", name="Run cell").click()
    expect(target.locator(".live-status")).to_contain_text("Done in", timeout=60_000)
    write(live, target, "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")
    live.keyboard.press("Control+Enter")
    image = target.locator(".live-output img")
    expect(image).to_be_visible(timeout=30_000)
    assert image.get_attribute("alt")
    write(live, target, "from IPython.display import HTML\nHTML('<b>bold</b><script>window.hit = 1</script>')")
    live.keyboard.press("Control+Enter")
    expect(target.locator(".live-output b")).to_have_text("bold")
    assert live.evaluate("window.hit") is None, "scripts in output do not run"
    write(live, target, "from book.demos import FoodTruckMap\ntown = FoodTruckMap()\ntown")
    live.keyboard.press("Control+Enter")
    assign = target.locator(".live-output").get_by_role("button", name="Assign")
    expect(assign).to_be_visible(timeout=30_000)
    assign.click()
    expect(target.locator(".live-output")).to_contain_text(re.compile(r"\d"))


def test_a_loop_can_be_stopped_and_its_variables_stay(live: Page):
    target = cell(live, "people,")
    target.get_by_role("button", name="Run cell").click()
    expect(target.locator(".live-status")).to_contain_text("Done in", timeout=60_000)
    write(live, target, "kept = 42\nwhile True: pass")
    live.keyboard.press("Control+Enter")
    expect(target.locator(".live-status")).to_contain_text("Running")
    target.get_by_role("button", name="Stop").click()
    expect(target.get_by_role("alert")).to_contain_text("KeyboardInterrupt", timeout=20_000)
    write(live, target, "kept")
    live.keyboard.press("Control+Enter")
    expect(target.locator(".live-output")).to_contain_text("42")


def test_run_all_above_runs_what_an_edit_made_stale(live: Page):
    first, second = cell(live, "people,"), cell(live, "def walk(i, j)")
    second.get_by_role("button", name="Run cell").click()
    expect(second.locator(".live-status")).to_contain_text("Done in", timeout=60_000)
    first.locator(".cm-content").click()
    live.keyboard.press("Control+End")
    live.keyboard.insert_text("\nX[0] = [1.0, 4.0]")
    second.get_by_role("button", name="Run all above").click()
    expect(first.locator(".live-status")).to_contain_text("Done in")
    second.get_by_role("button", name="Run cell").click()
    expect(second.locator(".live-output")).to_contain_text("0.0")


def question(page: Page, number: int):
    """A question on the assignment's card, opened."""
    row = page.locator(f"[data-question=q{number}]")
    row.get_by_role("button", name=f"Try it here (question {number})").click()
    expect(row.locator(".cm-content")).to_be_visible(timeout=20_000)
    return row


def test_a_question_can_be_tried_wrong_first_and_then_right(live: Page):
    """By keyboard, with the notebook's own words; what was written is there on the next visit, until it is reset."""
    row = question(live, 1)
    stub = row.locator(".cm-content").inner_text()
    assert stub.startswith("def kmeans_objective(X: np.ndarray, mu: np.ndarray, y: np.ndarray) -> float:")
    assert stub.endswith('raise NotImplementedError("q1: write kmeans_objective here")')
    row.get_by_role("button", name="Check").click()
    status, output = row.get_by_role("status"), row.locator(".live-output")
    expect(status).to_have_text("q1: not written yet. Write kmeans_objective, run its cell, then check again.", timeout=60_000)
    write(live, row, "def kmeans_objective(X, mu, y):\n    return np.mean(np.sum((X - mu[y]) ** 2, axis=1))")
    live.keyboard.press("Control+Enter")
    expect(status).to_have_text("q1: 1 of 2 public checks passed; more run when it is graded.", timeout=20_000)
    expect(output).to_contain_text("the objective is a sum, not a mean")
    assert not violations(live, ".assignment")
    write(live, row, "def kmeans_objective(X, mu, y:\n    return 0")
    live.keyboard.press("Control+Enter")
    expect(status).to_have_text("q1: your code stopped with an error before it could be checked.")
    expect(output).to_contain_text("SyntaxError: '(' was never closed")
    right = "def kmeans_objective(X, mu, y):\n    return np.sum((X - mu[y]) ** 2)"
    write(live, row, right)
    live.keyboard.press("Control+Enter")
    expect(status).to_contain_text("q1: public checks passed; more run when it is graded.")
    expect(output).not_to_contain_text("failed")
    live.reload()
    row = question(live, 1)
    assert row.locator(".cm-content").inner_text() == right
    row.get_by_role("button", name="Reset").click()
    assert row.locator(".cm-content").inner_text() == stub
    toggle = row.get_by_role("button", name="Try it here")
    toggle.press("Enter")
    expect(row.locator(".cm-content")).to_be_hidden()
    expect(toggle).to_have_attribute("aria-expanded", "false")


def test_without_the_token_the_reader_is_told_what_to_open(browser, served):
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(served.split("?")[0] + "book/" + CHAPTER)
    target = cell(page, "people,")
    target.get_by_role("button", name="Run cell").click()
    expect(target.locator(".live-status")).to_contain_text("open the address that `make serve` printed", timeout=20_000)
    context.close()


@pytest.fixture
def static(browser, site):
    """The chapter on a static server; requests to the package host fail, as without a network."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, service_workers="block")
    page = context.new_page()
    page.record = watch(page, site)
    page.goto(site + CHAPTER)
    yield page
    context.close()


def test_nothing_of_the_runner_is_loaded_before_a_click(static: Page):
    static.wait_for_load_state("networkidle")
    loaded = [url for url in static.record.requested if "/live/" in url]
    assert all(url.split("?")[0].endswith(("boot.js", "boot.css")) for url in loaded), loaded


def test_python_runs_inside_the_browser_from_files_of_the_site_alone(static: Page):
    target = cell(static, "people,")
    target.get_by_role("button", name="Run cell").click()
    status = target.locator(".live-status")
    expect(status).to_contain_text(f"come from {CDN}, which could not be reached", timeout=90_000)
    assert all(CDN in url for url in static.record.external), "only packages may come from elsewhere"
    assert static.record.external, "NumPy was asked for"
    asked = len(static.record.external)
    write(static, target, "import fractions, math\nprint('hello')\nmath.comb(10, 3), fractions.Fraction(1, 3)")
    static.keyboard.press("Control+Enter")
    expect(target.locator(".live-output")).to_contain_text("(120, Fraction(1, 3))", timeout=60_000)
    expect(target.locator(".live-output")).to_contain_text("hello")
    write(static, target, "def f(): return undefined_name\nf()")
    static.keyboard.press("Control+Enter")
    expect(target.get_by_role("alert")).to_contain_text("NameError: name 'undefined_name' is not defined")
    assert len(static.record.external) == asked, "plain Python asks for nothing"


CHECKS = """from otter.test_files import test_case
OK_FORMAT = False
name = "q1"
points = None

@test_case(points=1, hidden=False)
def test_of_three(double):
    assert double(3) == 6, f"double(3) is {double(3)}. What is 3 + 3?"

@test_case(points=1, hidden=False)
def test_of_nothing(double):
    assert double([]) == []
"""


def test_a_question_is_checked_by_python_in_the_browser(static: Page, site_folder):
    """No otter is needed, nor any package where none is imported: here a question in plain Python, in place of the first."""
    data = json.loads((site_folder / "assignments/kmeans.json").read_text(encoding="utf-8"))
    data["functions"]["q1"], data["checks"]["q1"] = "double", CHECKS
    data["cells"][:2] = [{"question": "q1", "source": "def double(x):\n    raise NotImplementedError"}]
    static.route("**/assignments/kmeans.json", lambda route: route.fulfill(json=data))
    row = question(static, 1)
    write(static, row, "def double(x):\n    return x * x")
    static.keyboard.press("Control+Enter")
    status, output = row.get_by_role("status"), row.locator(".live-output")
    expect(status).to_have_text("q1: 0 of 2 public checks passed; more run when it is graded.", timeout=90_000)
    expect(output).to_contain_text("double(3) is 9. What is 3 + 3?")
    expect(output).to_contain_text("TypeError: can't multiply sequence")
    write(static, row, "def double(x):\n    return x + x")
    static.keyboard.press("Control+Enter")
    expect(status).to_contain_text("q1: public checks passed; more run when it is graded.", timeout=20_000)
    assert not static.record.external
    row = question(static, 2)
    row.get_by_role("button", name="Check").click()
    expect(row.get_by_role("status")).to_contain_text(f"come from {CDN}, which could not be reached", timeout=20_000)


def test_a_loop_in_the_browser_can_be_stopped(static: Page):
    target = cell(static, "people,")
    target.get_by_role("button", name="Run cell").click()
    expect(target.locator(".live-status")).to_contain_text("could not be reached", timeout=90_000)
    write(static, target, "while True: pass")
    static.keyboard.press("Control+Enter")
    expect(target.locator(".live-status")).to_contain_text("Running")
    target.get_by_role("button", name="Stop").click()
    expect(target.locator(".live-status")).to_contain_text("Stopped. Python's variables are gone")
    write(static, target, "'started again'")
    static.keyboard.press("Control+Enter")
    expect(target.locator(".live-output")).to_contain_text("started again", timeout=60_000)
