"""Archive and recreate, disk space, and Git's word on a file: the screen and the disk."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.disk import Disk
from tests.ui.lab import OPERATION_MS, Lab, clean_console

Write = Callable[[str, str], Path]

SPEC = "name: small\ndependencies:\n  - python\n  - ipykernel\n  - demo-lib=1.0\n"


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    """With a cache of their own: what is cleaned up is nobody else's."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / "cache")
    return sandbox


def test_archive_and_recreate(lab: Lab, sandbox: Sandbox, write: Write) -> None:
    disk = Disk(sandbox, "small")
    write("small.yml", SPEC)
    lab.context_menu("small.yml", "Create Environment")
    row = lab.wait_for("small", "ready")
    digest, packages = disk.lock_digest, disk.packages
    with clean_console(lab):
        lab.unfold("small")
        expect(row.get_by_text("Removing it frees")).to_be_visible()
        shown = row.locator("dd", has_text="Removing it frees").inner_text()
        by_environment = sandbox.json("storage")["by_environment"]
        assert [one["unique"] // 1_000_000 for one in by_environment] == [
            int(shown.split()[-2]) if shown.endswith(" MB") else 0
        ]

        lab.click("small", "Archive…")
        dialog = lab.page.locator(".jp-Dialog")
        expect(dialog).to_contain_text("Its 1 generation and its kernel are taken away.")
        lab.screenshot("archive")
        lab.accept("Cancel")
        assert disk.generation == 1
        lab.click("small", "Archive…")
        lab.accept("Archive")
        lab.wait_for("small", "archived")
        expect(row.locator(".jp-Envs-summary")).to_have_text(f"python · {packages} packages")
        expect(row.get_by_role("button", name="Recreate")).to_be_visible()
        expect(row.get_by_role("button", name="Notebook")).to_have_count(0)
        row.get_by_text("Packages", exact=True).click()
        expect(row.get_by_role("row", name="demo-lib 1.0")).to_be_visible()
        lab.screenshot("archived")
        assert not disk.path.exists()
        assert disk.generations == []
        expect(lab.page.locator('.jp-LauncherCard[title="small (Python)"]')).to_have_count(0)
        # A page that comes later sees the same.
        lab.reload()
        lab.wait_for("small", "archived")

        row.locator("button.jp-Envs-title").click()
        lab.click("small", "Recreate")
        lab.watch("small", until="running")
        lab.wait_for("small", "ready")
        expect(row.locator(".jp-Envs-title .jp-Envs-chip")).to_have_count(0)
    assert disk.lock_digest == digest
    assert disk.packages == packages
    assert disk.kernel_prefix == disk.prefix


def test_clean_up_shows_first_what_goes(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.create("python", "ipykernel", "demo-lib=1.0", name="small")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.wait_for("small", "ready")
    sandbox.run("remove", "small", "--yes")
    expect(lab.row("small")).to_have_count(0, timeout=OPERATION_MS)
    sandbox.wait_for_workers()
    lab.panel.get_by_text("Disk space").click()
    lab.panel.get_by_role("button", name="Clean up…").click()
    dialog = lab.page.locator(".jp-Dialog")
    total = dialog.locator(".jp-Envs-total")
    expect(total).to_be_visible()
    plan = sandbox.json("clean", "--dry-run")
    expect(total).to_have_text(f"{plan['bytes'] / 1e6:.0f} MB will be freed.")
    dialog.locator(".jp-Envs-kind", has_text="Cached packages").locator("summary").click()
    lab.screenshot("clean")
    named = dialog.locator(".jp-Envs-kind li")
    packages = [one["name"] for one in plan["items"] if one["kind"] == "package"]
    assert len(packages) > 3
    for name in packages[:3]:
        expect(named.filter(has_text=name).first).to_be_visible()
    lab.accept("Remove")
    expect(lab.page.get_by_text("were freed.").first).to_be_visible(timeout=OPERATION_MS)
    assert sandbox.json("clean", "--dry-run")["items"] == []
    lab.screenshot("disk-space")


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_what_git_has_of_the_file(
    lab: Lab, sandbox: Sandbox, server: JupyterServer, write: Write
) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(
            ["git", *who, *arguments],
            cwd=server.root,
            env=sandbox.environ,
            check=True,
            capture_output=True,
        )

    file = write("small.yml", SPEC)
    lab.context_menu("small.yml", "Create Environment")
    lab.wait_for("small", "ready")
    row = lab.unfold("small")
    title = row.locator("button.jp-Envs-title")
    state = row.locator(".jp-Envs-git")
    expect(row.get_by_role("button", name="small.yml")).to_be_visible()
    expect(state).to_have_count(0)

    git("init", "--quiet")
    git("add", "small.yml")
    git("commit", "--quiet", "--message", "an environment")
    title.click()
    title.click()
    expect(state).to_contain_text("committed (")

    file.write_text(SPEC.replace("1.0", "2.0"), "utf-8")
    lab.panel.get_by_role("button", name="Refresh").click()
    expect(state).to_contain_text("changed since HEAD")
    expect(row.locator(".jp-mod-behind")).to_have_text("file changed")
    row.get_by_role("button", name="Show what differs").click()
    dialog = lab.page.locator(".jp-Dialog")
    # The environment was made from what was committed, so both say the same.
    expect(dialog.locator("ins")).to_have_text(["+  - demo-lib=2.0"] * 2)
    expect(dialog.locator("del")).to_have_text(["-  - demo-lib=1.0"] * 2)
    lab.screenshot("source")
    lab.accept("Close")


def test_a_deleted_generation_is_repaired(lab: Lab, sandbox: Sandbox, write: Write) -> None:
    disk = Disk(sandbox, "small")
    write("small.yml", SPEC)
    lab.context_menu("small.yml", "Create Environment")
    lab.wait_for("small", "ready")
    digest = disk.lock_digest
    with clean_console(lab):
        shutil.rmtree(disk.prefix)
        row = lab.wait_for("small", "broken")
        expect(row.get_by_text("damaged", exact=True)).to_be_visible()
        row.locator("button.jp-Envs-title").click()  # no generation is left to be unfolded
        expect(row.get_by_role("button", name="Repair")).to_be_visible()
        expect(row.get_by_role("button", name="Notebook")).to_have_count(0)
        lab.screenshot("damaged")

        lab.click("small", "Repair")
        lab.wait_for("small", "ready")
    assert (disk.generation, disk.lock_digest) == (2, digest)
    assert disk.version("demo_lib") == "1.0"
