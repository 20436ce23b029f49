"""GPUs in the panel, on a machine whose driver is a stand-in: every state of it says something."""

from __future__ import annotations

import re
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, expect

from tests.support.nvml import Driver
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer
from tests.ui.axe import violations
from tests.ui.lab import OPERATION_MS, READY_MS, Lab, clean_console

#: What the driver is like, and what a person then reads.
STATES = {
    "none": "finds no GPU on this machine",
    "uma": "GPU 0 NVIDIA GB10",
    "old": "GPU 0 Tesla P100",
    "lost": "GPU problem: GPU 0 has fallen off the bus",
    "reset": "GPU problem: GPU 0 has to be reset by an administrator",
    "empty": "Note: GPU 0 changes its MIG mode at its next reset",
    "noperm": "Ask your administrator for access to /dev/nvidia*",
    "nodriver": "its kernel module is not loaded",
    "mismatch": "was upgraded while it was in use: reboot",
    "blocked": "blocked by the operating system",
    "unknown": "does not say why",
    "refuse=4": "GPU 0 memory: not permitted to this user",
}


@pytest.fixture
def driver(nvml_library: Path, tmp_path: Path) -> Driver:
    """The machine's driver."""
    return Driver(nvml_library, tmp_path)


@pytest.fixture
def sandbox(sandbox: Sandbox, driver: Driver, request: pytest.FixtureRequest) -> Sandbox:
    """Who has that driver, in a state that a test may name."""
    driver.say(getattr(request, "param", "two"))
    sandbox.environ.update(driver.environ)
    return sandbox


def strip(lab: Lab) -> Locator:
    """The part of the panel that is about the machine."""
    found = lab.panel.locator(".jp-Envs-gpus")
    expect(found).to_be_visible(timeout=READY_MS)
    return found


def line(lab: Lab, name: str) -> Locator:
    """The button that is a GPU's line."""
    return strip(lab).get_by_role("button", name=re.compile(f"^{name}"))


def unfold_machine(lab: Lab) -> None:
    strip(lab).locator(".jp-Envs-machine button").click()


def status_item(lab: Lab) -> Locator:
    """What the status bar says of GPUs."""
    return lab.page.locator("#jp-main-statusbar .jp-Envs-status")


@pytest.mark.parametrize("sandbox", STATES, indirect=True)
def test_every_state_of_a_driver_is_told(lab: Lab, request: pytest.FixtureRequest) -> None:
    words = request.node.callspec.params["sandbox"]
    with clean_console(lab):
        unfold_machine(lab)
        expect(strip(lab)).to_contain_text(STATES[words])
        expect(strip(lab)).to_contain_text(re.compile("[0-9] CPU"))
        assert violations(lab.page, ".jp-Envs-gpus") == []


def test_without_a_gpu_there_is_one_quiet_line(lab: Lab, driver: Driver) -> None:
    driver.say("none")
    lab.reload()
    expect(strip(lab).locator(".jp-Envs-gpuList")).to_have_count(0, timeout=READY_MS)
    expect(strip(lab).locator(".jp-Envs-gpuNote")).to_have_count(0)
    expect(strip(lab).get_by_role("button")).to_have_count(1)
    expect(status_item(lab)).to_have_count(0)


def test_the_strip_and_the_status_bar(lab: Lab, driver: Driver) -> None:
    with clean_console(lab):
        expect(line(lab, "GPU 0")).to_contain_text("42% busy · 3.0 of 24.0 GiB")
        expect(strip(lab).locator(".jp-Envs-gpu")).to_have_count(3)
        expect(line(lab, "GPU 1, slice 1")).to_contain_text("18.0 of 19.5 GiB")
        expect(status_item(lab)).to_have_text(re.compile(r"^2 GPUs 42% · 23\.0/103\.6 GiB$"))
        line(lab, "GPU 0").click()
        expect(strip(lab)).to_contain_text("at its power limit")
        unfold_machine(lab)
        lab.screenshot("gpus")
        assert violations(lab.page, "#jupyter-envs-panel") == []
        # It is as it is now, without a click.
        driver.say("two 0:used:12288")
        expect(line(lab, "GPU 0")).to_contain_text("12.0 of 24.0 GiB")
        driver.say("lost")
        expect(strip(lab)).to_contain_text("GPU 0 has fallen off the bus")


def test_nothing_is_asked_while_the_panel_is_not_seen(lab: Lab) -> None:
    asked: list[str] = []
    lab.page.on("request", lambda one: asked.append(one.url))

    def looks(milliseconds: int) -> int:
        asked.clear()
        lab.page.wait_for_timeout(milliseconds)
        return sum("/hardware" in url for url in asked)

    expect(line(lab, "GPU 0")).to_be_visible()
    assert looks(5_000) >= 2
    lab.open_files()
    lab.page.wait_for_timeout(500)
    assert looks(6_000) <= 1  # the status bar's


def test_a_notebook_that_holds_memory_is_shut_down(
    lab: Lab, sandbox: Sandbox, driver: Driver, server: JupyterServer
) -> None:
    sandbox.create("python", "ipykernel", name="climate")
    lab.panel.get_by_role("button", name="Refresh").click()
    lab.unfold("climate")
    lab.click("climate", "Notebook")
    assert lab.run_cell("print(6 * 7)") == "42"
    pid = int(lab.run_cell("import os\nprint(os.getpid())"))
    driver.say(f"two 0:used:6144 0:{pid}:4096")
    with clean_console(lab):
        line(lab, "GPU 0").click()
        holders = strip(lab).locator(".jp-Envs-holders > li")
        expect(holders).to_have_count(1, timeout=READY_MS)
        expect(holders).to_contain_text("Untitled.ipynb4.0 GiB · climate, generation 1 · idle")
        expect(strip(lab)).to_contain_text("My kernels4.0 GiB")
        lab.screenshot("gpu-holder")
        holders.get_by_role("button", name="Shut down…").click()
        dialog = lab.page.locator(".jp-Dialog")
        expect(dialog).to_contain_text("It holds 4.0 GiB of GPU memory")
        lab.accept("Shut down")
        lab.page.wait_for_timeout(500)
        driver.say("two 0:used:2048")
        expect(holders).to_have_count(0, timeout=READY_MS)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=20)
    assert not psutil.pid_exists(pid)


def test_the_doctor(lab: Lab, sandbox: Sandbox) -> None:
    with clean_console(lab):
        lab.panel.get_by_role("button", name="Doctor").click()
        page = lab.page.locator("#jupyter-envs-doctor")
        expect(page.get_by_role("status")).to_have_text(
            re.compile(r"(error|warning|note|Nothing found)"), timeout=OPERATION_MS
        )
        expect(page.get_by_text(re.compile("rules were asked"))).to_be_visible()
        lab.screenshot("doctor")
        assert violations(lab.page, "#jupyter-envs-doctor") == []
        page.get_by_role("button", name="Copy report").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
