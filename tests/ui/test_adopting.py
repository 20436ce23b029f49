"""What another tool made is looked at, adopted and updated in the panel; locks by the mouse."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.operations.test_unmanaged import SPECS, make_theirs
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox
from tests.ui.lab import OPERATION_MS, Lab, clean_console

Write = Callable[[str, str], Path]


def test_what_another_tool_made_is_adopted(
    lab: Lab, sandbox: Sandbox, channel: LocalChannel
) -> None:
    prefix = make_theirs(sandbox, channel.url, *SPECS, name="theirs")
    inode = prefix.stat().st_ino
    with clean_console(lab):
        lab.reload()
        row = lab.row("theirs")
        expect(row).to_be_visible()
        row.locator("button.jp-Envs-title").click()
        row.get_by_role("button", name="Adopt…").click()
        dialog = lab.page.locator(".jp-Dialog")
        expect(dialog).to_contain_text("Nothing is moved and nothing is installed.")
        expect(dialog.get_by_label("Its environment.yml")).to_contain_text("demo-lib=1.0")
        lab.screenshot("adopt-unmanaged")

        lab.accept("Adopt")

        summary = row.locator(".jp-Envs-summary")
        expect(summary).to_contain_text("generation 0", timeout=OPERATION_MS)
        assert lab.generations("theirs") == {0: True}
    # On the disk it is where it was, and jupyter has its kernel.
    assert (prefix.is_symlink(), prefix.stat().st_ino) == (False, inode)
    assert sandbox.kernel_names() == ["conda-env-theirs-py"]

    sandbox.run("update", "theirs", sandbox.spec(*SPECS, "tqdm", name="theirs"))

    lab.wait_for("theirs", "ready")
    expect(lab.row("theirs").locator(".jp-Envs-generations li")).to_have_count(2)
    assert lab.generations("theirs") == {0: False, 1: True}
    assert os.readlink(prefix).endswith("theirs/1")


def test_what_cannot_be_adopted_says_why_and_what_to_do(
    lab: Lab, sandbox: Sandbox, channel: LocalChannel
) -> None:
    make_theirs(sandbox, channel.url, "python", name="bare")
    lab.reload()
    row = lab.row("bare")
    row.locator("button.jp-Envs-title").click()
    row.get_by_role("button", name="Adopt…").click()

    dialog = lab.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("bare cannot be adopted")
    expect(dialog).to_contain_text("there is no kernel in it")
    expect(dialog.locator(".jp-Envs-hint")).to_contain_text("ipykernel")
    lab.accept("Close")
    assert not (sandbox.envs / ".jupyter-envs" / "bare").exists()


def test_a_lock_is_written_from_the_menu_of_a_file(lab: Lab, write: Write) -> None:
    file = write("environment.yml", "name: small\ndependencies:\n  - python\n  - ipykernel\n")
    with clean_console(lab):
        lab.context_menu("environment.yml", "Write its Lock")
        toast = lab.page.locator(".Toastify__toast", has_text="conda-lock.yml is written.")
        expect(toast).to_be_visible(timeout=OPERATION_MS)
        toast.get_by_role("button", name="Open").click()
        expect(lab.page.locator(".jp-FileEditor .cm-content")).to_contain_text("content_hash")
    lock = file.with_name("conda-lock.yml").read_text()
    assert "- name: ipykernel" in lock
    assert lab.names() == []
