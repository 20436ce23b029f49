"""Which build an environment got, and why, as the panel shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.cli.channels import make_channel
from tests.support.channel import LocalChannel
from tests.support.gpu_packages import gpu_recipes
from tests.support.nvidia_driver import compiler, machine_with
from tests.support.sandbox import Sandbox
from tests.ui.lab import Lab, clean_console

Write = Callable[[str, str], Path]


@pytest.fixture
def sandbox(sandbox: Sandbox, channel: LocalChannel, tmp_path: Path) -> Sandbox:
    """Who has a Pascal GPU whose driver, 580, says CUDA 13.0, and conda-forge's GPU packages in
    small."""
    if compiler() is None:
        pytest.skip("needs a C compiler, for the double of the driver")
    gpu = make_channel(tmp_path / "gpu", *gpu_recipes(channel.python_minors[:1]))
    sandbox.configure(channels=[gpu.url, channel.url], envs_dirs=[str(sandbox.envs)])
    sandbox.environ.update(machine_with(tmp_path / "driver", "6.1", cuda="13.0"))
    return sandbox


def test_pascal_gets_cuda_12_and_the_panel_says_why(
    lab: Lab, sandbox: Sandbox, write: Write
) -> None:
    write("environment.yml", "name: trap\ndependencies:\n  - python\n  - pytorch\n")
    with clean_console(lab):
        lab.context_menu("environment.yml", "Create Environment")
        lab.wait_for("trap", "ready")
        badge = lab.row("trap").locator(".jp-Envs-probeBadge")
        expect(badge).to_have_text("CUDA build, not tried")
        lab.unfold("trap")
        expect(lab.row("trap").locator(".jp-Envs-probes")).to_contain_text(
            "has compute capability 6.1, and CUDA 13 has no code"
        )
        lab.screenshot("trap")
    (record,) = (sandbox.envs / "trap" / "conda-meta").glob("pytorch-2*.json")
    assert "-cuda129_" in record.name
