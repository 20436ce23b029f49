"""CUDA or CPU: which of the two a package was built for, as far as its metadata tells.

Channels have no field for it. What they do have, in the order trusted here: the build string
(conda-forge: ``cuda126_mkl_py312_...``, ``cpu_generic_...``, ``..._cpu``; the pytorch channel:
``py3.10_cuda12.1_cudnn8.9.2_0``), a local version of a wheel (``2.5.1+cu124``, ``+cpu``), and a
dependency on the driver's virtual package or on the CUDA runtime. It is what was *chosen*, not
a proof that it works: that is the probe's.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from .model import Lock, LockedPackage, Manager

Accelerator = Literal["cuda", "cpu"]

_CPU_BUILD = re.compile(r"(?:^|_)(?:cpu|nocuda)")
_CUDA_BUILD = re.compile(r"(?:^|_)(?:cuda|gpu)")
_CUDA_WHEEL = re.compile(r"\+(?:cu\d|cuda)")
_CUDA_RUNTIMES = frozenset({"cuda-version", "cudatoolkit", "pytorch-cuda"})
_NVIDIA_WHEEL = re.compile(r"nvidia-[a-z-]+-cu\d+")


class GpuBuild(msgspec.Struct, frozen=True, kw_only=True):
    """A package that exists for CUDA and for CPU, or for CUDA only, and which one was chosen."""

    name: str
    manager: Manager
    version: str
    build: str
    accelerator: Accelerator


def gpu_builds(lock: Lock, platform: str) -> tuple[GpuBuild, ...]:
    """The GPU-capable packages of a platform, conda before pip, by name.

    CUDA's own libraries (libcublas, nvidia-cudnn-cu12, ...) are no choice and are left out.
    """
    found = []
    for package in lock.for_platform(platform):
        accelerator = accelerator_of(package)
        if accelerator is not None:
            found.append(
                GpuBuild(
                    name=package.name,
                    manager=package.manager,
                    version=package.version,
                    build=package.build,
                    accelerator=accelerator,
                )
            )
    return tuple(found)


def built_for(lock: Lock, platform: str) -> Accelerator | None:
    """What the GPU-capable packages of a platform were built for: CUDA, where one of them was;
    None where there are none."""
    found = {build.accelerator for build in gpu_builds(lock, platform)}
    return "cuda" if "cuda" in found else "cpu" if found else None


def accelerator_of(package: LockedPackage) -> Accelerator | None:
    """What the package was built for; None when nothing says that it has to do with a GPU."""
    return _of_wheel(package) if package.manager == "pip" else _of_conda(package)


def _of_conda(package: LockedPackage) -> Accelerator | None:
    build = package.build
    if _CPU_BUILD.search(build):
        return "cpu"
    if _CUDA_BUILD.search(build) or "__cuda" in package.dependencies:
        return "cuda"
    # A library of CUDA itself depends on its version too, but not on Python.
    needs = package.dependencies.keys()
    return "cuda" if "python" in needs and not needs.isdisjoint(_CUDA_RUNTIMES) else None


def _of_wheel(package: LockedPackage) -> Accelerator | None:
    if package.name.startswith("nvidia-"):
        return None
    if package.version.endswith("+cpu"):
        return "cpu"
    if _CUDA_WHEEL.search(package.version):
        return "cuda"
    return "cuda" if any(_NVIDIA_WHEEL.match(name) for name in package.dependencies) else None
