"""The panel in the dark theme: every text can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.lab import Lab, quiet_settings

#: WCAG 2.1 AA for text of this size; large and bold text may have less.
_CONTRAST = 4.5

_COLOURS = """
element => {
  let behind = element;
  let background = 'rgba(0, 0, 0, 0)';
  while (behind && /, 0\\)$|transparent/.test(background)) {
    background = getComputedStyle(behind).backgroundColor;
    behind = behind.parentElement;
  }
  return [getComputedStyle(element).color, background];
}
"""


@pytest.fixture(params=["light", "dark"])
def themed(
    request: pytest.FixtureRequest, sandbox: Sandbox, page: Page, tmp_path: Path
) -> Iterator[Lab]:
    """The panel with an environment that is behind and one that was not made."""
    folder = tmp_path / "server"
    quiet_settings(folder / "config", dark=request.param == "dark")
    spec = sandbox.spec("python", "ipykernel", name="small")
    sandbox.run("create", spec)
    spec.write_text(spec.read_text() + "\n")
    with JupyterServer(sandbox.environ, folder, application="lab") as server:
        server.client.post(
            "environments",
            {"source": {"kind": "spec", "text": "name: torn\ndependencies: [python, demo-lib=99]"}},
        ).expect(202)
        lab = Lab(page, server.url).open(server.token)
        dark = "false" if request.param == "dark" else "true"
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", dark)
        yield lab


def test_every_text_can_be_read(
    themed: Lab, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    themed.unfold("small")
    themed.wait_for("torn", "failed")
    next((sandbox.envs / "small" / "conda-meta").glob("comm-*.json")).unlink()
    expect(themed.row("small").locator(".jp-Envs-badge")).to_have_count(1)
    expect(themed.row("small").locator(".jp-Envs-verdicts li").first).to_be_visible()
    themed.screenshot(f"theme-{request.node.callspec.params['themed']}")
    themed.panel.get_by_text("Disk space").click()
    expect(themed.panel.locator(".jp-Envs-disk .jp-Envs-table")).to_be_visible()
    texts = themed.panel.locator(
        ".jp-Envs-name, .jp-Envs-summary, .jp-Envs-chip, .jp-Envs-button:not(:disabled),"
        " .jp-Envs-message, .jp-Envs-hint, .jp-Envs-facts dt, .jp-Envs-facts dd, .jp-Envs-aside,"
        " .jp-Envs-badge, .jp-Envs-verdicts li, .jp-Envs-link, .jp-Envs-table :is(th, td),"
        " .jp-Envs-gpuNumbers"
    ).all()
    assert len(texts) > 15
    faint = {text.inner_text(): round(contrast(text), 2) for text in texts}
    assert {text: value for text, value in faint.items() if value < _CONTRAST} == {}


def test_every_text_of_the_past_can_be_read(
    themed: Lab, sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    theme = request.node.callspec.params["themed"]
    sandbox.run("update", "small", sandbox.spec("python", "ipykernel", "demo-lib", name="small"))
    themed.panel.get_by_role("button", name="Refresh").click()
    themed.unfold("small")
    themed.click("small", "History")
    page = themed.page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .jp-Envs-page")
    expect(page.get_by_role("table")).to_contain_text("demo-lib")
    themed.screenshot(f"history-{theme}")
    assert faint_texts(page) == {}
    themed.panel.get_by_role("button", name="What ran when").click()
    expect(page.get_by_role("table")).to_contain_text("small")
    themed.screenshot(f"audit-{theme}")
    assert faint_texts(page) == {}


def faint_texts(page: Locator) -> dict[str, float]:
    """Texts of a page that cannot be read well, each with its contrast."""
    texts = page.locator(
        "h2, h3, h4, th, td, time, summary, .jp-Envs-aside, .jp-Envs-link, .jp-Envs-note,"
        " .jp-Envs-button:not(:disabled), label > span, strong, p"
    ).all()
    assert len(texts) > 15
    seen = {text.inner_text(): round(contrast(text), 2) for text in texts if text.is_visible()}
    return {text: value for text, value in seen.items() if value < _CONTRAST}


def contrast(text: Locator) -> float:
    """Of a text to what is behind it, by WCAG's formula."""
    front, back = (numbers(colour) for colour in text.evaluate(_COLOURS))
    alpha = front[3] if len(front) > 3 else 1.0
    seen = [alpha * f + (1 - alpha) * b for f, b in zip(front[:3], back[:3], strict=True)]
    first, second = luminance(seen), luminance(back[:3])
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def numbers(colour: str) -> list[float]:
    """Of ``rgb(r, g, b)`` or ``rgba(r, g, b, a)``."""
    return [float(part) for part in re.findall(r"[\d.]+", colour)]


def luminance(colour: list[float]) -> float:
    """WCAG's relative luminance of red, green and blue from 0 to 255."""
    shares = (value / 255 for value in colour)
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
