"""The command: `python -m tools.bench [SECTION …]`."""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from playwright.sync_api import Error as BrowserError
from rich.console import Console
from rich.table import Table

from tools.bench.rows import DIST, Failed, Missing, Row

SECTIONS = ("grading", "scaling", "cluster", "references", "pages", "lighthouse", "frames", "cells", "build")
FILE = DIST / "bench.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Performance against peers, in one run.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--full", action="store_true", help="scaling: also a class of 10,000")
    args = parser.parse_args()
    if unknown := [name for name in args.sections if name not in SECTIONS]:
        parser.error(f"no section {', '.join(unknown)}; there are: {', '.join(SECTIONS)}")
    status, total = 0, []
    for name in args.sections or SECTIONS:
        start = time.monotonic()
        rows: list[Row] = []
        try:
            for found in importlib.import_module(f"tools.bench.{name}").rows(full=args.full):
                rows.append(found)
        except Missing as missing:
            print(f"bench: {name}: {missing}", file=sys.stderr)
            status = max(status, 2)
        except (Failed, BrowserError, OSError) as failed:
            print(f"bench: {name}: not finished: {failed}", file=sys.stderr)
            status = max(status, 1)
        if rows:
            Console(width=None if sys.stdout.isatty() else 150).print(table(f"{name}, {time.monotonic() - start:.0f} s", rows))
            store(name, rows)
            total += rows
    goals = [r for r in total if r.met is not None]
    print(f"{sum(r.met for r in goals)} of {len(goals)} goals met; {FILE.relative_to(DIST.parent)} holds {len(total)} figures of this run")
    for r in goals:
        if not r.met:
            print(f"  missed: {r.name}: {number(r.ratio if r.goal.startswith('ratio') else r.ours)} ({r.goal})")
    return status


def table(title: str, rows: Sequence[Row]) -> Table:
    """The rows for a terminal."""
    shown = Table("what", "ours", "peer", "ratio", "unit", "runs", "goal", title=title, title_justify="left")
    for r in rows:
        mark = {None: "", True: " ✓", False: " ✗"}[r.met]
        shown.add_row(r.name, number(r.ours), number(r.peer), number(r.ratio), r.unit, str(r.runs), r.goal + mark)
    return shown


def number(value: float | None) -> str:
    """Three digits, without an exponent where that can be read at a glance."""
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def store(section: str, rows: Sequence[Row]) -> None:
    """Replace this section's rows in dist/bench.json; those of other sections stay."""
    try:
        kept = [r for r in json.loads(FILE.read_text(encoding="utf-8")) if r.get("section") != section]
    except (OSError, ValueError):
        kept = []
    found = [{"section": section, **asdict(r)} for r in rows]
    DIST.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(kept + found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
