"""The browser: Debian's Chromium or another one of the machine, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

#: No sandbox, since root and containers have none; and no word to anybody's servers.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

#: What JupyterLab itself says on the console of a page that is well.
_NOT_OURS = (
    "favicon",
    # What the tests do on purpose: a server that is away, a request that is refused.
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET",
    "net::ERR_EMPTY_RESPONSE",
    "WebSocket connection to",
    "Failed to load resource",
    "status of 4",
)


def find_chromium() -> Path | None:
    """The program, ``CHROMIUM_PATH`` first; None where there is none."""
    chosen = os.environ.get("CHROMIUM_PATH")
    found = chosen or next((path for name in _NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def launch(playwright: Playwright, program: Path) -> Browser:
    """A headless browser."""
    return playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))


class Console:
    """Collects what a page complains about."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(known in message.text for known in _NOT_OURS):
            self.complaints.append(message.text)
