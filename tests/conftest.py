"""The one browser of the tests: Playwright allows one at a time in a process, so every test that needs it shares this."""

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tools.chromium import ARGUMENTS, chromium_path

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # started in the background: what the tests start could not hear a Ctrl-C either
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker; a run without one says what to install."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield chromium
        chromium.close()
