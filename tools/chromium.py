"""Chromium as this machine has it: what prints the book and what tests open pages with."""

import os
import shutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


class NoChromium(Exception):
    """There is none; one line says what to do."""


def chromium_path() -> str:
    """Where it is. Raises NoChromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise NoChromium("Chromium is not installed: run `make setup`, or set CHROME_PATH")
    return found
