"""Cells that run in the page: the runner's bundle and Python for the browser, added to a built site.

`boot.js` (1 KB) is all that a page loads; the editor, the engines and Pyodide come on the first click.
"""

import shutil
from pathlib import Path

from tools.node import MODULES, esbuild

HERE = Path(__file__).resolve().parent
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def install(static: Path) -> None:
    """Write the runner and Pyodide's core to `static`/live, where `boot.js` looks for them."""
    target = static / "live"
    shutil.rmtree(target, ignore_errors=True)
    esbuild(
        HERE / "boot.js",
        HERE / "live.js",
        HERE / "pyodide-worker.js",
        HERE / "boot.css",
        HERE / "live.css",
        f"--outdir={target}",
        "--bundle",
        "--splitting",
        "--format=esm",
        "--minify",
        "--target=es2022",
        "--loader:.py=text",
        "--external:./live.js",
        '--define:process.env.NODE_ENV="production"',
        "--define:global=globalThis",
        "--legal-comments=none",
        "--log-level=warning",
    )
    core = target / "pyodide"
    core.mkdir()
    for name in PYODIDE:
        shutil.copy2(MODULES / "pyodide" / name, core / name)
