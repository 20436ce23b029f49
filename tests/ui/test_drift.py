"""pip in a notebook, and the three ways out in the panel; compared with the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.channel import LocalChannel
from tests.support.pip_index import pip_from_wheels
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.disk import Disk
from tests.ui.lab import OPERATION_MS, Lab, clean_console

Write = Callable[[str, str], Path]

SPEC = """\
# what the team works with
name: story
dependencies:
  - python={python}  # as on the cluster
  - ipykernel
  - tqdm=4.66.1  # bars
  - pip
"""

VERSION = "import importlib.metadata as m, sys\nprint(m.version('tqdm'), sys.prefix)"


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    """Who has an index for pip."""
    sandbox.environ.update(pip_from_wheels())
    return sandbox


def badge(lab: Lab) -> Locator:
    """What the line says of changes."""
    return lab.row("story").locator(".jp-Envs-badge")


def pip(lab: Lab, command: str) -> None:
    """In the notebook in front, as everybody does it."""
    # The magic prints no word where it is quiet but its own note.
    assert lab.run_cell(f"%pip {command} --quiet\nprint('done')").endswith("done")


def way_out(lab: Lab, button: str) -> Locator:
    """The preview of one way out."""
    lab.unfold("story")
    lab.click("story", button)
    dialog = lab.page.locator(".jp-Dialog")
    expect(dialog).to_be_visible()
    return dialog


def settle(lab: Lab, generation: int) -> None:
    """Until the next generation is there, and what runs has moved to it."""
    expect(lab.row("story").locator(".jp-Envs-summary")).to_contain_text(
        f"generation {generation}", timeout=OPERATION_MS
    )
    lab.wait_for("story", "ready")
    offer = lab.row("story").get_by_role("button", name=f"Restart on generation {generation}")
    offer.click()
    expect(offer).to_have_count(0, timeout=OPERATION_MS)


def test_the_story_of_pip_and_tqdm(
    lab: Lab, sandbox: Sandbox, write: Write, channel: LocalChannel
) -> None:
    disk = Disk(sandbox, "story")
    file = write("environment.yml", SPEC.format(python=channel.python_minors[0]))
    lab.context_menu("environment.yml", "Create Environment")
    lab.wait_for("story", "ready")
    expect(badge(lab)).to_have_count(0)
    lab.unfold("story")
    lab.click("story", "Notebook")
    with clean_console(lab):
        _the_badge_appears_by_itself(lab, disk)
        _restore(lab, sandbox, disk, file)
        _adopt(lab, sandbox, disk, file)
        _keep(lab, sandbox, disk)


def _the_badge_appears_by_itself(lab: Lab, disk: Disk) -> None:
    pip(lab, "install --upgrade tqdm")
    expect(badge(lab)).to_have_text("Changed: pip replaced a conda package")
    assert disk.version("tqdm") == "4.70.1"
    lab.unfold("story")
    verdicts = lab.row("story").locator(".jp-Envs-verdicts > li")
    expect(verdicts).to_have_text(
        ["pip replaced the conda package tqdm 4.66.1 by 4.70.1; conda does not know"]
    )
    lab.screenshot("drift")


def _restore(lab: Lab, user: Sandbox, disk: Disk, file: Path) -> None:
    before, text = disk.lock_digest, file.read_text()
    dialog = way_out(lab, "Restore…")
    expect(dialog.get_by_role("row", name="tqdm 4.70.1 4.66.1")).to_be_visible()
    expect(dialog.get_by_role("status")).to_have_text("Every file was looked at.")
    lab.screenshot("drift-restore")
    lab.accept("Cancel")
    assert disk.generations == [1]

    way_out(lab, "Restore…")
    lab.accept("Restore")
    settle(lab, 2)
    expect(badge(lab)).to_have_count(0)
    assert (disk.generation, disk.generations, disk.version("tqdm")) == (2, [1, 2], "4.66.1")
    assert disk.lock_digest == before
    assert file.read_text() == text
    assert user.json("drift", "story", "--level", "content")["state"] == "clean"
    assert lab.run_cell(VERSION).split() == ["4.66.1", str(disk.prefix)]


def _adopt(lab: Lab, user: Sandbox, disk: Disk, file: Path) -> None:
    pip(lab, "install --upgrade tqdm")
    expect(badge(lab)).to_have_text("Changed: pip replaced a conda package")
    dialog = way_out(lab, "Adopt…")
    expect(dialog.locator("del")).to_have_text(["-  - tqdm=4.66.1  # bars"])
    shown = [text[1:] for text in dialog.locator("ins").all_inner_texts()]
    expect(dialog.get_by_label("Also write them into my file, environment.yml")).to_be_checked()
    lab.screenshot("drift-adopt")
    lab.accept("Adopt")
    settle(lab, 3)
    expect(badge(lab)).to_have_count(0)
    # What was shown is what stands there now, and nothing else is different.
    lines = file.read_text().splitlines()
    assert "tqdm==4.70.1" in shown[-1]
    assert [line for line in lines if line in shown] == shown
    kept = ["# what the team works with", "name: story", "  - ipykernel"]
    assert set(kept) < set(lines)
    assert any(line.endswith("# as on the cluster") for line in lines)
    assert "4.66.1" not in file.read_text()
    expect(lab.row("story").locator(".jp-mod-behind")).to_have_count(0)
    assert (disk.generation, disk.version("tqdm")) == (3, "4.70.1")
    assert user.json("drift", "story", "--level", "content")["state"] == "clean"


def _keep(lab: Lab, user: Sandbox, disk: Disk) -> None:
    pip(lab, "uninstall --yes tqdm")
    expect(badge(lab)).to_have_text("Changed: a package was removed")
    dialog = way_out(lab, "Keep as is…")
    expect(dialog.locator(".jp-Envs-verdicts li")).to_have_text(["tqdm 4.70.1 was removed"])
    lab.accept("Keep")
    expect(badge(lab)).to_have_text("Kept with 1 change")
    lab.screenshot("drift-kept")
    report = user.json("drift", "story")
    assert (report["state"], [one["kept"] for one in report["verdicts"]]) == ("kept", [True])
    assert disk.generation == 3
    lab.reload()
    expect(badge(lab)).to_have_text("Kept with 1 change")


def test_every_file_is_compared_on_request(
    lab: Lab, sandbox: Sandbox, server: JupyterServer, page: Page
) -> None:
    sandbox.create("python", "ipykernel", name="story")
    lab.panel.get_by_role("button", name="Refresh").click()
    row = lab.unfold("story")
    prefix = Disk(sandbox, "story").prefix
    edited = next(prefix.glob("lib/python3*/site-packages/ipykernel/kernelapp.py"))
    text = edited.read_text("utf-8")
    edited.unlink()  # as an editor does that writes a new file
    edited.write_text(f"{text}# mine\n", "utf-8")
    row.get_by_text("Changes").click()
    lab.click("story", "Check every file")
    expect(badge(lab)).to_have_text("Changed: files were changed by hand")
    where = edited.relative_to(prefix)
    verdict = row.locator(".jp-Envs-verdicts > li")
    expect(verdict).to_have_text(
        f"Files of ipykernel were changed by hand (1), the first is {where}"
    )
    expect(row.get_by_role("button", name="Adopt…")).to_be_disabled()
    expect(row.get_by_text("Every file compared with the lock")).to_be_visible()
