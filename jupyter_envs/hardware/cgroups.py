"""What a container, a job or a service may use: limits and use from Linux' control groups.

Both versions: files and their units are those of the kernel's documentation of cgroup v1 and v2.
A limit of any group above ours binds us, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

#: Version 1 has no word for "none", but a number near to the largest there is.
_UNLIMITED = 1 << 60


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """``cpus`` that may be busy at once, ``cpu_seconds`` used so far, memory in bytes. None:
    no limit, or not told."""

    cpus: float | None = None
    cpu_seconds: float | None = None
    memory: int | None = None
    memory_used: int | None = None


def read_limits(root: Path = Path("/")) -> Limits:
    """The limits of this process; ``root`` is where ``/proc`` and ``/sys`` are."""
    groups = _groups(root)
    mount = root / "sys" / "fs" / "cgroup"
    if (mount / "cgroup.controllers").exists():
        return _version_2(_chain(mount, groups.get("", "/")))
    if (mount / "unified" / "cgroup.controllers").exists() and not (mount / "memory").exists():
        return _version_2(_chain(mount / "unified", groups.get("", "/")))
    return _version_1(
        _chain(_folder(mount, "cpu", "cpu,cpuacct"), groups.get("cpu", "/")),
        _chain(_folder(mount, "cpuacct", "cpu,cpuacct"), groups.get("cpuacct", "/")),
        _chain(mount / "memory", groups.get("memory", "/")),
    )


def _groups(root: Path) -> dict[str, str]:
    """Controller to the group of this process; version 2 has the empty name."""
    found: dict[str, str] = {}
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return found
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        for controller in controllers.split(","):
            found[controller] = group
    return found


def _folder(mount: Path, *names: str) -> Path:
    return next((mount / name for name in names if (mount / name).exists()), mount / names[0])


def _chain(mount: Path, group: str) -> list[Path]:
    """Folders from the process' own group to the top. Inside a container, the group may be named
    as its host sees it, which is not there: then the top is its own."""
    parts = [part for part in PurePosixPath(group).parts if part not in ("/", "..")]
    folders = [mount.joinpath(*parts[:count]) for count in range(len(parts), -1, -1)]
    return [folder for folder in folders if folder.is_dir()]


def _version_2(chain: list[Path]) -> Limits:
    quotas = [quota for folder in chain for quota in _quota_2(folder)]
    memories = [n for folder in chain for n in _numbers(folder, "memory.max", "memory.high")]
    own = chain[0] if chain else None
    return Limits(
        cpus=min(quotas, default=None),
        cpu_seconds=_scaled(own, "cpu.stat", "usage_usec", 1e6),
        memory=min(memories, default=None),
        memory_used=_used(_limited(chain, "memory.max"), "memory.current", "inactive_file"),
    )


def _version_1(cpu: list[Path], accounts: list[Path], memory: list[Path]) -> Limits:
    quotas = [quota for folder in cpu for quota in _quota_1(folder)]
    memories = [n for folder in memory for n in _numbers(folder, "memory.limit_in_bytes")]
    used = next(iter(_numbers(accounts[0], "cpuacct.usage")), None) if accounts else None
    return Limits(
        cpus=min(quotas, default=None),
        cpu_seconds=None if used is None else used / 1e9,
        memory=min(memories, default=None),
        memory_used=_used(
            _limited(memory, "memory.limit_in_bytes"),
            "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    )


def _quota_2(folder: Path) -> Iterator[float]:
    words = _text(folder / "cpu.max").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]):
        yield int(words[0]) / int(words[1])


def _quota_1(folder: Path) -> Iterator[float]:
    quota = _text(folder / "cpu.cfs_quota_us")  # -1: none
    period = _text(folder / "cpu.cfs_period_us")
    if quota.isdigit() and period.isdigit() and int(period):
        yield int(quota) / int(period)


def _limited(chain: list[Path], name: str) -> Path | None:
    """The group whose limit is the narrowest: what counts there is what its limit is held to."""
    limits = [(n, folder) for folder in chain for n in _numbers(folder, name)]
    if limits:
        return min(limits, key=lambda limit: limit[0])[1]
    return chain[0] if chain else None


def _used(folder: Path | None, name: str, cache: str) -> int | None:
    """Memory in use, without files in the cache that would be given back at once."""
    if folder is None:
        return None
    total = next(iter(_numbers(folder, name)), None)
    if total is None:
        return None
    given_back = _value(folder / "memory.stat", cache) or 0
    return max(total - given_back, 0)


def _numbers(folder: Path, *names: str) -> Iterator[int]:
    for name in names:
        text = _text(folder / name)
        if text.isdigit() and int(text) < _UNLIMITED:
            yield int(text)


def _scaled(folder: Path | None, name: str, key: str, unit: float) -> float | None:
    found = _value(folder / name, key) if folder else None
    return None if found is None else found / unit


def _value(file: Path, key: str) -> int | None:
    for line in _text(file).splitlines():
        name, _, value = line.partition(" ")
        if name == key and value.strip().isdigit():
            return int(value)
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
