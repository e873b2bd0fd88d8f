"""`python -m autograder doctor`: can this machine grade safely? Shows what was tried from inside, and the limits in force."""

import argparse
import dataclasses
import time

from rich.console import Console
from rich.table import Table

from autograder import sandbox


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mode", choices=("auto", "root", "unprivileged"), default="auto", help="which sandbox to try (default: the one for you)"
    )


def run(args: argparse.Namespace) -> int:
    """0 when every attempt to break out failed, 1 otherwise; GraderFailure when there is no sandbox at all."""
    console, started = Console(), time.monotonic()
    with sandbox.Box(mode=args.mode) as box:
        checks = sandbox.self_test(box)
        console.print(_table(checks))
        console.print(_facts(box.isolation))
    broken = [check for check in checks if not check.held]
    console.print(
        f"{len(checks) - len(broken)} of {len(checks)} hold ({time.monotonic() - started:.1f} s). "
        + ("Grading would refuse to start." if broken else "This machine can grade safely.")
    )
    return 1 if broken else 0


def _table(checks: list) -> Table:
    table = Table(title="Tried from inside the sandbox, with the powers that a submission has", title_justify="left")
    table.add_column("")
    table.add_column("What has to hold")
    table.add_column("What could be done instead")
    for check in checks:
        table.add_row("[green]holds[/]" if check.held else "[bold red]BROKEN[/]", check.name, check.detail)
    return table


def _facts(isolation: dict) -> Table:
    table = Table(title="In force", title_justify="left", show_header=False)
    for name in ("mode", "memory", "bubblewrap", "kernel", "machine"):
        table.add_row(name, str(isolation[name]))
    for field in dataclasses.fields(sandbox.Limits):
        table.add_row(field.name.replace("_", " "), f"{isolation['limits'][field.name]:g}")
    return table
