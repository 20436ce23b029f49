"""Fixtures of the rules about GPUs and their driver."""

from __future__ import annotations

from jupyter_envs.doctor.facts import Hold

from .case import Fixture, both
from .world import GIB, SECOND, Plant, World

_OTHERS = Hold(owner="other", memory=30 * GIB)


def _idle(seconds: float) -> Hold:
    return Hold(owner="mine", memory=2 * GIB, pid=7, kernel="k-1", notebook="a.ipynb", idle=seconds)


def _kmsg(*lines: str) -> Plant:
    text = "".join(f"6,{n},5678{n},-;{line}\n" for n, line in enumerate(lines))
    return lambda w: w.write("/dev/kmsg", text)


def _no_inventory(world: World) -> None:
    world.inventory, world.readings = None, ()


def _wsl(folder: str) -> Plant:
    def plant(world: World) -> None:
        world.no_driver()
        for address in ("0000:65:00.0", "0000:65:00.1"):
            world.device(address, "0x1414", "0x030200")
        world.write("/proc/version", "Linux version 5.15.0-microsoft-standard-WSL2")
        world.library(f"{folder}/libcuda.so.1.1")
        world.state("ok")
        world.gpus({})

    return plant


CASES: dict[str, Fixture] = {
    # -- which GPU, which driver --------------------------------------------------------------
    "wsl": Fixture(
        _wsl("/usr/lib/wsl/lib"),
        lambda w: w.write("/proc/version", "Linux version 6.1.0-azure"),
    ),
    "wsl_linux_driver": Fixture(
        _wsl("/usr/lib/x86_64-linux-gnu"), _wsl("/usr/lib/wsl/lib"), still=("wsl",)
    ),
    "gpu_not_nvidia": Fixture(
        both(
            World.no_gpu, World.cpu_only, lambda w: w.device("0000:03:00.0", "0x1002", "0x030000")
        ),
        # A processor's graphics beside a real one.
        lambda w: w.device("0000:00:02.0", "0x8086", "0x030000"),
    ),
    "gpu_none": Fixture(
        both(World.no_gpu, World.cpu_only),
        _no_inventory,  # nobody asked, and the bus shows one
    ),
    "nouveau_loaded": Fixture(
        both(World.no_driver, lambda w: w.module("nouveau")),
        lambda w: w.module("nvidia", "nouveau"),
    ),
    "driver_not_loaded": Fixture(
        both(lambda w: w.remove("/proc/driver/nvidia/version"), lambda w: w.state("not_loaded", 9)),
        # A driver package on a machine without a GPU is how images are made.
        both(
            World.no_gpu,
            World.cpu_only,
            lambda w: w.library("/usr/lib/x86_64-linux-gnu/libcuda.so.580.65.06"),
            lambda w: w.state("not_loaded", 9),
            lambda w: w.cuda(code=100),
        ),
        still=("gpu_none",),
    ),
    "driver_missing": Fixture(
        World.no_driver, both(World.no_gpu, World.cpu_only), still=("gpu_none",)
    ),
    "driver_mismatch": Fixture(
        lambda w: w.library("/usr/lib/x86_64-linux-gnu/libcuda.so.590.44.01"),
        # The compatibility package has another version by design.
        both(
            lambda w: w.library("/opt/compat/libcuda.so.590.44.01"),
            lambda w: w.set(LD_LIBRARY_PATH="/opt/compat"),
        ),
    ),
    "kernel_memory_bug": Fixture(
        both(
            lambda w: w.cuda(code=3),
            _kmsg("nvidia: devmem_alloc_pagemap: request_free_mem_region() err -34"),
        ),
        _kmsg("nvidia: devmem_alloc_pagemap: request_free_mem_region() err -34"),  # it works
    ),
    "fabric_manager_down": Fixture(
        both(
            lambda w: w.device("0000:c0:00.0", "0x10de", "0x068000"),
            lambda w: w.cuda(code=802),
        ),
        lambda w: w.device("0000:c0:00.0", "0x10de", "0x068000"),
    ),
    "uvm_missing": Fixture(
        both(lambda w: w.remove("/dev/nvidia-uvm"), lambda w: w.cuda(code=999)),
        lambda w: w.remove("/dev/nvidia-uvm"),  # until the first use
    ),
    "driver_fails": Fixture(
        lambda w: w.state("error", 999),
        both(World.container, lambda w: w.state("gone", 999)),
        still=("container_gpu_gone",),
    ),
    "driver_hangs": Fixture(
        lambda w: setattr(w, "stale_since", "2026-01-01T00:00:00+00:00"),
        lambda w: setattr(w, "stale_since", None),
    ),
    "cuda_hangs": Fixture(
        lambda w: w.cuda(timeout=20.0),
        lambda w: w.cuda(load_error="no"),
        still=("library_missing",),
    ),
    "cuda_no_device": Fixture(
        lambda w: w.cuda(code=100),
        both(lambda w: w.cuda(code=100), lambda w: w.gpus()),
        still=("gpu_not_given",),
    ),
    "gpu_not_given": Fixture(
        lambda w: w.gpus(),
        both(World.no_gpu, World.cpu_only, lambda w: w.state("ok")),
        still=("gpu_none",),
    ),
    "library_missing": Fixture(
        both(
            World.container,
            World.no_library,
            lambda w: w.cuda(load_error="libcuda.so.1: cannot open shared object file"),
        ),
        # The loader knows a folder that is not looked into.
        both(World.no_library, lambda w: w.cuda(code=0, count=1)),
    ),
    "cuda_fails": Fixture(lambda w: w.cuda(code=3), lambda w: w.cuda(code=0, count=1)),
    # -- single GPUs --------------------------------------------------------------------------
    "gpu_lost": Fixture(lambda w: w.reading(state="lost"), lambda w: w.reading(state="ok")),
    "gpu_reset_required": Fixture(
        lambda w: w.reading(state="reset_required"), lambda w: w.reading(state="ok")
    ),
    "gpu_fault": Fixture(
        _kmsg("NVRM: Xid (PCI:0000:65:00): 79, pid=12, GPU has fallen off the bus."),
        _kmsg("NVRM: loading NVIDIA UNIX x86_64 Kernel Module  580.65.06"),
    ),
    "gpu_program_fault": Fixture(
        _kmsg("NVRM: Xid (PCI:0000:65:00): 31, pid=12, MMU Fault"),
        _kmsg("NVRM: GPU at PCI:0000:65:00: GPU-1111"),
    ),
    "memory_errors": Fixture(
        lambda w: w.reading(ecc_uncorrected=2), lambda w: w.reading(ecc_uncorrected=0)
    ),
    "memory_remap_failed": Fixture(
        lambda w: w.reading(remap_failed=True), lambda w: w.reading(remap_failed=False)
    ),
    "gpu_hot": Fixture(
        lambda w: w.reading(throttle=("slowdown", "hardware_thermal"), temperature=91),
        lambda w: w.reading(
            throttle=("idle", "power_cap"), temperature=91
        ),  # idle, and at its power limit
    ),
    "gpu_power_brake": Fixture(
        lambda w: w.reading(throttle=("slowdown", "power_brake")),
        lambda w: w.reading(throttle=("power_cap",)),
    ),
    "compute_prohibited": Fixture(
        lambda w: w.reading(compute_mode="prohibited"), lambda w: w.reading(compute_mode="default")
    ),
    "gpu_exclusive": Fixture(
        both(
            lambda w: w.holders(_OTHERS, compute_mode="exclusive_process"),
            lambda w: w.cuda(code=46),
        ),
        lambda w: w.reading(compute_mode="exclusive_process"),  # and nobody has it
    ),
    "mig_without_slices": Fixture(
        lambda w: w.reading(mig=True, slices=()),
        lambda w: w.reading(mig=True, slices=("MIG-1",)),
    ),
    "mig_reset_needed": Fixture(
        lambda w: w.reading(mig_pending=True), lambda w: w.reading(mig_pending=False)
    ),
    "memory_shared": Fixture(
        lambda w: w.gpus({"unified": True, "name": "NVIDIA GB10", "capability": "12.1"}),
        lambda w: w.gpus({}, {"uuid": SECOND, "index": 1}),
    ),
    # -- what they hold now -------------------------------------------------------------------
    "memory_full": Fixture(
        lambda w: w.holders(Hold(owner="other", memory=39 * GIB), used=39 * GIB),
        lambda w: w.holders(
            Hold(owner="mine", memory=39 * GIB, pid=7, kernel="k-1"), used=39 * GIB
        ),
    ),
    "memory_idle": Fixture(
        lambda w: w.holders(_idle(3 * 3600.0)),
        lambda w: w.holders(_idle(600.0)),
    ),
    "memory_orphan": Fixture(
        lambda w: w.holders(Hold(owner="mine", memory=GIB, pid=9, orphan=True)),
        lambda w: w.holders(Hold(owner="mine", memory=GIB, pid=9)),
    ),
}
