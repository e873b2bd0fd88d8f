"""What a reader's browser does with each page, served as a static host serves it (HTTP/1.1, brotli).

A demo is alive when one of its buttons is there. The clock starts with the navigation; the reader goes straight to the first
demo of the page, so that what is fetched on coming near is fetched.
"""

from collections.abc import Iterator

from playwright.sync_api import Browser, Error

from tools.bench.rows import Failed, Row, row
from tools.bench.site import chapters, chromium, page_names, served

RUNS = 5
NETWORKS = (("locally", None, 0, 0.5), ("10 Mbit/s, 40 ms", 10, 40, 1.0))
"""Name, Mbit/s, delay in ms, and how soon a demo must live, in seconds."""
KILOBYTES = 160
PATIENCE = 60
LIVE = """(patience) => new Promise((resolve, reject) => {
  let looked = 0;
  const look = () => {
    const first = document.querySelector("figure.demo");
    const alive = first && [...first.querySelectorAll("*")].some((node) => node.shadowRoot?.querySelector("button"));
    if (alive) return resolve(performance.now());
    if (performance.now() > 1000 * patience) return reject(new Error(`no demo lived within ${patience} s`));
    if (first && looked++ % 25 === 0) first.scrollIntoView({ block: "center", behavior: "instant" }); // what loads above may push it away
    setTimeout(look, 4);
  };
  look();
})"""


def rows(full: bool = False) -> Iterator[Row]:
    """Requests, errors and weight of every page; the time to a live demo of every chapter."""
    with served() as site, chromium() as browser:
        names = page_names()
        seen = {name: visit(browser, site, name) for name in names}
        yield row("pages looked at", [len(names)], "pages")
        for kind in ("external", "failed", "console"):
            what = {"external": "requests that leave the site", "failed": "requests that fail", "console": "console messages"}[kind]
            yield row(f"{what}, all pages", [sum(len(getattr(record, kind)) for record, _ in seen.values())], "", at_most=0)
        for name, (record, weight) in seen.items():
            yield row(f"{name}: requests", [len(record.requested)], "requests")
            yield row(f"{name}: before the first click", [weight / 1000], "kB compressed", at_most=KILOBYTES)
        for name in chapters():
            for network, mbit, delay, limit in NETWORKS:
                times = [to_live(browser, site + name, mbit, delay) for _ in range(RUNS)]
                yield row(f"{name}: a live demo, {network}", times, "s", at_most=limit)


def visit(browser: Browser, site: str, name: str) -> tuple:
    """Open a page as a new reader does; what it asked for and complained about, and the bytes that travelled."""
    from tests.browser.conftest import watch

    context = browser.new_context(service_workers="block", viewport={"width": 1280, "height": 900})
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    weights: list[float] = []
    session.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    record = watch(page, site)
    page.goto(site + name)
    page.wait_for_load_state("networkidle")
    context.close()
    return record, sum(weights)


def to_live(browser: Browser, address: str, mbit: float | None, delay: float) -> float:
    """Seconds from the start of the navigation to a demo that answers, with an empty cache."""
    context = browser.new_context(service_workers="block", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    if mbit:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        rate = mbit * 1e6 / 8
        conditions = {"offline": False, "latency": delay, "downloadThroughput": rate, "uploadThroughput": rate}
        session.send("Network.emulateNetworkConditions", conditions)
    page.goto(address, wait_until="commit")
    try:
        return page.evaluate(LIVE, PATIENCE) / 1000
    except Error as error:
        raise Failed(f"{address}: {error.message.splitlines()[0]}") from None
    finally:
        context.close()
