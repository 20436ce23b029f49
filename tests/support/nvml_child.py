"""Runs beside the tests: reads one JSON call a line, answers one JSON line."""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.hardware.gpus import Gpus, read_inventory
from jupyter_envs.hardware.machine import Machine
from jupyter_envs.hardware.nvidia import Nvidia
from jupyter_envs.hardware.nvml import SONAME

NOWHERE = Path("/nonexistent")
readers: dict[str, Gpus] = {}
machines: list[Machine] = []


def open_reader(places: list[str] | None = None, processes_every: float | None = None) -> None:
    nvidia = Nvidia() if places is None else Nvidia(places)
    readers["one"] = Gpus(nvidia, sys=NOWHERE, processes_every=processes_every)


def forget(names: list[str]) -> None:
    """As if the binding were an older one."""
    module = importlib.import_module("pynvml")
    for name in names:
        delattr(module, name)


def read() -> Any:
    if "one" not in readers:
        open_reader()
    return readers["one"].read()


def close() -> None:
    readers["one"].close()


def loaded() -> bool:
    return "pynvml" in sys.modules


def inventory() -> Any:
    return read_inventory()


def calls() -> int:
    library = ctypes.CDLL(SONAME)
    library.nvmlDoubleCalls.restype = ctypes.c_ulong
    return int(library.nvmlDoubleCalls())


def seconds(count: int) -> list[float]:
    found = []
    for _ in range(count):
        began = time.perf_counter()
        read()
        found.append(time.perf_counter() - began)
    return found


def look() -> Any:
    if not machines:
        machines.append(Machine(Path.home))
    machines[0].wait(20)
    return machines[0].look()


def asleep() -> bool:
    return machines[0].is_asleep


def idle(seconds: float) -> dict[str, int]:
    """Tasks of this process, how often they were woken in so many seconds, and how often the
    driver was called in them."""
    before, called = wake_ups(), calls()
    time.sleep(seconds)
    return {
        "tasks": len(os.listdir("/proc/self/task")),
        "woken": wake_ups() - before,
        "calls": calls() - called,
    }


def wake_ups() -> int:
    found = 0
    for task in Path("/proc/self/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found += int(line.split()[1])
    return found


CALLS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        open_reader,
        forget,
        read,
        close,
        loaded,
        inventory,
        calls,
        seconds,
        look,
        asleep,
        idle,
    )
}


def main() -> None:
    for line in sys.stdin:
        call = msgspec.json.decode(line)
        try:
            answer = {"result": CALLS[call.pop("do")](**call)}
        except Exception as error:  # noqa: BLE001 - the test shall see it
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
        sys.stdout.flush()


main()
