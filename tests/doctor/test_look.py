"""What gatherers make of what is odd, broken or hostile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.doctor.examine import Case, gather
from jupyter_envs.doctor.facts import Said
from jupyter_envs.doctor.look import Machine, look_at_host, look_at_storage
from jupyter_envs.doctor.look.environment import busy_shares
from jupyter_envs.doctor.look.outputs import look_at_outputs
from jupyter_envs.store import Store

from .world import World


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    """No /proc, no /sys, no /dev: what is not known is not there, and nothing fails."""
    machine = Machine(root=tmp_path, environ={}, home=tmp_path, libc=lambda: None)
    case = Case(store=Store(tmp_path / "envs"), cache_dir=tmp_path, kernels_dir=tmp_path)
    facts = gather(case, machine)
    host = facts.host
    assert [*host.devices, *host.nodes, *host.libraries] == []
    assert (host.container, host.driver, host.processor) == (None, None, None)
    assert facts.gpus.cuda is None
    assert facts.storage.envs is not None
    assert facts.storage.envs.mount is None


@pytest.mark.parametrize(
    ("flags", "level"),
    [
        ("fpu sse2", "x86_64_v1"),
        ("cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3", "x86_64_v2"),
        ("avx avx2 bmi1 bmi2 f16c fma movbe abm", "x86_64_v1"),
    ],
)
def test_processors(flags: str, level: str, tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("/proc/cpuinfo", f"processor: 0\nflags: {flags}\n")
    assert look_at_host(world.machine).processor == level


@pytest.mark.parametrize(
    ("place", "text", "kind"),
    [
        ("/.dockerenv", "", "docker"),
        ("/run/.containerenv", "", "podman"),
        ("/proc/1/environ", "A=1\0container=lxc\0", "lxc"),
        ("/proc/1/cgroup", "4:memory:/kubepods/burstable/pod1\n", "kubepods"),
        ("/proc/1/cgroup", "0::/user.slice\n", None),
    ],
)
def test_containers(place: str, text: str, kind: str | None, tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write(place, text)
    assert look_at_host(world.machine).container == kind


def test_the_mount_that_counts_is_the_last_of_the_deepest(tmp_path: Path) -> None:
    world = World(tmp_path)
    for point, kind in (
        (str(world.home), "ext4"),
        (f"{world.home}2", "nfs"),
        (str(world.home), "tmpfs"),
        (f"{world.home}/with blank", "nfs4"),
    ):
        world.mount(point, kind)
    (world.home / "with blank").mkdir()
    found = look_at_storage(
        world.machine,
        envs=world.home / "with blank" / "not" / "made" / "yet",
        cache=world.home,
        kernels=world.home,
    )
    assert found.envs is not None
    assert found.envs.mount is not None
    assert (found.envs.exists, found.envs.writable) == (False, True)
    assert found.envs.mount.kind == "nfs4"
    assert found.cache is not None
    assert found.cache.mount is not None
    assert found.cache.mount.kind == "tmpfs"


def test_a_mount_table_and_a_bus_that_are_no_such_thing(tmp_path: Path) -> None:
    world = World(tmp_path)
    for place in ("/proc/self/mountinfo", "/proc/modules", "/proc/cpuinfo", "/dev/kmsg"):
        (world.root / place.lstrip("/")).write_bytes(os.urandom(5000) + b"\n - \n- x\n\0")
    (world.root / "sys/bus/pci/devices/odd").mkdir()
    (world.root / "sys/bus/pci/devices/file").write_text("x")
    facts = world.facts()
    assert {d.vendor for d in facts.host.devices} == {"0x1a03", "0x10de"}


@pytest.mark.parametrize("value", ["x" * 5000, "/" + "y" * 300, "/proc/self/mem", ""])
def test_variables_that_name_no_folder(value: str, tmp_path: Path) -> None:
    world = World(tmp_path)
    names = ("TMPDIR", "LD_LIBRARY_PATH", "PYTHONUSERBASE", "LD_PRELOAD", "PYTHONPATH")
    for name in names:
        world.environ[name] = value
    assert gather(world.case, world.machine).env is not None


def test_a_kernel_s_variables_that_are_none(tmp_path: Path) -> None:
    world = World(tmp_path)
    file = world.kernels_dir / "conda-env-climate-py" / "kernel.json"
    content = json.loads(file.read_text())
    content["env"] = {"A\0B": "x", "C": "y\0", "D=E": "z", "F": 7, "": "x", "JAX_PLATFORMS": "cpu"}
    file.write_text(json.dumps(content))
    found = world.facts().env
    assert found is not None
    assert found.environ["JAX_PLATFORMS"] == "cpu"


def test_a_variable_with_odd_folders(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("/usr/local/cuda/lib64/libcudart.so", "")
    world.set(LD_LIBRARY_PATH=":relative::/usr/local/cuda/lib64/:/usr/local/cuda/lib64:/gone:~")
    found = [lib.path for lib in world.facts().host.libraries if lib.origin == "variable"]
    assert found == ["/usr/local/cuda/lib64/libcudart.so"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"cells": {}}', b'{"cells": [1]}',
     b'{"cells": [{"outputs": [1, {"output_type": "stream", "name": "stderr", "text": 7}]}]}'],
)  # fmt: skip
def test_notebooks_that_are_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    assert look_at_outputs([path, tmp_path / "gone.ipynb", tmp_path]) in (
        (),
        (Said(source="x.ipynb", text="7"),),
    )


def test_a_notebook_that_goes_on_and_on(tmp_path: Path) -> None:
    lines = [f"warning {n} {'x' * 10_000}\n" for n in range(1000)] + ["again\n"] * 1000
    cell = {"outputs": [{"output_type": "stream", "name": "stderr", "text": lines}]}
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": [cell]}))
    found = look_at_outputs([path])
    assert len(found) == 200
    assert found[-1].text == "again"
    assert max(len(one.text) for one in found) <= 4000


def test_what_is_kept_of_variables_is_what_rules_ask_for(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.set(AWS_SECRET_ACCESS_KEY="hidden", CUDA_VISIBLE_DEVICES="0")
    assert "hidden" not in str(world.facts())


def test_how_busy_processes_are() -> None:
    spin = "while True: pass"
    rest = "import time; time.sleep(60)"
    children = [subprocess.Popen([sys.executable, "-c", code]) for code in (spin, rest)]
    try:
        pids = [child.pid for child in children]
        shares: dict[int, Any] = {}
        for _ in range(20):  # an interpreter is busy while it starts
            shares = busy_shares(Machine(), pids)
            if shares[pids[0]] > 0.2 and shares[pids[1]] < 0.05:
                break
        assert shares[pids[0]] > 0.2
        assert shares[pids[1]] < 0.05
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert busy_shares(Machine(), []) == {}
