"""What a screen reader or a weak eye would stumble over, found by axe-core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

_RUN = """
async selector => {
  const found = await axe.run(selector, { resultTypes: ['violations'] });
  return found.violations.map(one => ({
    rule: one.id,
    help: one.help,
    nodes: one.nodes.map(node => `${node.html.slice(0, 200)} ${node.failureSummary}`)
  }));
}
"""


def violations(page: Page, selector: str) -> list[dict[str, Any]]:
    """What is wrong in the part of a page that a CSS selector names. Skips without axe-core."""
    if not _AXE.is_file():
        pytest.skip("needs axe-core: make frontend")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN, selector)
    return found
