"""What browser tests share: the built site on a local port, Chromium, and a page that records what it asks for.

Every request that leaves the site is stopped and recorded; so are failed requests and messages of the console.
"""

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from book.build import build

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "dist" / "book"
VIEWPORTS = {"desktop": {"width": 1366, "height": 900}, "phone": {"width": 390, "height": 844}}


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class SiteServer(http.server.ThreadingHTTPServer):
    """A local server that does not mind a browser that hangs up."""

    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """A page that was left while it loaded is no fault."""


@pytest.fixture(scope="session")
def site_folder() -> Path:
    """The built site; built first where it is missing."""
    if not (SITE / "index.html").is_file():
        build()
    return SITE


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[str]:
    """The address of the built site, with a slash at its end."""
    server = SiteServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(site_folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Record:
    """What went wrong, or left the site, while pages were open."""

    external: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def fail(self, url: str, reason: str | None) -> None:
        """Note a request that failed; one that ended because the reader went on to another page did not."""
        if reason != "net::ERR_ABORTED":
            self.failed.append(f"{url}: {reason}")

    def problems(self) -> dict[str, list[str]]:
        """The kinds of trouble that there were."""
        kinds = {"external": self.external, "failed": self.failed, "console": self.console}
        return {kind: found for kind, found in kinds.items() if found}


def watch(page: Page, site: str) -> Record:
    """Record what a page asks for and complains about; stop what would leave the site."""
    record = Record()

    def route(route) -> None:
        url = route.request.url
        record.requested.append(url)
        if url.startswith((site, "data:", "blob:")):
            route.continue_()
        else:
            record.external.append(url)
            route.abort()

    page.route("**/*", route)
    page.on("requestfailed", lambda request: record.fail(request.url, request.failure))
    page.on("response", lambda r: record.failed.append(f"{r.url}: {r.status}") if r.status >= 400 else None)
    page.on("console", lambda m: record.console.append(f"{m.type}: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: record.console.append(f"uncaught: {error}"))
    return record


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    """By day and by night."""
    return request.param


@pytest.fixture(params=list(VIEWPORTS))
def viewport(request: pytest.FixtureRequest) -> dict:
    """A desktop's and a phone's window."""
    return VIEWPORTS[request.param]


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A fresh page (desktop, light) that records; `page.record` has what went wrong. Nothing may, in any test that uses it."""
    context = browser.new_context(viewport=VIEWPORTS["desktop"], color_scheme="light", service_workers="block")
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    fresh = context.new_page()
    fresh.record = watch(fresh, site)
    yield fresh
    problems = fresh.record.problems()
    context.close()
    assert not problems, problems
