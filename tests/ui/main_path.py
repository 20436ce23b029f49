"""The main job by clicking, from a file to a kernel and back, compared with the disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from tests.support.api_client import ApiClient
from tests.support.sandbox import Sandbox
from tests.ui.disk import Disk
from tests.ui.lab import OPERATION_MS, Lab, clean_console, eventually

SPEC = """\
name: climate
dependencies:
  - python
  - ipykernel
  - demo-lib=1.0
  - pandas
  - matplotlib
  - pip
  - pip:
      - tabulate
variables:
  DATA_DIR: /data/climate
"""

ASK = """\
import os, sys, importlib.metadata as m
print(sys.prefix, m.version("demo-lib"), m.version("tabulate"), os.environ["DATA_DIR"])
"""


@dataclass(frozen=True)
class World:
    """A person before JupyterLab, wherever it runs. ``root`` is what the file browser shows."""

    lab: Lab
    user: Sandbox
    root: Path
    client: ApiClient

    def write(self, name: str, text: str) -> None:
        """Put a file where the file browser shows it."""
        (self.root / name).write_text(text, "utf-8")


def walk(world: World) -> None:
    """Create, open, update, move the kernel, roll back, remove."""
    disk = Disk(world.user, "climate")
    with clean_console(world.lab):
        world.write("climate.yml", SPEC)
        _create(world.lab)
        _says_what_the_disk_says(world, disk)
        _open_a_notebook(world.lab, disk)
        _update(world, disk)
        _move_the_kernel(world, disk)
        _roll_back(world.lab, disk)
        _remove(world, disk)


def _create(lab: Lab) -> None:
    lab.context_menu("climate.yml", "Create Environment")
    seen = lab.watch("climate", until="ready")
    lab.screenshot("created")

    phases = [one["phase"] for one in seen if one["phase"]]
    order = ["queued", "metadata", "solve", "download", "install", "pip", "verify", "publish"]
    assert [p for p in order if p in phases] == list(dict.fromkeys(phases)), phases
    # The client is told four times a second: a phase may be shorter than that.
    assert {"pip", "verify"} < set(phases)
    # A bar that moves: more than one value, never back within a phase.
    values = [(one["phase"], int(one["percent"])) for one in seen if one["percent"] is not None]
    assert len(set(values)) >= 2, seen
    for phase in set(phases):
        mine = [value for name, value in values if name == phase]
        assert mine == sorted(mine)
    assert any(re.match(r"[\d.]+( kB| MB| B)? of [\d.]+ ", one["count"]) for one in seen)


def _says_what_the_disk_says(world: World, disk: Disk) -> None:
    lab = world.lab
    shown = world.user.json("show", "climate")
    assert f"{disk.packages} packages" in lab.summary("climate")
    assert f"generation {disk.generation}" in lab.summary("climate")
    assert f"{shown['size'] / 1e6:.0f} MB" in lab.summary("climate")
    facts = lab.facts("climate")
    assert facts["Path"] == str(disk.prefix)  # the tool tip; the text is the link
    assert lab.row("climate").get_by_text(str(disk.path), exact=True).is_visible()
    assert facts["Lock"] == disk.lock_digest
    assert facts["File"] == str(world.root / "climate.yml")
    assert lab.row("climate").get_by_role("button", name="climate.yml").is_visible()
    assert lab.generations("climate") == {1: True}
    assert disk.generations == [1]


def _open_a_notebook(lab: Lab, disk: Disk) -> None:
    # In the launcher at once, without a reload.
    cards = lab.page.locator('.jp-LauncherCard[title="climate (Python)"]')
    expect(cards.first).to_be_visible()
    lab.click("climate", "Notebook")
    printed = lab.run_cell(ASK)
    assert lab.kernel_name() == "climate (Python)"
    assert printed == (
        f"{disk.prefix} {disk.version('demo_lib')} {disk.version('tabulate')} /data/climate"
    )
    expect(lab.row("climate").locator(".jp-mod-kernels")).to_have_text("1 kernel")
    lab.screenshot("notebook")


def _update(world: World, disk: Disk) -> None:
    lab = world.lab
    world.write("climate.yml", SPEC.replace("demo-lib=1.0", "demo-lib=2.0"))
    lab.panel.get_by_role("button", name="Refresh").click()
    expect(lab.row("climate").locator(".jp-mod-behind")).to_have_text("file changed")
    lab.click("climate", "Update from file")
    lab.watch("climate", until="running")
    lab.wait_for("climate", "ready")
    expect(lab.row("climate").locator(".jp-mod-behind")).to_have_count(0)
    assert disk.generations == [1, 2]
    assert disk.generation == 2
    eventually(lambda: lab.generations("climate"), lambda found: found == {1: False, 2: True})
    # What runs keeps what it started with.
    assert lab.run_cell(ASK).split()[1] == "1.0"


def _move_the_kernel(world: World, disk: Disk) -> None:
    lab = world.lab
    offer = lab.row("climate").get_by_role("button", name="Restart on generation 2")
    expect(offer).to_be_visible()
    lab.screenshot("offer")
    offer.click()
    expect(offer).to_have_count(0, timeout=OPERATION_MS)
    processes = world.client.get("environments/climate/usage").json["processes"]
    assert [one["generation"] for one in processes if one["kernel"]] == [2]
    assert lab.run_cell(ASK).split()[:2] == [str(disk.prefix), "2.0"]


def _roll_back(lab: Lab, disk: Disk) -> None:
    lab.unfold("climate").get_by_role("button", name="Roll back").click()
    eventually(lambda: lab.generations("climate"), lambda found: found == {1: True, 2: False})
    assert disk.generation == 1
    assert disk.kernel_prefix == disk.prefix
    assert "generation 1" in lab.summary("climate")


def _remove(world: World, disk: Disk) -> None:
    lab, sandbox = world.lab, world.user
    lab.click("climate", "Remove…")
    dialog = lab.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Its 2 generations and its kernel are taken away.")
    expect(dialog).to_contain_text("1 kernel runs from it")
    lab.accept("Cancel")
    assert not disk.is_gone
    lab.click("climate", "Remove…")
    lab.accept("Remove")
    expect(lab.row("climate")).to_have_count(0, timeout=OPERATION_MS)
    expect(lab.panel.get_by_text("There are no environments yet.")).to_be_visible()
    sandbox.wait_for_workers()
    assert disk.is_gone
    assert sandbox.registered() == []
    cards = lab.page.locator('.jp-LauncherCard[title="climate (Python)"]')
    expect(cards).to_have_count(0)
