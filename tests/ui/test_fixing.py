"""From a file that cannot be used to an environment, by the buttons beside what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.support.sandbox import Sandbox
from tests.ui.disk import Disk
from tests.ui.lab import OPERATION_MS, Lab, clean_console

Write = Callable[[str, str], Path]

TEAM = """\
# 🌍 what the team uses
name: team
dependencies:
  - python
  - ipykernel =>6   # as it comes
  - demo-lib: 1.0
prefix: /home/ada/envs/team
"""

MENDED = """\
# 🌍 what the team uses
name: team
dependencies:
  - python
  - ipykernel >=6   # as it comes
  - demo-lib=1.0
"""


def open_file(lab: Lab, name: str) -> Locator:
    """A file in JupyterLab's own editor; its text."""
    lab.open_files()
    entry = lab.page.locator(f'.jp-DirListing-item[title*="Name: {name}"]')
    if entry.count() == 0:
        lab.page.get_by_role("button", name="Refresh the file browser").click()
    entry.dblclick()
    text = lab.page.locator(".jp-Document:not(.lm-mod-hidden) .jp-FileEditor .cm-content")
    expect(text).to_be_visible()
    return text


def test_a_file_with_errors_is_fixed_by_clicks_and_created(
    lab: Lab, write: Write, sandbox: Sandbox
) -> None:
    file = write("team.yml", TEAM)
    with clean_console(lab):
        lab.context_menu("team.yml", "Create Environment")
        form = lab.page.locator(".jp-Envs-specEditor")
        expect(form.get_by_text("2 errors")).to_be_visible()
        lab.screenshot("fixes")
        form.get_by_role("button", name="Fix: Write demo-lib=1.0").click()
        text = form.locator(".cm-content")
        expect(text).to_contain_text("- demo-lib=1.0")
        expect(form.get_by_text("1 error")).to_be_visible()
        # One step back, and no more than that.
        lab.page.keyboard.press("Control+Z")
        expect(form.get_by_text("2 errors")).to_be_visible()
        expect(text).to_contain_text("- demo-lib: 1.0")

        form.get_by_role("button", name="Fix all").click()
        expect(form.get_by_text("team can be made from this text.")).to_be_visible()
        expect(form.locator(".jp-Envs-fix")).to_have_count(0)
        assert file.read_text("utf-8") == TEAM  # until the person saves it
        lab.page.keyboard.press("Control+Z")
        expect(form.get_by_text("2 errors")).to_be_visible()
        lab.page.keyboard.press("Control+Shift+Z")
        form.get_by_role("button", name="Save and create").click()
        lab.wait_for("team", "ready")
    assert file.read_text("utf-8") == MENDED
    assert Disk(sandbox, "team").version("demo_lib") == "1.0"


def test_a_file_in_the_ordinary_editor(lab: Lab, write: Write) -> None:
    checks: list[str] = []
    lab.page.on(
        "request",
        lambda one: checks.append(one.post_data or "") if "specs/check" in one.url else None,
    )
    write("environment.yml", TEAM)
    write("settings.yml", "name: settings\nchannels: [news]\ncolour =>: red\n")
    with clean_console(lab):
        text = open_file(lab, "environment.yml")
        mark = text.locator(".cm-lintRange-error", has_text="demo-lib: 1.0")
        expect(mark).to_be_visible()
        mark.hover()
        tip = lab.page.locator(".cm-tooltip-lint")
        expect(tip).to_contain_text("Because of the colon conda would silently leave demo-lib out")
        lab.screenshot("tooltip")
        tip.get_by_role("button", name="Fix: Write demo-lib=1.0").click()
        expect(text).to_contain_text("- demo-lib=1.0")
        expect(mark).to_have_count(0)
        # By keyboard: the list of what was found.
        lab.page.keyboard.press("Control+Shift+M")
        expect(lab.page.locator(".cm-panel-lint li")).to_have_count(2)
        lab.page.keyboard.press("Escape")
        text.click(button="right")
        lab.page.locator(".lm-Menu-itemLabel", has_text="Fix What Was Found").click()
        expect(text.locator(".cm-lintRange")).to_have_count(0)
        expect(text).to_contain_text("- ipykernel >=6")
        expect(text).not_to_contain_text("prefix:")

        text = open_file(lab, "settings.yml")
        text.click()
        lab.page.keyboard.insert_text("# another line\n")
        lab.page.wait_for_timeout(1_000)
        assert checks
        assert not [text for text in checks if "settings" in text]
        expect(text.locator(".cm-lintRange")).to_have_count(0)


def test_an_update_from_a_file_with_errors_offers_the_editor(
    lab: Lab, write: Write, sandbox: Sandbox
) -> None:
    file = write("team.yml", MENDED.replace("demo-lib=1.0", "demo-lib=2.0"))
    sandbox.run("create", file)
    file.write_text(TEAM, "utf-8")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.click("team", "Update from file")
    lab.accept("Open in the editor")
    form = lab.page.locator(".jp-Envs-specEditor")
    form.get_by_role("button", name="Fix all").click()
    form.get_by_role("button", name="Save and update team").click()
    expect(lab.row("team")).to_contain_text("generation 2", timeout=OPERATION_MS)
    assert file.read_text("utf-8") == MENDED
    assert Disk(sandbox, "team").version("demo_lib") == "1.0"
