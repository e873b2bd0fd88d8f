"""`make serve`: build the book, serve it with cells that run, and build again when a source changes.

One Jupyter Server does both: the pages and the kernels come from one origin, bound to this machine alone. The address
that is printed carries a token; opening it once sets a cookie, and without it the pages can be read but nothing runs.
"""

import argparse
import asyncio
import logging
import os
import secrets
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.escape import url_escape
from tornado.httputil import url_concat
from traitlets.config import Config

from book import downloads
from book.publish import replace_folder
from book.warm import Warm

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "dist" / "book"
PORT = 8000
WATCHED = ("book", "_config.yml", "_toc.yml", "notebooks")
LAB = Path(__file__).resolve().parent / "lab"  # settings of JupyterLab
OWN = "my-notebooks"  # the reader's copies, which JupyterLab opens; never overwritten. The folder `demos` beside them is the course's
SOURCES = {".md", ".py", ".js", ".css", ".bib", ".yml", ".html", ".mplstyle"}
# Tells the page that cells run on a kernel of this server, and reloads it after a build.
LIVE_HEAD = b"""<meta name="course-kernel" content="/"><script>
new EventSource("/book/.built").onmessage = (event) => event.data === "reload" && location.reload();
</script>"""
# Where a page offers files to download, it offers to open the reader's own copy of the notebook, too.
OPENED = {
    "notebooks": (b'<p class="page-files">', b'<p class="page-files"><a href="/open/notebooks/%s.ipynb">Open in JupyterLab</a>'),
    "assignments": (b'<p class="assignment-links">', b'<p class="assignment-links"><a href="/open/assignments/%s.ipynb">Open in JupyterLab</a> '),
}

logger = logging.getLogger("course")
warm = Warm()


class Builds:
    """Counts finished builds; pages wait for the next one."""

    def __init__(self):
        self.count = 0
        self.changed = asyncio.Condition()

    async def announce(self) -> None:
        async with self.changed:
            self.count += 1
            self.changed.notify_all()


class PageHandler(JupyterHandler, web.StaticFileHandler):
    """A page of the site; HTML is told that a kernel is at hand."""

    def initialize(self):
        web.StaticFileHandler.initialize(self, path=str(SITE), default_filename="index.html")

    async def get(self, path: str, include_body: bool = True):
        if self.get_argument("token", None) and self.current_user:
            # The cookie is set by now; keep the token out of the history and of links that are shared.
            self.redirect(self.request.path)
            return
        if self.current_user:
            self.xsrf_token  # noqa: B018  (reading it sets the cookie that kernel requests must repeat)
        self.set_header("Cache-Control", "no-cache")
        page = SITE / (path if path and not path.endswith("/") else f"{path}index.html")
        if page.suffix == ".html" and page.is_file() and page.resolve().is_relative_to(SITE.resolve()):
            self.set_header("Content-Type", "text/html; charset=UTF-8")
            text = page.read_bytes().replace(b"<head>", b"<head>" + LIVE_HEAD, 1)
            self.finish(with_openers(text, page.stem) if self.current_user else text)
            return
        await web.StaticFileHandler.get(self, path, include_body)

    def compute_etag(self) -> str | None:
        """By content for files; none for pages, which are told things that depend on the visit."""
        return super().compute_etag() if getattr(self, "absolute_path", None) else None

    def check_xsrf_cookie(self):
        """Pages are read with GET alone."""

    def get_template_path(self):
        return None

    def write_error(self, status_code: int, **_):
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish(f"{status_code}: there is no such page in this book; go to /book/\n")

    @property
    def content_security_policy(self):
        return "frame-ancestors 'self'"


def with_openers(text: bytes, name: str) -> bytes:
    """A page with links that open its notebooks in JupyterLab; `name` is the page's, and its notebooks'."""
    for kind, (place, opener) in OPENED.items():
        if (SITE / kind / f"{name}.ipynb").is_file():
            text = text.replace(place, opener % name.encode())
    return text


class OpenHandler(JupyterHandler):
    """Gives the reader a copy of a notebook, once, and opens it in JupyterLab."""

    def get(self, kind: str, name: str):
        given = SITE / kind / name
        if not self.current_user:
            raise web.HTTPError(403)
        if not given.is_file():
            raise web.HTTPError(404)
        own = ROOT / OWN / (name if kind == "notebooks" else f"assignment-{name}")
        own.parent.mkdir(exist_ok=True)
        if not own.exists():
            shutil.copyfile(given, own)
        self.redirect(url_path_join("/lab/tree", url_escape(own.name, plus=False)))


class BuiltHandler(JupyterHandler):
    """A stream that says `reload` after each build (server-sent events)."""

    def initialize(self, builds: Builds):
        self.builds = builds

    async def get(self):
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-cache")
        seen = self.builds.count

        def built() -> bool:
            return self.builds.count > seen

        while not self.request.connection.stream.closed():
            async with self.builds.changed:
                try:
                    await asyncio.wait_for(self.builds.changed.wait_for(built), 15)
                except TimeoutError:
                    self.write(": still here\n\n")
                else:
                    seen = self.builds.count
                    self.write("data: reload\n\n")
            await self.flush()


class RootHandler(web.RequestHandler):
    def get(self):
        target = "/book/"
        token = self.get_query_argument("token", None)
        self.redirect(url_concat(target, {"token": token}) if token else target)


