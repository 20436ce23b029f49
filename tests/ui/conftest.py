"""A browser for the tests of a file, and for each a person with a JupyterLab of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.chromium import find_chromium, launch
from tests.ui.lab import SCREENSHOTS, Lab, quiet_settings

LABEXTENSION = Path(__file__).resolve().parents[2] / "jupyter_envs" / "labextension"

#: JupyterLab, a kernel and the browser on two cores.
_TIMEOUT_MS = 30_000


# Not longer than a module: while Playwright is on, its event loop counts as the thread's own,
# and whatever wants to run one of its own, in another file's tests, cannot.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    program = find_chromium()
    if program is None:
        pytest.skip("needs a Chromium (CHROMIUM_PATH)")
    if not LABEXTENSION.is_dir():
        pytest.skip("needs the front end: make frontend")
    with sync_playwright() as playwright:
        running = launch(playwright, program)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab of a browser that knows nobody; how it looked is kept where a test fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(_TIMEOUT_MS)
    made = context.new_page()
    failures = request.session.testsfailed
    yield made
    if request.session.testsfailed > failures:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        made.screenshot(path=SCREENSHOTS / f"failed-{request.node.name}.png")
    context.close()


@pytest.fixture
def server(sandbox: Sandbox, tmp_path: Path) -> Iterator[JupyterServer]:
    """The person's JupyterLab, with a base_url."""
    folder = tmp_path / "server"
    quiet_settings(folder / "config")
    made = JupyterServer(sandbox.environ, folder, application="lab", base_url="/user/ada/")
    with made:
        yield made


@pytest.fixture
def lab(server: JupyterServer, page: Page) -> Lab:
    """The panel, open and logged in."""
    return Lab(page, server.url).open(server.token)


@pytest.fixture
def write(server: JupyterServer) -> Callable[[str, str], Path]:
    """Puts a file where the file browser shows it."""

    def put(name: str, text: str) -> Path:
        path = server.root / name
        path.write_text(text, "utf-8")
        return path

    return put
