"""The machine itself: its devices, modules, libraries and log."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from jupyter_envs.doctor.facts import Device, Host, Library, Node

from .machine import Machine, data, environ_of, is_there

_DRIVER = re.compile(r"Kernel Module(?: for \S+)?\s+(\d+\.\d+(?:\.\d+)?)")
_NODE = re.compile(r"nvidia(?:\d+|ctl|-uvm)")
_CONTAINERS = ("docker", "kubepods", "containerd", "libpod", "lxc")

#: Where loaders look, and where distributions and WSL put the driver's library.
_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib",
    "/usr/lib64/nvidia", "/usr/local/nvidia/lib64", "/usr/local/nvidia/lib",
    "/usr/lib/wsl/lib",
)  # fmt: skip
_WSL = "/usr/lib/wsl/"
_DRIVERS = "libcuda.so.1"
#: In LD_LIBRARY_PATH these take the place of an environment's own.
_RUNTIME = re.compile(r"lib(?:cudart|cudnn|cublas|cufft|cusparse|cusolver|nccl)\.so(?:\.\d+)?")

#: conda's microarchitecture levels and the flags of /proc/cpuinfo that each adds.
_LEVELS = (
    ("x86_64_v2", {"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"}),
    ("x86_64_v3", {"abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"}),
    ("x86_64_v4", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}),
)

#: Variables that rules ask for; the others are nobody's business.
KEPT = (
    "CUDA_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL", "HIP_VISIBLE_DEVICES", "JAX_PLATFORMS",
    "JAX_PLATFORM_NAME", "LD_LIBRARY_PATH", "LD_PRELOAD", "NVIDIA_DRIVER_CAPABILITIES",
    "NVIDIA_VISIBLE_DEVICES", "PYTHONNOUSERSITE", "PYTHONPATH", "ROCR_VISIBLE_DEVICES",
    "SLURM_GPUS", "SLURM_GPUS_ON_NODE", "SLURM_JOB_GPUS", "SLURM_JOB_ID", "SLURM_STEP_GPUS",
    "TF_FORCE_GPU_ALLOW_GROWTH", "XLA_CLIENT_MEM_FRACTION", "XLA_PYTHON_CLIENT_MEM_FRACTION",
    "XLA_PYTHON_CLIENT_PREALLOCATE",
)  # fmt: skip


def kept(environ: dict[str, str]) -> dict[str, str]:
    """Those of the variables that rules ask for."""
    return {name: environ[name] for name in KEPT if name in environ}


def look_at_host(machine: Machine, variable: str | None = None) -> Host:
    """The machine. ``variable`` is the LD_LIBRARY_PATH that counts, the server's own if None."""
    own = dict(machine.environ)
    path = own.get("LD_LIBRARY_PATH", "") if variable is None else variable
    release = machine.text("/proc/version") + machine.text("/proc/sys/kernel/osrelease")
    init = environ_of(data(machine.path("/proc/1/environ")))
    return Host(
        system=machine.system,
        devices=tuple(_devices(machine)),
        nodes=tuple(_nodes(machine)),
        modules=frozenset(
            line.split()[0] for line in machine.text("/proc/modules").splitlines() if line.split()
        ),
        driver=_driver(machine),
        libraries=(*_system_libraries(machine), *libraries_in(machine, path)),
        wsl="microsoft" in release.lower(),
        container=_container(machine, init),
        glibc=machine.libc(),
        processor=_processor(machine),
        environ=kept(own),
        init_environ=kept(init),
        log=tuple(_log(machine)),
    )


def _devices(machine: Machine) -> Iterator[Device]:
    bus = "/sys/bus/pci/devices"
    for address in machine.names(bus):
        vendor = machine.text(f"{bus}/{address}/vendor").strip().lower()
        kind = machine.text(f"{bus}/{address}/class").strip().lower()
        if vendor and kind:
            yield Device(address=address, vendor=vendor, kind=kind)


def _nodes(machine: Machine) -> Iterator[Node]:
    for name in machine.names("/dev"):
        if _NODE.fullmatch(name):
            path = f"/dev/{name}"
            yield Node(path=path, usable=machine.may_use(machine.path(path)))


def _driver(machine: Machine) -> str | None:
    match = _DRIVER.search(machine.text("/proc/driver/nvidia/version"))
    return match[1] if match else None


def _system_libraries(machine: Machine) -> Iterator[Library]:
    for folder in _FOLDERS:
        file = machine.path(folder) / _DRIVERS
        if os.path.lexists(file):
            origin: Literal["wsl", "system"] = "wsl" if folder.startswith(_WSL) else "system"
            yield Library(
                name=_DRIVERS,
                path=f"{folder}/{_DRIVERS}",
                target=machine.links_to(file),
                origin=origin,
            )
            return


def libraries_in(machine: Machine, variable: str) -> Iterator[Library]:
    """Libraries of CUDA that LD_LIBRARY_PATH puts before all others."""
    folders = (one.rstrip("/") for one in variable.split(":") if one.startswith("/"))
    for folder in dict.fromkeys(folders):
        for name in machine.names(folder):
            # A stub has no number; its soname has, and that is what programs ask for.
            is_driver = name == _DRIVERS or (name == "libcuda.so" and "/stubs" in folder)
            if is_driver or _RUNTIME.fullmatch(name):
                yield Library(
                    name=_DRIVERS if is_driver else name,
                    path=f"{folder}/{name}",
                    target=machine.links_to(machine.path(folder) / name),
                    origin="variable",
                )


def _container(machine: Machine, init: dict[str, str]) -> str | None:
    if is_there(machine.path("/.dockerenv")):
        return "docker"
    if is_there(machine.path("/run/.containerenv")):
        return "podman"
    if machine.environ.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if init.get("container"):  # systemd-nspawn, podman and LXC say so
        return init["container"]
    groups = machine.text("/proc/1/cgroup")
    return next((name for name in _CONTAINERS if name in groups), None)


def _processor(machine: Machine) -> str | None:
    for line in machine.text("/proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "flags":
            return _level(set(value.split()))
    return None


def _level(flags: set[str]) -> str:
    level = "x86_64_v1"
    for name, needed in _LEVELS:
        if not needed <= flags:
            break
        level = name
    return level


def _log(machine: Machine) -> Iterator[str]:
    """The kernel's lines about NVIDIA: of this boot, and only where they may be read."""
    for line in _records(machine.path("/dev/kmsg")):
        text = line.partition(";")[2] if re.match(r"\d+,\d+,", line) else line
        if "NVRM" in text or "nvidia" in text.lower() or "free_mem_region" in text:
            yield text[:300]


def _records(path: Path, most: int = 20_000) -> Iterator[str]:
    """The kernel's ring gives one line for each read, and an error where there is none yet."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    try:
        for _ in range(most):
            try:
                raw = os.read(descriptor, 8192)
            except BrokenPipeError:  # overwritten while it was read
                continue
            except OSError:
                return
            if not raw:
                return
            yield from raw.decode("utf-8", "replace").splitlines()
    finally:
        os.close(descriptor)