class CourseServer(ServerApp):
    """A Jupyter Server whose front page is the book, with JupyterLab for the reader's copies of notebooks. No terminals."""

    name = "course"
    default_services = (
        "api", "auth", "config", "contents", "events", "files", "kernels", "kernelspecs", "nbconvert", "security", "sessions", "shutdown",
    )  # fmt: skip

    def init_webapp(self):
        super().init_webapp()
        self.builds = Builds()
        self.web_app.add_handlers(
            ".*$",
            [
                (r"/", RootHandler),
                (r"/book/\.built", BuiltHandler, {"builds": self.builds}),
                (r"/book/(.*)", PageHandler),
                (r"/open/(notebooks|assignments)/([\w-]+\.ipynb)", OpenHandler),
                (r"/book", web.RedirectHandler, {"url": "/book/"}),
            ],
        )


def refresh_demos() -> None:
    """Lay the demos that the site offers beside the reader's notebooks, in place of older ones. A folder `demos` of another kind stays."""
    archive, own = SITE / "notebooks" / downloads.ALL, ROOT / OWN / "demos"
    if not archive.is_file() or (own.exists() and not (own / "_dist").is_dir()):
        return
    with tempfile.TemporaryDirectory(dir=own.parent, prefix=".demos-") as scratch:
        shutil.unpack_archive(archive, scratch)
        replace_folder(own, Path(scratch) / "demos")


def source_times() -> dict[str, int]:
    """Path → time of change, for every source of the book."""
    times = {}
    for name in WATCHED:
        top = ROOT / name
        for path in [top] if top.is_file() else top.rglob("*"):
            made = {"_dist", "_made", "__pycache__"} & set(path.parts)
            if path.suffix in SOURCES and not made:
                times[str(path)] = path.stat().st_mtime_ns
    return times


def build() -> bool:
    """Build the book in a process of its own; False (after saying so) when it failed."""
    return warm.build() == 0


async def rebuild_on_change(builds: Builds) -> None:
    """Watch the sources for as long as the server runs."""
    seen = source_times()
    while True:
        await asyncio.sleep(0.1)
        now = await asyncio.to_thread(source_times)
        if now == seen:
            continue
        changed = sorted(
            Path(p).relative_to(ROOT).as_posix() for p in set(now.items()) ^ set(seen.items()) for p in [p[0]]
        )
        seen = now
        print(f"changed: {', '.join(dict.fromkeys(changed))}", flush=True)
        if await asyncio.to_thread(build):
            await builds.announce()
            await asyncio.to_thread(refresh_demos)
        else:
            print("the page in your browser is the last good one; mend the source and save again", flush=True)


def free_port(wanted: int | None) -> int:
    """The port that was asked for, or the first free one from 8000 on. Raises SystemExit with one line when taken."""
    for port in [wanted] if wanted else range(PORT, PORT + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    if wanted:
        print(f"serve: port {wanted} is in use; choose another: make serve PORT={wanted + 1}", file=sys.stderr)
    else:
        print(f"serve: ports {PORT} to {PORT + 49} are in use; choose another: make serve PORT=9000", file=sys.stderr)
    raise SystemExit(2)


def port_number(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535")
    return int(text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m book.serve", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--port", type=port_number, help=f"port on this machine (default: the first free one from {PORT})"
    )
    parser.add_argument("--no-build", action="store_true", help="serve dist/book as it is")
    args = parser.parse_args()
    port = free_port(args.port)
    if not args.no_build and not build():
        return 1
    if not (SITE / "index.html").is_file():
        print("serve: dist/book holds no site yet; run without --no-build", file=sys.stderr)
        return 2
    token = secrets.token_urlsafe(24)
    os.environ["OMP_NUM_THREADS"] = "1"
    # Cells import what the repository offers, wherever the server was started.
    os.environ["PYTHONPATH"] = str(ROOT)
    logging.getLogger("jupyterlab").setLevel(logging.CRITICAL)  # it complains of a Node.js that it does not need
    own = ROOT / OWN
    own.mkdir(exist_ok=True)
    refresh_demos()
    server = CourseServer(
        ip="127.0.0.1",
        port=port,
        port_retries=0,
        open_browser=False,
        root_dir=str(own),
        allow_root=True,
        log_level="ERROR",
        terminals_enabled=False,
        show_banner=False,
        use_redirect_file=False,
        config=Config(
            {
                "IdentityProvider": {"token": token},
                "ServerApp": {"jpserver_extensions": {"jupyterlab": True}},
                # JupyterLab with widgets, for demos; it asks nobody for news or extensions, and leaves out what teachers use.
                "LabApp": {"extension_manager": "readonly", "log_level": "ERROR", "app_settings_dir": str(LAB)},
                # Stopping the server must not wait long for a cell that loops.
                "KernelManager": {"shutdown_wait_time": 1.0},
                # A kernel whose page went away without saying so is ended after half an hour.
                "MappingKernelManager": {"cull_idle_timeout": 1800, "cull_interval": 300},
            }
        ),
    )
    try:
        server.initialize(argv=[], find_extensions=False)
    except SystemExit:
        return 1
    print(
        f"\nThe book is at  http://127.0.0.1:{port}/?token={token}\nCells run on this machine. Stop with Ctrl-C.\n",
        flush=True,
    )
    server.io_loop.add_callback(rebuild_on_change, server.builds)
    server.start()
    return 0


if __name__ == "__main__":
    sys.exit(main())
