"""What the server may use: limits of containers, jobs and services, or the whole machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.hardware.cgroups import Limits, read_limits
from jupyter_envs.hardware.host import HostReader
from tests.hardware.trees import plant

GIB = 1 << 30
V1 = 9223372036854771712
MACHINE = {
    "proc/meminfo": "MemTotal:       67108864 kB\nMemFree: 1 kB\nMemAvailable:   50331648 kB",
    "proc/stat": "cpu  1000 0 500 9000 10 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1",
}
CG2 = {"sys/fs/cgroup/cgroup.controllers": "cpu memory"}


def v2(group: str, **files: object) -> dict[str, object]:
    names = {name.replace("_", ".", 1): value for name, value in files.items()}
    return {f"sys/fs/cgroup{group}/{name}": value for name, value in names.items()}


#: What: the files, and the limits that they mean.
CASES: dict[str, tuple[dict[str, object], Limits]] = {
    "no cgroups at all": ({}, Limits()),
    "v2, a container with a namespace": (
        {
            **CG2,
            "proc/self/cgroup": "0::/",
            **v2("", cpu_max="150000 100000", memory_max=8 * GIB, memory_current=3 * GIB),
            "sys/fs/cgroup/memory.stat": f"anon 1\ninactive_file {GIB}\nactive_file 7",
            "sys/fs/cgroup/cpu.stat": "usage_usec 2500000\nuser_usec 1",
        },
        Limits(cpus=1.5, cpu_seconds=2.5, memory=8 * GIB, memory_used=2 * GIB),
    ),
    "v2, no limits": (
        {
            **CG2,
            "proc/self/cgroup": "0::/",
            **v2("", cpu_max="max 100000", memory_max="max", memory_current=GIB),
        },
        Limits(memory_used=GIB),
    ),
    "v2, a service whose slice is narrower than itself": (
        {
            **CG2,
            "proc/self/cgroup": "0::/system.slice/jupyter.service",
            **v2(
                "/system.slice", cpu_max="400000 100000", memory_max=4 * GIB, memory_current=2 * GIB
            ),
            **v2(
                "/system.slice/jupyter.service",
                cpu_max="max 100000",
                memory_max=6 * GIB,
                memory_current=GIB,
            ),
            "sys/fs/cgroup/system.slice/jupyter.service/cpu.stat": "usage_usec 1000000",
        },
        Limits(cpus=4.0, cpu_seconds=1.0, memory=4 * GIB, memory_used=2 * GIB),
    ),
    "v2, slowed down before it is ended": (
        {
            **CG2,
            "proc/self/cgroup": "0::/",
            **v2("", memory_max=8 * GIB, memory_high=6 * GIB, memory_current=GIB),
        },
        Limits(memory=6 * GIB, memory_used=GIB),
    ),
    "v2, a group as its host names it": (
        {
            **CG2,
            "proc/self/cgroup": "0::/kubepods/burstable/pod1/abc",
            **v2("", cpu_max="50000 100000", memory_max=GIB, memory_current=100),
        },
        Limits(cpus=0.5, memory=GIB, memory_used=100),
    ),
    "v1, a container": (
        {
            "proc/self/cgroup": "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": 200000,
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": 100000,
            "sys/fs/cgroup/cpu,cpuacct/cpuacct.usage": 3_000_000_000,
            "sys/fs/cgroup/memory/memory.limit_in_bytes": 2 * GIB,
            "sys/fs/cgroup/memory/memory.usage_in_bytes": GIB,
            "sys/fs/cgroup/memory/memory.stat": "cache 5\ntotal_inactive_file 1000",
        },
        Limits(cpus=2.0, cpu_seconds=3.0, memory=2 * GIB, memory_used=GIB - 1000),
    ),
    "v1, a job of a batch system": (
        {
            "proc/self/cgroup": "9:memory:/slurm/uid_1/job_2/step_0\n8:cpuacct:/\n7:cpu:/",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": -1,
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": 100000,
            "sys/fs/cgroup/cpuacct/cpuacct.usage": 7,
            "sys/fs/cgroup/memory/memory.limit_in_bytes": V1,
            "sys/fs/cgroup/memory/slurm/uid_1/job_2/memory.limit_in_bytes": 16 * GIB,
            "sys/fs/cgroup/memory/slurm/uid_1/job_2/memory.usage_in_bytes": 5 * GIB,
            "sys/fs/cgroup/memory/slurm/uid_1/job_2/step_0/memory.limit_in_bytes": V1,
            "sys/fs/cgroup/memory/slurm/uid_1/job_2/step_0/memory.usage_in_bytes": GIB,
        },
        Limits(cpu_seconds=7e-9, memory=16 * GIB, memory_used=5 * GIB),
    ),
    "v1 beside v2, as some systems have it": (
        {
            "proc/self/cgroup": "5:memory:/\n0::/init",
            "sys/fs/cgroup/unified/cgroup.controllers": "",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": GIB,
            "sys/fs/cgroup/memory/memory.usage_in_bytes": 10,
        },
        Limits(memory=GIB, memory_used=10),
    ),
    "files that say nonsense": (
        {
            **CG2,
            "proc/self/cgroup": "what\n0::/../../etc\n::::",
            **v2("", cpu_max="100000 0", memory_max="-5", memory_current="?"),
            "sys/fs/cgroup/cpu.stat": "usage_usec many",
        },
        Limits(),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_limits_of_control_groups(tmp_path: Path, case: str) -> None:
    files, expected = CASES[case]
    assert read_limits(plant(tmp_path, files)) == expected


def reader(root: Path, **options: Any) -> HostReader:
    times = iter(range(100))
    return HostReader(
        options.pop("disk", lambda: root),
        root=root,
        processors=lambda: options.pop("processors", (8, 8)),
        clock=lambda: float(next(times)),
    )


def test_a_whole_machine(tmp_path: Path) -> None:
    made = reader(plant(tmp_path, MACHINE), processors=(8, 8))

    first = made.read()
    assert (first.cpus, first.cpu_limit, first.memory_limit) == (8.0, "machine", "machine")
    assert (first.memory, first.memory_used) == (64 * GIB, 16 * GIB)
    assert (first.cpu_percent, first.reasons) == (None, {"cpu_percent": "needs_time"})
    assert first.disk is not None
    assert first.disk > (first.disk_free or 0) > 0
    assert first.disk_path == str(tmp_path)

    # 200 ticks of a hundredth of a second more, within one second, on eight processors.
    (tmp_path / "proc/stat").write_text("cpu  1150 0 550 9600 10 0 0 0 0 0\n")
    second = made.read()
    assert (second.cpu_percent, second.reasons) == (25.0, {})


def test_a_container_s_own_limits_are_told(tmp_path: Path) -> None:
    files, _ = CASES["v2, a container with a namespace"]
    made = reader(plant(tmp_path, {**MACHINE, **files}))
    first = made.read()
    assert (first.cpus, first.cpu_limit) == (1.5, "cgroup")
    assert (first.memory, first.memory_used, first.memory_limit) == (8 * GIB, 2 * GIB, "cgroup")
    (tmp_path / "sys/fs/cgroup/cpu.stat").write_text("usage_usec 3250000\n")
    assert made.read().cpu_percent == 50.0


def test_a_limit_above_the_machine_is_none(tmp_path: Path) -> None:
    limits = v2("", cpu_max="1600000 100000", memory_max=100 * GIB, memory_current=GIB)
    files = {**CG2, "proc/self/cgroup": "0::/", **limits}
    found = reader(plant(tmp_path, {**MACHINE, **files})).read()
    assert (found.cpus, found.cpu_limit) == (8.0, "machine")
    assert (found.memory, found.memory_limit) == (64 * GIB, "machine")


def test_processors_that_it_is_bound_to(tmp_path: Path) -> None:
    made = HostReader(lambda: tmp_path, root=plant(tmp_path, MACHINE), processors=lambda: (8, 3))
    found = made.read()
    assert (found.cpus, found.cpu_limit) == (3.0, "affinity")


def test_the_disk_of_a_folder_that_is_still_to_be_made(tmp_path: Path) -> None:
    found = reader(plant(tmp_path, MACHINE), disk=lambda: tmp_path / "not" / "yet").read()
    assert found.disk_path == str(tmp_path)


def test_a_disk_that_is_not_known(tmp_path: Path) -> None:
    def broken() -> Path:
        raise OSError("no writable folder")

    found = reader(plant(tmp_path, MACHINE), disk=broken).read()
    assert (found.disk, found.reasons["disk"]) == (None, "unreadable")
    assert found.memory == 64 * GIB


def test_a_system_without_these_files(tmp_path: Path) -> None:
    found = reader(tmp_path).read()
    assert (found.cpus, found.cpu_percent) == (8.0, None)
    assert found.reasons["cpu_percent"] == "no_proc"
    assert found.memory is not None  # asked for otherwise


def test_this_machine() -> None:
    made = HostReader(Path.home)
    made.read()
    found = made.read()
    assert found.cpus > 0
    assert found.memory is not None
    assert found.memory > (found.memory_used or 0) > 0
