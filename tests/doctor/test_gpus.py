"""From what the hardware room saw to findings, through the real nvidia-ml-py."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.doctor.facts import Gpus, Hold
from jupyter_envs.doctor.look import look_at_gpus
from jupyter_envs.hardware import Device, Hardware, Holders
from jupyter_envs.hardware.owners import KernelUse, ProcessUse, Shares, Use
from jupyter_envs.hardware.readings import Slice
from jupyter_envs.hardware.texts import note
from tests.support.nvml import Driver
from tests.support.sandbox import Failed, Sandbox

from .world import GIB, World

GPU, CUT, SLICE = "GPU-1", "GPU-2", "MIG-1"

#: Words of the driver to what the doctor says of the machine, where no bus shows a GPU.
_SAYINGS: dict[str, set[str]] = {
    "two": {"memory_errors", "gpu_hot"},
    "none": {"gpu_none"},
    "nodriver": {"gpu_none"},
    "uma": {"gpu_hot", "memory_shared"},
    "lost": {"gpu_lost", "memory_errors"},
    "reset": {"gpu_reset_required", "memory_errors"},
    "empty": {"mig_without_slices", "mig_reset_needed"},
    "mismatch": {"driver_mismatch"},
    "noperm": {"gpu_not_permitted"},
    "blocked": {"gpu_blocked"},
    "unknown": {"driver_fails"},
    "fail=10": {"driver_fails"},
}


def findings(sandbox: Sandbox, *arguments: str) -> set[str]:
    try:
        text = sandbox.run("doctor", *arguments, "--json")
    except Failed as failed:
        text = failed.stdout
    found: dict[str, Any] = json.loads(text)
    return {one["id"] for one in found["findings"]}


@pytest.mark.parametrize("words", _SAYINGS)
def test_fake_nvml_every_state_of_a_driver_is_explained(
    words: str, sandbox: Sandbox, nvml_library: Path, tmp_path: Path
) -> None:
    if any(Path("/sys/bus/pci/devices").glob("*/nvidia*")) or Path("/dev/nvidiactl").exists():
        pytest.skip("needs a machine without a GPU")
    driver = Driver(nvml_library, tmp_path, words)
    sandbox.environ.update(driver.environ)

    found = findings(sandbox)

    assert _SAYINGS[words] <= found
    # Hot, and with errors: so are most of its GPUs.
    assert found - _SAYINGS[words] <= {"memory_errors", "gpu_hot"}


def hardware(**changes: Any) -> Hardware:
    values: dict[str, Any] = {
        "state": "ok",
        "note": note("driver_ok"),
        "driver": "580.95.05",
        "cuda": "13.0",
        "devices": (
            Device(uuid=GPU, index=0, vendor="nvidia", name="A", memory=40 * GIB),
            Device(
                uuid=CUT,
                index=1,
                vendor="nvidia",
                name="B",
                memory=80 * GIB,
                mig=True,
                slices=(Slice(uuid=SLICE, index=0, memory=10 * GIB),),
            ),
        ),
        "interval": 2.0,
    }
    return Hardware(**{**values, **changes})


def test_a_driver_that_has_not_answered_is_not_one_without_gpus(tmp_path: Path) -> None:
    machine = World(tmp_path).machine
    assert look_at_gpus(machine, None, None) == Gpus()
    waiting = hardware(state="waiting", devices=(), stale_since="2026-01-01T00:00:00+00:00")
    assert look_at_gpus(machine, waiting, None) == Gpus(stale_since="2026-01-01T00:00:00+00:00")


def test_who_holds_what(tmp_path: Path) -> None:
    world = World(tmp_path)
    gone, there = 4_000_000, 77  # no machine has the first
    world.write("/proc/77/comm", "jupyter")
    world.write("/proc/11/environ", f"JPY_PARENT_PID={gone}\0")
    world.write("/proc/12/environ", f"JPY_PARENT_PID={there}\0")
    world.write("/proc/13/environ", "HOME=/\0")
    world.write("/proc/14/environ", f"JPY_PARENT_PID={os.getpid()}\0")
    last = (datetime.now(timezone.utc) - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    held = Holders(
        kernels=(
            KernelUse(
                kernel_id="k-1",
                kernel="conda-env-climate-py",
                notebooks=("a.ipynb",),
                environment="climate",
                pid=7,
                state="idle",
                last_activity=last,
                uses=(Use(device=GPU, memory=GIB), Use(device=SLICE, memory=2 * GIB)),
            ),
            KernelUse(kernel_id="k-2", kernel="x", pid=8, state="busy", last_activity=last),
        ),
        processes=tuple(
            ProcessUse(pid=pid, name="python", uses=(Use(device=GPU, memory=GIB),))
            for pid in (11, 12, 13, 14)
        ),
        devices=(Shares(device=GPU, others=5 * GIB), Shares(device=SLICE)),
    )

    found = look_at_gpus(world.machine, hardware(), held, os.getpid())

    first, second = found.readings
    kernel, *processes, others = first.holders
    assert (kernel.kernel, kernel.notebook, kernel.environment) == ("k-1", "a.ipynb", "climate")
    assert kernel.idle is not None
    assert 10_700 < kernel.idle < 10_900
    assert {one.pid: one.orphan for one in processes} == {11: True, 12: False, 13: False, 14: True}
    assert others == Hold(owner="other", memory=5 * GIB)
    assert [one.memory for one in second.holders] == [2 * GIB]
    assert (second.mig, second.slices) == (True, (SLICE,))
    assert found.inventory is not None
    assert [gpu.uuid for gpu in found.inventory.gpus] == [GPU, CUT]
