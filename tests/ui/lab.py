"""JupyterLab as a person sees it: where to click, and what stands there."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Locator, Page, expect

from tests.ui.chromium import Console

T = TypeVar("T")

READY_MS = 30_000
#: A create on the local channel, with everything that the tests run beside it.
OPERATION_MS = 120_000

_QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": False}


def quiet_settings(config: Path, *, dark: bool = False) -> None:
    """Settings of JupyterLab that keep its own questions off the screen."""
    folder = config / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notification.jupyterlab-settings").write_text(json.dumps(_QUIET), "utf-8")
    if dark:
        theme = {"theme": "JupyterLab Dark"}
        (folder / "themes.jupyterlab-settings").write_text(json.dumps(theme), "utf-8")


class Lab:
    """One tab. ``url`` is the server's, base_url included."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.console = Console(page)

    def open(self, token: str | None) -> Lab:
        """Load JupyterLab with its panel open; a token logs in."""
        login = f"&token={token}" if token else ""
        self.page.goto(f"{self.url}lab?reset{login}")
        self.settle()
        self.open_panel()
        return self

    def settle(self) -> None:
        """Until JupyterLab can be worked with."""
        expect(self.page.locator("#jp-main-dock-panel")).to_be_visible(timeout=READY_MS)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=READY_MS)

    def reload(self) -> None:
        """As the browser's button does."""
        self.page.reload()
        self.settle()
        self.open_panel()

    def open_panel(self) -> None:
        """Our tab of the side bar."""
        tab = self.page.locator('.lm-TabBar-tab[data-id="jupyter-envs-panel"]')
        expect(tab).to_be_visible(timeout=READY_MS)
        if tab.get_attribute("aria-selected") != "true":
            tab.click()
        expect(self.page.locator(".jp-Envs-panel")).to_have_attribute(
            "aria-busy", "false", timeout=READY_MS
        )

    def open_files(self) -> None:
        """The file browser."""
        tab = self.page.locator('.lm-TabBar-tab[data-id="filebrowser"]')
        if tab.get_attribute("aria-selected") != "true":
            tab.click()  # once more would close it

    # -- the list -----------------------------------------------------------------------------

    @property
    def panel(self) -> Locator:
        """The whole panel."""
        return self.page.locator("#jupyter-envs-panel")

    def row(self, name: str) -> Locator:
        """An environment's line, or the line of one that is being made."""
        return self.panel.locator(f'.jp-Envs-row[data-name="{name}"]')

    def names(self) -> list[str]:
        """All lines, from top to bottom."""
        rows = self.panel.locator(".jp-Envs-row")
        return [str(row.get_attribute("data-name")) for row in rows.all()]

    def state(self, name: str) -> str | None:
        """The state of a line; None where there is no such line."""
        row = self.row(name)
        return row.get_attribute("data-state") if row.count() else None

    def wait_for(self, name: str, state: str, *, timeout: float = OPERATION_MS) -> Locator:
        """Until the line is there and in this state."""
        row = self.row(name)
        expect(row).to_have_attribute("data-state", state, timeout=timeout)
        return row

    def unfold(self, name: str) -> Locator:
        """A line with its details, which have come."""
        row = self.row(name)
        title = row.locator("button.jp-Envs-title")
        if title.get_attribute("aria-expanded") != "true":
            title.click()
        expect(row.locator(".jp-Envs-generations li").first).to_be_visible()
        return row

    def click(self, name: str, button: str) -> None:
        """A button of a line."""
        self.row(name).get_by_role("button", name=button, exact=True).first.click()

    def generations(self, name: str) -> dict[int, bool]:
        """The generations that are shown, each with whether it is the current one."""
        items = self.unfold(name).locator(".jp-Envs-generations li").all()
        return {
            int(item.locator(".jp-Envs-number").inner_text()): bool(
                item.get_attribute("aria-current")
            )
            for item in items
        }

    def facts(self, name: str) -> dict[str, str]:
        """What stands in the details: title to text, the full text where it is cut short."""
        found = self.unfold(name).locator(".jp-Envs-facts")
        titles = [title.inner_text() for title in found.locator("dt").all()]
        values = [v.get_attribute("title") or v.inner_text() for v in found.locator("dd").all()]
        return dict(zip(titles, values, strict=True))

    def summary(self, name: str) -> str:
        """The line below the name."""
        return self.row(name).locator(".jp-Envs-summary").inner_text()

    def watch(self, name: str, until: str, seconds: float = 120) -> list[dict[str, Any]]:
        """What a line showed, each different thing once, until it is in a state."""
        seen: list[dict[str, Any]] = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            now = self.page.evaluate(_LOOK, name)
            if now is not None and (not seen or seen[-1] != now):
                seen.append(now)
            if now is not None and now["state"] == until:
                return seen
            self.page.wait_for_timeout(20)
        raise AssertionError(f"{name} did not become {until}: {seen}")

    # -- elsewhere in JupyterLab --------------------------------------------------------------

    def context_menu(self, file: str, item: str) -> None:
        """Right-click a file of the file browser and choose from the menu."""
        self.open_files()
        entry = self.page.locator(f'.jp-DirListing-item[title*="Name: {file}"]')
        if entry.count() == 0:
            self.page.get_by_role("button", name="Refresh the file browser").click()
        entry.click(button="right")
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}$")).click()

    def run_cell(self, code: str) -> str:
        """Run code in the notebook in front, in its last cell; what it printed."""
        notebook = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        cells = notebook.locator(".jp-Notebook .jp-CodeCell")
        expect(cells.first).to_be_visible(timeout=READY_MS)
        # The tool bar says idle before the kernel is connected, and loses what is run then.
        status = self.page.locator("#jp-main-statusbar").get_by_text("| Idle")
        try:
            expect(status).to_be_visible(timeout=READY_MS)
        except AssertionError:
            # On a busy machine JupyterLab can miss a kernel's first word; a person does this.
            self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
            self.page.locator(".lm-Menu-itemLabel", has_text="Reconnect to Kernel").click()
            expect(status).to_be_visible(timeout=READY_MS)
        editor = cells.last.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)
        expect(editor).to_contain_text(code.splitlines()[-1])
        outputs = notebook.locator(".jp-OutputArea-output")
        before = outputs.count()
        self.page.keyboard.press("Shift+Enter")
        expect(outputs).to_have_count(before + 1, timeout=READY_MS)
        return outputs.last.inner_text().strip()

    def kernel_name(self) -> str:
        """What the tool bar of the notebook in front calls its kernel."""
        notebook = self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        return notebook.locator(".jp-KernelName").inner_text().strip()

    def accept(self, button: str) -> None:
        """A button of the dialog that is open."""
        chosen = self.page.locator(".jp-Dialog").get_by_role("button", name=button, exact=True)
        chosen.click()
        expect(chosen).to_have_count(0)

    def screenshot(self, name: str) -> None:
        """Keep how it looks now, for people."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


SCREENSHOTS = Path(__file__).resolve().parents[2] / ".cache" / "screenshots"

_LOOK = """
name => {
  const row = document.querySelector(`.jp-Envs-row[data-name="${name}"]`);
  if (!row) { return null; }
  const bar = row.querySelector('[role="progressbar"]');
  return {
    state: row.dataset.state,
    phase: row.querySelector('.jp-Envs-running')?.dataset.phase ?? null,
    percent: bar?.ariaValueNow ?? null,
    count: row.querySelector('.jp-Envs-count')?.textContent ?? ''
  };
}
"""


def eventually(ask: Callable[[], T], wanted: Callable[[T], bool], seconds: float = 30) -> T:
    """The answer, once it is what is wanted. Raises AssertionError with the last one."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if wanted(answer):
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"still {answer!r} after {seconds} s")
        time.sleep(0.05)


@contextmanager
def clean_console(lab: Lab) -> Iterator[None]:
    """Nothing that the page complains about meanwhile."""
    yield
    assert lab.console.complaints == []
