"""Bundle each demo, with the toolkit and the parts of D3 that it uses, into one JavaScript file.

`book/demos/<name>.js` becomes `book/demos/_dist/<name>.js` (never committed). A bundle carries the digest of what it
was made from: it is made again only when that changes. A copy of this package that has left the repository, in the zip of a
chapter, has bundles and no sources, and needs neither Node.js nor esbuild.
"""

import hashlib
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE / "_dist"
LOCK = HERE.parent.parent / "package-lock.json"
NOTICE = "Includes parts of D3, (c) Mike Bostock and contributors, ISC licence (https://d3js.org)."


class BundleError(RuntimeError):
    """A demo cannot be bundled. The message is one line for a person, then esbuild's own words if it spoke."""


def names() -> list[str]:
    """The demos whose sources are here, by file name."""
    return sorted(path.stem for path in HERE.glob("*.js"))


def digest(name: str) -> str:
    """What the bundle of `name` depends on, as a short hash: its module, the toolkit and the locked packages."""
    sources = [HERE / f"{name}.js", *sorted((HERE / "toolkit").glob("*.js")), LOCK]
    total = hashlib.sha256()
    for path in sources:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def is_fresh(name: str) -> bool:
    """Whether the bundle exists and was made from the sources as they are now."""
    path = DIST / f"{name}.js"
    if not path.is_file():
        return False
    with path.open(encoding="utf-8") as file:
        return digest(name) in file.readline()


def make(name: str) -> None:
    """Bundle one demo. It appears whole or not at all: notebooks that run in parallel may ask for the same one."""
    from tools.node import esbuild  # only where the sources are; a copy has bundles already

    DIST.mkdir(exist_ok=True)
    scratch = DIST / f".{name}.{os.getpid()}.js"
    banner = f"/*! {name} {digest(name)}. {NOTICE} */"
    try:
        esbuild(
            HERE / f"{name}.js", "--bundle", "--minify", "--format=esm", "--target=es2022", "--charset=utf8",
            "--log-level=warning", f"--banner:js={banner}", f"--outfile={scratch}",
        )  # fmt: skip
        scratch.replace(DIST / f"{name}.js")
    except RuntimeError as error:
        raise BundleError(f"the demo {name} cannot be bundled: {error}") from None
    finally:
        scratch.unlink(missing_ok=True)


def build() -> None:
    """Bundle every demo whose sources have changed."""
    for name in names():
        if not is_fresh(name):
            make(name)


def script(name: str) -> str:
    """The bundled JavaScript of demo `name`, made on demand where the sources are. Raises BundleError."""
    if (HERE / f"{name}.js").is_file() and not is_fresh(name):
        make(name)
    path = DIST / f"{name}.js"
    if not path.is_file():
        raise BundleError(f"the demo {name} is incomplete: {path} is missing; unpack its zip again")
    return path.read_text(encoding="utf-8")
