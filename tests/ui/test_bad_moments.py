"""Whatever happens to server, page or socket: the panel shows the truth again by itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.disk import Disk
from tests.ui.lab import OPERATION_MS, Lab, eventually

Write = Callable[[str, str], Path]

#: bash_kernel takes three seconds to start: time enough to do something in between.
SLOW = """\
name: slow
dependencies:
  - python
  - ipykernel
  - bash_kernel
"""


def begin(lab: Lab, write: Write, text: str = SLOW, name: str = "slow") -> None:
    """Start a create by clicking, and see it go on."""
    write(f"{name}.yml", text)
    lab.context_menu(f"{name}.yml", "Create Environment")
    lab.wait_for(name, "running")


def finished(lab: Lab, sandbox: Sandbox, name: str = "slow") -> None:
    """The screen says what the disk says."""
    disk = Disk(sandbox, name)
    lab.wait_for(name, "ready")
    assert f"{disk.packages} packages" in lab.summary(name)
    assert f"generation {disk.generation}" in lab.summary(name)


def test_the_server_is_killed_and_comes_back_during_a_create(
    lab: Lab, write: Write, sandbox: Sandbox, server: JupyterServer
) -> None:
    begin(lab, write)
    server.kill()
    expect(lab.panel.get_by_text("The server does not answer.")).to_be_visible()
    assert lab.names() == ["slow"]  # what was known stays
    lab.screenshot("away")
    server.restart()
    finished(lab, sandbox)
    expect(lab.panel.get_by_text("The server does not answer.")).to_have_count(0)
    operations = server.client.get("operations").json["operations"]
    assert [(one["verb"], one["state"]) for one in operations] == [("create", "succeeded")]


def test_the_page_is_reloaded_during_a_create(lab: Lab, write: Write, sandbox: Sandbox) -> None:
    begin(lab, write)
    lab.reload()
    assert lab.state("slow") in {"queued", "running", "ready"}
    finished(lab, sandbox)


def test_a_second_tab_shows_the_same(
    lab: Lab, page: Page, write: Write, sandbox: Sandbox, server: JupyterServer
) -> None:
    second = Lab(page.context.new_page(), server.url).open(None)
    begin(lab, write)
    second.wait_for("slow", "running")
    finished(second, sandbox)
    finished(lab, sandbox)
    # And what the second one does, the first one sees.
    second.unfold("slow")
    second.click("slow", "Remove…")
    second.accept("Remove")
    expect(lab.row("slow")).to_have_count(0, timeout=OPERATION_MS)


def test_the_event_socket_is_cut(
    lab: Lab, page: Page, write: Write, sandbox: Sandbox, server: JupyterServer
) -> None:
    # From now on no event gets through, as behind a proxy that knows no sockets.
    page.context.route_web_socket("**/api/events/subscribe**", lambda socket: socket.close())
    lab.reload()
    begin(lab, write)
    seen = lab.watch("slow", until="ready")
    assert len({one["phase"] for one in seen}) > 1, seen
    finished(lab, sandbox)
    assert server.client.get("operations").json["operations"][0]["state"] == "succeeded"


def test_what_the_command_line_does_is_seen(lab: Lab, sandbox: Sandbox) -> None:
    process = sandbox.start("create", sandbox.spec("python", "ipykernel", name="typed"))
    lab.wait_for("typed", "running")
    lab.wait_for("typed", "ready")
    assert process.wait(60) == 0
    cards = lab.page.locator('.jp-LauncherCard[title="typed (Python)"]')
    expect(cards.first).to_be_visible()
    sandbox.run("remove", "typed", "--yes")
    expect(lab.row("typed")).to_have_count(0)


def test_a_killed_worker_is_told_and_can_be_taken_up(
    lab: Lab, write: Write, sandbox: Sandbox
) -> None:
    begin(lab, write)
    lab.page.wait_for_function(
        """() => ['verify', 'install'].includes(
            document.querySelector('.jp-Envs-running')?.dataset.phase)"""
    )
    for pid in sandbox.workers():
        os.killpg(pid, signal.SIGKILL)
    row = lab.wait_for("slow", "interrupted")
    expect(row).to_contain_text("its process ended without a result")
    expect(row).to_contain_text("What was there before is as it was")
    lab.screenshot("interrupted")
    lab.click("slow", "Resume")
    lab.wait_for("slow", "running")
    finished(lab, sandbox)


def test_cancel_leaves_nothing(lab: Lab, write: Write, sandbox: Sandbox) -> None:
    begin(lab, write)
    lab.click("slow", "Cancel")
    expect(lab.row("slow")).to_have_count(0)
    eventually(lambda: Disk(sandbox, "slow").is_gone, bool)
    assert sandbox.workers() == []
