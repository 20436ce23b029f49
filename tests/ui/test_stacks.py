"""A stack is chosen by clicking, and what comes of it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.channel import LocalChannel
from tests.support.frameworks import from_wheels, torch, wheel
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.axe import violations
from tests.ui.disk import Disk
from tests.ui.lab import OPERATION_MS, READY_MS, Lab, clean_console, quiet_settings

STACK = """\
name: lab
channels: [{channel}]
dependencies: [python, ipykernel, tqdm, pip, {{pip: [torch]}}]
x-jupyter-envs:
  title: Our lab
  description: What we begin with.
  icon: table
  purpose: [Count things, Show how far it is]
  targets:
    cpu: {{disk_gb: 0.2}}
  probe: [torch]
"""


@pytest.fixture
def sandbox(sandbox: Sandbox, tmp_path: Path) -> Sandbox:
    """Whose pip finds a stand-in for torch that is built for CPUs."""
    wheel(tmp_path / "wheels", torch())
    sandbox.environ.update(from_wheels(tmp_path / "wheels"))
    return sandbox


@pytest.fixture
def server(sandbox: Sandbox, channel: LocalChannel, tmp_path: Path) -> Iterator[JupyterServer]:
    """A JupyterLab whose site has two stacks, one of them broken."""
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    text = STACK.format(channel=channel.url)
    (stacks / "lab.yml").write_text(text)
    (stacks / "broken.yml").write_text(text.replace("title:", "titel:"))
    folder = tmp_path / "server"
    quiet_settings(folder / "config")
    made = JupyterServer(
        sandbox.environ,
        folder,
        application="lab",
        config={"EnvsApp": {"stacks_dirs": [str(stacks)]}},
    )
    with made:
        yield made


def card(page: Page, title: str) -> Locator:
    """The card of a stack."""
    heading = page.get_by_role("heading", name=title, exact=True)
    found = page.locator(".jp-Envs-card").filter(has=heading)
    expect(found).to_be_visible(timeout=READY_MS)
    return found


def test_a_stack_is_chosen_made_and_probed(lab: Lab, sandbox: Sandbox) -> None:
    with clean_console(lab):
        lab.panel.get_by_role("button", name="From a stack…").click()
        mine = card(lab.page, "Our lab")
        expect(mine).to_contain_text("What we begin with.")
        expect(mine).to_contain_text("For the CPU")
        expect(mine).to_contain_text("about 200 MB · from your administrator")
        broken = card(lab.page, "broken")
        expect(broken).to_contain_text("cannot be used")
        expect(broken.get_by_role("button")).to_have_count(0)
        expect(card(lab.page, "RAPIDS")).to_contain_text("It needs an NVIDIA GPU.")
        lab.screenshot("stacks")
        assert violations(lab.page, "#jupyter-envs-stacks") == []

        mine.get_by_role("button", name="Create Our lab…").click()
        dialog = lab.page.locator(".jp-Dialog")
        expect(dialog.get_by_label("Name")).to_have_value("lab")
        dialog.get_by_label("Name").fill("counting")
        lab.screenshot("stack-create")
        assert violations(lab.page, ".jp-Dialog-content") == []
        lab.accept("Create")
        lab.wait_for("counting", "ready", timeout=OPERATION_MS)
        _it_was_tried(lab)
    disk = Disk(sandbox, "counting")
    assert disk.generation == 1
    assert disk.version("tqdm")


def _it_was_tried(lab: Lab) -> None:
    """By itself, since the stack names it; and again on request."""
    said = "torch 2.13.0 is a build for the CPU: it cannot use a GPU"
    badge = lab.row("counting").locator(".jp-Envs-probeBadge")
    expect(badge).to_have_text("CPU build", timeout=OPERATION_MS)
    lab.unfold("counting")
    tried = lab.row("counting").get_by_role("list", name="What was tried")
    expect(tried).to_contain_text(f"{said}here")
    expect(tried).to_contain_text("it computes rightly on the CPU")
    lab.click("counting", "Probe")
    toast = lab.page.locator(".Toastify__toast", has_text=f"counting: {said}.")
    expect(toast).to_be_visible(timeout=OPERATION_MS)
    lab.screenshot("probed")
    assert violations(lab.page, "#jupyter-envs-panel") == []
