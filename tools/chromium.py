"""Finds and starts the machine's own chromium; no browser is ever downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Return where the machine's chromium lies, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start chromium without a screen, hand it over and close it.

    The browser is not closed by its own call, which waits without end for a chromium that does not go: its driver
    closes it when the line to it ends, and kills it after thirty seconds.

    :raises FileNotFoundError: when the machine has none.
    """
    path = chromium_path()
    if path is None:
        raise FileNotFoundError("There is no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=QUIET)
