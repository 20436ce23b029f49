"""Processors, memory and disk of the server: what it may use, which decides what fits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .cgroups import Limits, read_limits
from .memory import machine_memory
from .readings import Host

#: Quicker than this, a difference says little.
_SHORTEST = 0.05


class HostReader:
    """Reads them; for one thread. ``root`` is where ``/proc`` and ``/sys`` are; ``disk`` tells
    where environments are, and may raise OSError."""

    def __init__(
        self,
        disk: Callable[[], Path],
        *,
        root: Path = Path("/"),
        processors: Callable[[], tuple[int, int]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._disk = disk
        self._root = root
        self._processors = processors or _processors
        self._clock = clock
        self._before: tuple[float, float] | None = None

    def read(self) -> Host:
        """What there is now. ``cpu_percent`` is since the last reading."""
        reasons: dict[str, str] = {}
        limits = read_limits(self._root)
        machine, usable = self._processors()
        cpus, cpu_limit = float(usable), "affinity" if usable < machine else "machine"
        if limits.cpus is not None and limits.cpus < cpus:
            cpus, cpu_limit = limits.cpus, "cgroup"
        return Host(
            cpus=round(cpus, 2),
            cpu_limit=cpu_limit,  # type: ignore[arg-type]  # one of three words
            cpu_percent=self._cpu_percent(limits, cpus, cpu_limit, reasons),
            **self._memory(limits, reasons),
            **self._space(reasons),
            reasons=reasons,
        )

    def _cpu_percent(
        self, limits: Limits, cpus: float, limit: str, reasons: dict[str, str]
    ) -> float | None:
        busy = limits.cpu_seconds if limit == "cgroup" else None
        if busy is None:
            busy, cpus = _machine_seconds(self._root / "proc"), float(self._processors()[0])
        now, before = self._clock(), self._before
        if busy is None:
            reasons["cpu_percent"] = "no_proc"
            return None
        self._before = (now, busy)
        if before is None or now - before[0] < _SHORTEST:
            reasons["cpu_percent"] = "needs_time"
            return None
        share = (busy - before[1]) / (now - before[0]) / cpus * 100
        return round(min(max(share, 0.0), 100.0), 1)

    def _memory(self, limits: Limits, reasons: dict[str, str]) -> dict[str, Any]:
        total, available = machine_memory(self._root / "proc")
        if total is None:
            total, available = _other_memory()
        if limits.memory is not None and (total is None or limits.memory < total):
            if limits.memory_used is None:
                reasons["memory_used"] = "unreadable"
            return {
                "memory": limits.memory,
                "memory_limit": "cgroup",
                "memory_used": limits.memory_used,
            }
        if total is None or available is None:
            reasons.update(memory="no_proc", memory_used="no_proc")
            return {"memory": total}
        return {"memory": total, "memory_used": total - available}

    def _space(self, reasons: dict[str, str]) -> dict[str, Any]:
        try:
            path = _existing(self._disk())
            found = os.statvfs(path)
        except OSError:
            reasons.update(disk="unreadable", disk_free="unreadable", disk_path="unreadable")
            return {}
        return {
            "disk": found.f_frsize * found.f_blocks,
            "disk_free": found.f_frsize * found.f_bavail,
            "disk_path": os.fsencode(path).decode("utf-8", "replace"),
        }


def _existing(path: Path) -> Path:
    """The folder itself, or the one above it that exists: it will be made there."""
    return next((place for place in (path, *path.parents) if place.exists()), path)


def _processors() -> tuple[int, int]:
    """How many the machine has, and how many this process may run on."""
    machine = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return machine, len(os.sched_getaffinity(0))
    return machine, machine


def _machine_seconds(proc: Path) -> float | None:
    """Seconds in which processors were busy since the machine started, all of them together."""
    try:
        words = (proc / "stat").read_text().partition("\n")[0].split()
    except OSError:
        return None
    if len(words) < 8 or words[0] != "cpu" or not all(word.isdigit() for word in words[1:8]):
        return None
    user, nice, system, _idle, _wait, irq, soft = map(int, words[1:8])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def _other_memory() -> tuple[int | None, int | None]:
    """Where there is no ``/proc``."""
    import psutil  # takes time to load, and Linux does without

    found = psutil.virtual_memory()
    return int(found.total), int(found.available)
