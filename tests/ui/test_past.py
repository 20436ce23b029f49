"""What was, by clicking: the history of an environment, what ran when, and ways back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.disk import Disk
from tests.ui.lab import OPERATION_MS, Lab, clean_console, eventually

Write = Callable[[str, str], Path]

BEFORE = "name: climate\ndependencies:\n  - python\n  - ipykernel\n  - demo-lib=1.0\n"
AFTER = "name: climate\ndependencies:\n  - python\n  - ipykernel\n  - demo-lib=2.0\n  - pytz\n"


def area(lab: Lab) -> Locator:
    """The page of the past that is in front."""
    return lab.page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .jp-Envs-page")


def two_generations(lab: Lab, sandbox: Sandbox, write: Write) -> None:
    """An environment that was made and updated."""
    file = write("climate.yml", BEFORE)
    sandbox.run("create", file)
    file.write_text(AFTER, "utf-8")
    sandbox.run("update", "climate")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.wait_for("climate", "ready")


def local(page: Page, moment: datetime) -> str:
    """What a field for local times wants of a moment."""
    return moment.astimezone().strftime("%Y-%m-%dT%H:%M")


def test_history_and_compare_after_an_update(
    lab: Lab, write: Write, sandbox: Sandbox, server: JupyterServer
) -> None:
    with clean_console(lab):
        two_generations(lab, sandbox, write)
        lab.unfold("climate")
        lab.click("climate", "History")
        page = area(lab)
        expect(page.get_by_role("heading", name="History of climate")).to_be_visible()
        events = page.locator(".jp-Envs-day li")
        expect(events).to_have_count(2)
        expect(events.nth(0)).to_contain_text("Updated: generation 2")
        expect(events.nth(1)).to_contain_text("Made: generation 1")
        # The current one with the one before it, without being asked.
        table = page.get_by_role("table", name="Packages that differ")
        expect(table.get_by_role("row").nth(1)).to_have_text("~demo-lib1.02.0")
        told = server.client.get("diff", a="climate@1", b="climate@2").expect(200)
        shown = page.locator(".jp-Envs-difference > p").first
        expect(shown).to_have_text(
            f"1 changed · {len(told['added'])} added · {told['kept']} are the same"
        )
        lines = page.get_by_label("What differs in the file")
        expect(lines.locator(".jp-mod-added")).to_have_text(["+  - demo-lib=2.0\n", "+  - pytz\n"])
        lab.screenshot("history")

        page.get_by_role("button", name="Swap").click()
        expect(table.get_by_role("row").nth(1)).to_have_text("~demo-lib2.01.0")
        # What happens meanwhile is told: a rollback here, by a click in the panel.
        lab.click("climate", "Roll back")
        expect(events.first).to_contain_text("Generation 1 made current")


def test_what_ran_at_a_time(lab: Lab, write: Write, sandbox: Sandbox) -> None:
    with clean_console(lab):
        two_generations(lab, sandbox, write)
        disk = Disk(sandbox, "climate")
        digest = disk.lock_digest
        lab.unfold("climate")
        lab.click("climate", "Notebook")
        assert lab.run_cell("print('ran')") == "ran"
        ran = datetime.now().astimezone()
        lab.panel.get_by_role("button", name="What ran when").click()
        page = area(lab)
        rows = page.get_by_role("table", name="Notebooks and kernels").locator("tbody tr")

        def look_up() -> int:
            page.get_by_role("button", name="Look it up").click()
            expect(page).to_have_attribute("aria-busy", "false")
            return rows.count()

        # It is recorded a moment after the kernel's start.
        eventually(look_up, lambda count: count == 1)
        row = rows.first
        expect(row).to_contain_text("Untitled.ipynb")
        expect(row).to_contain_text("climate")
        expect(row).to_contain_text("generation 2")
        expect(row).to_contain_text("ran then")
        expect(row.locator("code")).to_have_attribute("title", digest)
        lab.screenshot("audit")

        # An hour earlier there was nothing; within the next minute, it ran.
        page.locator("input[type=datetime-local]").fill(local(lab.page, ran - timedelta(hours=1)))
        look_up()
        expect(page).to_contain_text("No start of a kernel is recorded up to then.")
        page.locator("input[type=datetime-local]").fill(local(lab.page, ran + timedelta(minutes=1)))
        page.get_by_role("button", name="Untitled.ipynb").click()
        look_up()
        expect(row).to_contain_text("Untitled.ipynb")
        with lab.page.expect_download() as download:
            row.get_by_role("button", name="Download the exact lock").click()
        lock = disk.prefix / "conda-meta/jupyter-envs/conda-lock.yml"
        assert download.value.path().read_bytes() == lock.read_bytes()
        page.get_by_role("button", name="Check the record").click()
        expect(page.get_by_text("It holds: no line was changed or removed")).to_be_visible()


def test_from_a_digest_back_to_an_environment(lab: Lab, write: Write, sandbox: Sandbox) -> None:
    with clean_console(lab):
        made = sandbox.create("python", "ipykernel", "demo-lib=1.0", name="gone")
        sandbox.run("remove", "gone", "--yes")
        digest = made["lock_digest"]
        lab.panel.get_by_role("button", name="What ran when").click()
        page = area(lab)
        page.get_by_label("Lock digest").fill(digest[:10])
        page.get_by_label("Lock digest").press("Enter")
        expect(page).to_contain_text("No environment here has these packages now.")
        page.get_by_role("button", name="Recreate from this lock…").first.click()
        lab.accept("Create")
        lab.wait_for("gone", "ready")
        assert Disk(sandbox, "gone").lock_digest == digest
        page.get_by_role("button", name="Look it up").click()
        expect(page).to_contain_text("Here in: gone, generation 1 (current).")
        lab.screenshot("audit-digest")


def test_a_notebook_that_says_what_it_ran_on(
    lab: Lab, sandbox: Sandbox, server: JupyterServer
) -> None:
    made = sandbox.create("python", "ipykernel", name="gone")
    digest = made["lock_digest"]

    def notebook(name: str, metadata: dict[str, object]) -> None:
        content = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        (server.root / name).write_text(json.dumps(content), "utf-8")
        lab.open_files()
        lab.page.get_by_role("button", name="Refresh the file browser").click()
        lab.page.locator(f'.jp-DirListing-item[title*="Name: {name}"]').dblclick()
        lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)").wait_for()
        select = lab.page.locator(".jp-Dialog").get_by_role("button", name="No Kernel")
        select.click()

    offer = lab.page.locator(".Toastify__toast", has_text="ran on packages that no environment")
    notebook("here.ipynb", {"jupyter_envs": {"lock_digest": digest}})
    sandbox.run("remove", "gone", "--yes")
    expect(lab.row("gone")).to_have_count(0)
    notebook("plain.ipynb", {})
    expect(offer).to_have_count(0)
    notebook("stamped.ipynb", {"jupyter_envs": {"lock_digest": digest}})
    expect(offer).to_contain_text("stamped.ipynb")
    lab.screenshot("stamped")
    offer.get_by_role("button", name="Recreate the environment…").click()
    lab.accept("Create")
    lab.wait_for("gone", "ready", timeout=OPERATION_MS)
    assert Disk(sandbox, "gone").lock_digest == digest
