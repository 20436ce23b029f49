"""Ways to an environment other than the shortest: writing, mending, names, failures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.disk import Disk
from tests.ui.lab import READY_MS, Lab, clean_console

Write = Callable[[str, str], Path]

SMALL = "name: small\ndependencies:\n  - python\n  - ipykernel\n"


def editor(lab: Lab) -> Locator:
    """The form with the text of an environment.yml."""
    return lab.page.locator(".jp-Envs-specEditor")


def type_text(lab: Lab, text: str) -> None:
    """Replace the whole text."""
    editor(lab).locator(".cm-content").click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.insert_text(text)


def test_write_a_new_one_with_its_faults_shown(
    lab: Lab, server: JupyterServer, sandbox: Sandbox
) -> None:
    with clean_console(lab):
        lab.panel.get_by_role("button", name="New environment").first.click()
        form = editor(lab)
        expect(form.get_by_text("my-env can be made from this text.")).to_be_visible()
        type_text(lab, "name: small\ndependencies:\n  - python: 3.10\n  - numpy =>1.2\n")
        finding = form.locator(".jp-Envs-diagnostics li").first
        expect(finding).to_contain_text("Because of the colon conda would silently leave")
        expect(form.get_by_role("button", name="Save and create")).to_be_disabled()
        expect(form.locator(".cm-lintRange-error").first).to_have_text("python: 3.10")
        lab.screenshot("faults")
        finding.locator(".jp-Envs-finding").click()
        selected = lab.page.evaluate("() => document.getSelection().toString()")
        assert selected.strip().startswith("python")

        type_text(lab, SMALL)
        expect(form.get_by_text("small can be made from this text.")).to_be_visible()
        form.get_by_label("Save as").fill("small.yml")
        form.get_by_role("button", name="Save and create").click()
        lab.wait_for("small", "ready")
    assert (server.root / "small.yml").read_text() == SMALL
    assert Disk(sandbox, "small").generation == 1
    assert lab.facts("small")["File"] == str(server.root / "small.yml")


def test_a_file_that_cannot_be_used_is_opened_to_be_mended(lab: Lab, write: Write) -> None:
    file = write("broken.yml", "name: broken\ndependencies: numpy\n")
    lab.context_menu("broken.yml", "Create Environment")
    form = editor(lab)
    expect(form.locator(".jp-Envs-diagnostics")).to_contain_text("has to be a list")
    assert file.read_text() == "name: broken\ndependencies: numpy\n"
    type_text(lab, "name: broken\ndependencies:\n  - python\n  - ipykernel\n")
    form.get_by_role("button", name="Save and create").click()
    lab.wait_for("broken", "ready")
    assert file.read_text().endswith("- ipykernel\n")


def test_a_file_that_nobody_has_seen_is_not_written_over(lab: Lab, write: Write) -> None:
    file = write("environment.yml", "name: theirs\n")
    lab.panel.get_by_role("button", name="New environment").first.click()
    form = editor(lab)
    form.get_by_role("button", name="Save and create").click()
    expect(form).to_contain_text("There is already a file environment.yml.")
    assert file.read_text() == "name: theirs\n"
    assert lab.names() == []


def test_from_an_open_editor(lab: Lab, write: Write) -> None:
    write("small.yml", SMALL)
    lab.open_files()
    lab.page.locator('.jp-DirListing-item[title*="Name: small.yml"]').dblclick()
    text = lab.page.locator(".jp-FileEditor .cm-content")
    text.click()
    text.click(button="right")
    lab.page.locator(".lm-Menu-itemLabel", has_text="Create Environment from this File").click()
    lab.wait_for("small", "ready")


def test_a_name_that_is_taken(lab: Lab, write: Write, sandbox: Sandbox) -> None:
    sandbox.create("python", "ipykernel", name="small")
    write("small.yml", SMALL + "  - demo-lib\n")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.wait_for("small", "ready")

    lab.context_menu("small.yml", "Create Environment")
    expect(lab.page.locator(".jp-Dialog")).to_contain_text("There is already an environment")
    lab.screenshot("name-taken")
    lab.accept("Another name…")
    lab.accept("Create")  # the one that is suggested
    lab.wait_for("small-2", "ready")
    assert Disk(sandbox, "small").generation == 1

    lab.context_menu("small.yml", "Create Environment")
    lab.accept("Update it")
    lab.wait_for("small", "running")
    lab.wait_for("small", "ready")
    assert Disk(sandbox, "small").generation == 2


def test_a_file_without_a_name_is_asked_for_one(lab: Lab, write: Write) -> None:
    write("nameless.yml", SMALL.partition("\n")[2])
    lab.context_menu("nameless.yml", "Create Environment")
    lab.page.locator(".jp-Dialog input").fill("given")
    lab.accept("Create")
    lab.wait_for("given", "ready")


def test_a_conflict_is_told_with_what_to_do(lab: Lab, write: Write, sandbox: Sandbox) -> None:
    write("torn.yml", "name: torn\ndependencies:\n  - python\n  - demo-lib=99\n")
    lab.context_menu("torn.yml", "Create Environment")
    row = lab.wait_for("torn", "failed")
    expect(row).to_contain_text("Not created")
    expect(row).to_contain_text("the versions of demo-lib are: ")
    expect(row).to_contain_text("The nearest that exists: demo-lib=2")
    lab.screenshot("failed")
    row.get_by_role("button", name="Show log").click()
    expect(row.get_by_role("list", name="Log")).to_contain_text("Reading channels")
    lab.click("torn", "Dismiss")
    expect(lab.row("torn")).to_have_count(0)
    assert Disk(sandbox, "torn").is_gone


def test_clone_and_download(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.create("python", "ipykernel", name="small")
    lab.panel.get_by_role("button", name="Refresh").click()
    row = lab.unfold("small")
    lab.click("small", "Clone…")
    lab.page.locator(".jp-Dialog input").fill("twin")
    lab.accept("Create")
    lab.wait_for("twin", "ready")
    assert Disk(sandbox, "twin").lock_digest == Disk(sandbox, "small").lock_digest

    with lab.page.expect_download() as download:
        row.get_by_label("Format").select_option("lock")
        row.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "small.conda-lock.yml"
    lock = Disk(sandbox, "small").prefix / "conda-meta/jupyter-envs/conda-lock.yml"
    assert download.value.path().read_bytes() == lock.read_bytes()


def test_a_terminal_is_activated(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.create("python", "ipykernel", name="small")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.unfold("small")
    lab.click("small", "Terminal here")
    lab.page.locator(".jp-Terminal").wait_for()
    proof = sandbox.folder / "proof"
    lab.page.locator(".jp-Terminal textarea").focus()
    lab.page.keyboard.type(f'echo "$CONDA_PREFIX $(command -v python)" > {proof}\n')
    deadline = 100
    while not (proof.exists() and proof.read_text().strip()) and deadline:
        lab.page.wait_for_timeout(100)
        deadline -= 1
    prefix, python = proof.read_text().split()
    assert Path(prefix).resolve() == Disk(sandbox, "small").prefix
    assert Path(python).resolve().is_relative_to(Disk(sandbox, "small").prefix)


def test_a_console_runs_on_it(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.create("python", "ipykernel", name="small")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.unfold("small")
    lab.click("small", "Console")
    status = lab.page.locator("#jp-main-statusbar").get_by_text("small (Python) | Idle")
    expect(status).to_be_visible(timeout=READY_MS)
    prompt = lab.page.locator(".jp-CodeConsole-promptCell .cm-content")
    prompt.click()
    lab.page.keyboard.insert_text("import sys; print(sys.prefix)")
    lab.page.keyboard.press("Shift+Enter")
    printed = lab.page.locator(".jp-CodeConsole .jp-OutputArea-output").last
    expect(printed).to_have_text(str(Disk(sandbox, "small").prefix))


def test_packages_and_keyboard(lab: Lab, sandbox: Sandbox) -> None:
    sandbox.create("python", "ipykernel", "demo-lib=1.0", name="small")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.row("small").locator("button.jp-Envs-title").focus()
    lab.page.keyboard.press("Enter")
    row = lab.unfold("small")
    row.get_by_text("Packages", exact=True).click()
    table = row.locator(".jp-Envs-packages")
    expect(table.locator("tbody tr")).to_have_count(Disk(sandbox, "small").packages)
    table.get_by_label("Filter packages").fill("demo")
    expect(table.locator("tbody tr")).to_have_text(["demo-lib1.0pyh_0"])
    assert table.locator("tr.jp-mod-asked").count() == 1
