"""From the click on Run to the figure, in the page of a chapter, with the local kernel of `make serve`.

Cold: a page that was just opened, so that the click loads the runner, starts a kernel and runs the cells above. Warm: the same
button again.
"""

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

from tools.bench.papers import SLUG
from tools.bench.rows import DIST, ENVIRONMENT, ROOT, Failed, Row, need, row
from tools.bench.site import chromium

PAGES, CLICKS = 5, 4
COLD, WARM = 2.0, 0.2
FIND = """() => {
  const figures = [...document.querySelectorAll("div.cell")].filter((cell) => cell.querySelector(".live-run") && cell.querySelector(".cell_output svg, .cell_output img"));
  window.figureCell = figures[0];
  for (const fold of figures[0]?.querySelectorAll("details") ?? []) fold.open = true;
  return figures.length;
}"""
CLICK = """() => new Promise((resolve, reject) => {
  const cell = window.figureCell;
  const before = cell.querySelector(".live-output :is(img, svg)");
  const start = performance.now();
  const look = () => {
    const picture = cell.querySelector(".live-output :is(img, svg)");
    if (cell.querySelector("[role=alert]")) finish(() => reject(new Error(cell.querySelector("[role=alert]").textContent)));
    else if (picture && picture !== before) finish(() => requestAnimationFrame(() => resolve(performance.now() - start)));
  };
  const observer = new MutationObserver(look);
  const finish = (then) => { observer.disconnect(); then(); };
  observer.observe(cell, { childList: true, subtree: true, characterData: true });
  cell.querySelector(".live-run").click();
})"""


def rows(full: bool = False) -> Iterator[Row]:
    """The first figure of the chapter, in pages opened one after the other."""
    need(DIST / "book" / "index.html", "make book")
    cold, warm = [], []
    with kernel_server() as address, chromium() as browser:
        for _ in range(PAGES):
            context = browser.new_context(service_workers="block", viewport={"width": 1200, "height": 900})
            page = context.new_page()
            page.goto(address)
            page.goto(f"{address.split('?')[0]}book/lecture/{SLUG}.html")
            page.locator(".live-run").first.wait_for(state="attached")
            if not page.evaluate(FIND):
                raise Failed(f"lecture/{SLUG}.html: no cell with a figure can be run")
            cold.append(page.evaluate(CLICK) / 1000)
            for _ in range(CLICKS):
                page.wait_for_function("() => window.figureCell.querySelector('.live-run:not([disabled])')")
                warm.append(page.evaluate(CLICK) / 1000)
            context.close()
    yield row("click to figure, cold", cold, "s", at_most=COLD)
    yield row("click to figure, warm", warm, "s", at_most=WARM)


@contextlib.contextmanager
def kernel_server() -> Iterator[str]:
    """The address, with its token, of `make serve` on the site as it is."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "book.serve", "--no-build"], cwd=ROOT, env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        address = next((found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))), None)
        if address is None:
            raise Failed("book.serve ended before it served")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
