"""Fixtures of the rules about variables, probes and what runs."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.doctor.facts import Hold, Running

from .case import Fixture, both
from .world import DRIVER, GIB, SECOND, SITE, Plant, World

_JAX = "cuda129_py312_h1"


def _jax(world: World) -> None:
    world.conda("jaxlib", "0.9.2", _JAX)


def _tensorflow(world: World) -> None:
    world.conda("tensorflow", "2.19.1", "cuda128py312h1")


def _user_site(name: str) -> Plant:
    def plant(world: World) -> None:
        world.start("unset PYTHONNOUSERSITE")
        (world.home / ".local" / SITE / f"{name}-1.0.dist-info").mkdir(parents=True)

    return plant


def _probe(**said: object) -> Plant:
    answer = {"framework": "torch", "stage": "compute", **said}
    return lambda w: setattr(w, "probes", (answer,))


def _error(name: str, text: str) -> Plant:
    return lambda w: w.notebook({"output_type": "error", "ename": name, "evalue": text})


def _stderr(*lines: str) -> Plant:
    return lambda w: w.notebook({"output_type": "stream", "name": "stderr", "text": list(lines)})


def _runs(*running: Running) -> Plant:
    return lambda w: setattr(w, "running", running)


def _held(share: float, environment: str = "climate") -> Plant:
    memory = int(40 * GIB * share)
    holder = Hold(owner="mine", memory=memory, pid=7, kernel="k-1", environment=environment)
    return lambda w: w.holders(holder)


def _amd(world: World) -> None:
    world.no_gpu()
    world.cpu_only()
    world.device("0000:03:00.0", "0x1002", "0x030000")


def _program(world: World, program: str) -> None:
    world.running = (Running(pid=7, generation=1, program=program, kernel="k-1"),)


CASES: dict[str, Fixture] = {
    # -- variables ----------------------------------------------------------------------------
    "gpu_hidden": Fixture(
        lambda w: w.set(CUDA_VISIBLE_DEVICES=""),
        lambda w: w.set(CUDA_VISIBLE_DEVICES="0"),
    ),
    "gpu_unknown": Fixture(
        lambda w: w.set(CUDA_VISIBLE_DEVICES="1"),
        lambda w: w.set(CUDA_VISIBLE_DEVICES="GPU-1111,-1"),
    ),
    "gpu_twice": Fixture(
        lambda w: w.set(CUDA_VISIBLE_DEVICES="0,0"),
        both(
            lambda w: w.set(CUDA_VISIBLE_DEVICES="1,0"),
            lambda w: w.gpus({}, {"uuid": SECOND, "index": 1}),
        ),
    ),
    "slices_several": Fixture(
        both(
            lambda w: w.set(CUDA_VISIBLE_DEVICES="MIG-1,MIG-2"),
            lambda w: w.reading(mig=True, slices=("MIG-1", "MIG-2")),
        ),
        both(
            lambda w: w.set(CUDA_VISIBLE_DEVICES="MIG-2"),
            lambda w: w.reading(mig=True, slices=("MIG-1", "MIG-2")),
        ),
    ),
    "jax_on_cpu": Fixture(
        both(_jax, lambda w: w.start("export JAX_PLATFORMS=cpu")),
        both(_jax, lambda w: w.start("export JAX_PLATFORMS=cuda,cpu")),
    ),
    "amd_hidden": Fixture(
        both(_amd, lambda w: w.set(HIP_VISIBLE_DEVICES="-1")),
        lambda w: w.set(HIP_VISIBLE_DEVICES="-1"),  # there is none
        also=("gpu_not_nvidia",),
    ),
    "driver_stub": Fixture(
        both(
            lambda w: w.write("/usr/local/cuda/lib64/stubs/libcuda.so", ""),
            lambda w: w.set(LD_LIBRARY_PATH="/usr/local/cuda/lib64/stubs"),
            lambda w: w.cuda(code=34),
        ),
        both(
            lambda w: w.library(f"/opt/driver/libcuda.so.{DRIVER}"),
            lambda w: w.set(LD_LIBRARY_PATH="/opt/driver"),
        ),
    ),
    "cuda_shadowed": Fixture(
        both(
            lambda w: w.write("/usr/local/cuda/lib64/libcudart.so.12", ""),
            lambda w: w.set(LD_LIBRARY_PATH="/usr/local/cuda/lib64"),
        ),
        both(
            lambda w: w.write("/usr/local/lib/libhdf5.so.200", ""),
            lambda w: w.set(LD_LIBRARY_PATH="/usr/local/lib"),
        ),
    ),
    "pythonpath_set": Fixture(
        lambda w: w.set(PYTHONPATH="/opt/tools"),
        lambda w: w.start("export PYTHONNOUSERSITE=1 PYTHONPATH=/data/team"),  # by its own file
    ),
    "user_site_first": Fixture(
        _user_site("pytorch"),
        both(_user_site("pytorch"), lambda w: w.start("export PYTHONNOUSERSITE=1")),
    ),
    "preloaded": Fixture(
        lambda w: w.start("export PYTHONNOUSERSITE=1 LD_PRELOAD=/nonexistent/libtcmalloc.so"),
        lambda w: w.start("export PYTHONNOUSERSITE=1 LD_PRELOAD="),
    ),
    # -- what a probe said --------------------------------------------------------------------
    "no_kernel_image": Fixture(
        _probe(error="RuntimeError: CUDA error: no kernel image is available for execution"),
        _probe(warnings=["a warning about something else"]),
    ),
    "compiled_too_new": Fixture(
        _probe(error="CUDA_ERROR_UNSUPPORTED_PTX_VERSION"), _probe(why="PTX compiled")
    ),
    "cudnn_differs": Fixture(
        _probe(error="cuDNN: compiled against 9.1, but found runtime version 8.9"),
        _probe(cudnn=90100),
    ),
    "tensorflow_libraries": Fixture(
        _probe(warnings=["Cannot dlopen some GPU libraries. Please make sure"]), _probe(ok=True)
    ),
    "jax_without_cuda": Fixture(
        _stderr(
            "An NVIDIA GPU may be present on this machine, but\n",
            "a CUDA-enabled jaxlib is not installed. Falling back to cpu.\n",
        ),
        _stderr("Falling back to cpu.\n"),
    ),
    "illegal_instruction": Fixture(
        _probe(state="crashed", returncode=-4), _probe(state="gpu_ok", returncode=0)
    ),
    "probe_crashed": Fixture(
        _probe(state="crashed", returncode=-11), _probe(state="missing", returncode=0)
    ),
    "probe_timeout": Fixture(_probe(state="timeout"), _probe(state="gpu_ok")),
    "gpu_memory_short": Fixture(
        _error("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2 GiB"),
        _error("MemoryError", "Unable to allocate 2 GiB"),
    ),
    "libraries_outside": Fixture(
        _probe(libs=["/usr/local/cuda/lib64/libcudart.so.12"]),
        lambda w: setattr(
            w,
            "probes",
            ({"libs": [f"{w.prefix}/lib/libcudart.so.12", "/usr/lib64/libcuda.so.580.65.06"]},),
        ),
    ),
    # -- what runs ----------------------------------------------------------------------------
    "other_python": Fixture(
        lambda w: _program(w, "/usr/bin/python3.11"),
        lambda w: _program(w, str(Path(w.prefix) / "bin/python3.12")),
    ),
    "earlier_generation": Fixture(
        _runs(Running(pid=7, generation=0, kernel="k-1")),
        _runs(Running(pid=7, generation=1, kernel="k-1")),
    ),
    "jax_preallocates": Fixture(
        both(_jax, _held(0.75)),
        both(
            _jax,
            _held(0.75),
            lambda w: w.start("export PYTHONNOUSERSITE=1 XLA_PYTHON_CLIENT_PREALLOCATE=false"),
        ),
    ),
    "tensorflow_takes_all": Fixture(both(_tensorflow, _held(0.93)), both(_tensorflow, _held(0.5))),
    "gpu_unused": Fixture(
        both(_probe(state="gpu_ok"), _runs(Running(pid=7, generation=1, kernel="k-1"))),
        both(
            _probe(state="gpu_ok"),
            _runs(Running(pid=7, generation=1, kernel="k-1")),
            _held(0.1),
        ),
    ),
    "gpu_starved": Fixture(
        both(
            _held(0.2),
            lambda w: w.reading(utilisation=5),
            _runs(Running(pid=7, generation=1, kernel="k-1", busy=1.0)),
        ),
        both(
            _held(0.2),
            lambda w: w.reading(utilisation=85),
            _runs(Running(pid=7, generation=1, kernel="k-1", busy=1.0)),
        ),
    ),
    # -- what notebooks have saved ------------------------------------------------------------
    "forked_after_cuda": Fixture(
        _error("RuntimeError", "Cannot re-initialize CUDA in forked subprocess. To use CUDA"),
        # Somebody writes about it.
        lambda w: w.notebook(
            {"output_type": "stream", "name": "stdout", "text": "Cannot re-initialize CUDA in"}
        ),
    ),
    "framework_fails": Fixture(
        _probe(state="crashed", code="import_failed", returncode=0, error="ImportError: libmkl"),
        _probe(state="missing", code="framework_missing", returncode=0),
    ),
    "gpu_not_seen": Fixture(
        _probe(state="gpu_hidden", code="not_seen", why="it does not say why"),
        _probe(state="gpu_hidden", code="hidden_by_variable"),  # another rule's
    ),
    "gpu_computes_not": Fixture(
        _probe(state="gpu_broken", code="compute_failed", error="CUDA error: launch failure"),
        _probe(state="gpu_ok", code="gpu_ok"),
    ),
    "cpu_build_tried": Fixture(
        both(
            World.cpu_only,
            lambda w: w.pip("torch", "2.9.0"),
            _probe(state="cpu_only_build", code="cpu_only_build"),
        ),
        both(
            World.no_gpu,
            World.cpu_only,
            lambda w: w.pip("torch", "2.9.0"),
            _probe(state="cpu_only_build", code="cpu_only_build"),
        ),
        still=("gpu_none",),
    ),
    "wrong_results": Fixture(
        _probe(state="gpu_broken", code="wrong_result"), _probe(state="gpu_ok", code="gpu_ok")
    ),
    "module_missing": Fixture(
        _probe(state="missing", code="module_missing", missing="sympy"),
        _probe(state="missing", code="framework_missing", missing="torch"),
    ),
    "probe_shadowed": Fixture(
        _probe(state="gpu_broken", code="shadowed", variables="LD_LIBRARY_PATH"),
        _probe(state="gpu_ok", code="gpu_ok"),
    ),
}

#: More that comes close and is no fault.
NEAR_MISSES: dict[str, Plant] = {
    "stubs as CUDA lays them out, which no program finds": both(
        lambda w: w.write("/usr/local/cuda/lib64/stubs/libcuda.so", ""),
        lambda w: w.set(LD_LIBRARY_PATH="/usr/local/cuda/lib64/stubs"),
    ),
    "GPUs that are hidden from an environment without use for them": both(
        World.cpu_only, lambda w: w.set(CUDA_VISIBLE_DEVICES="")
    ),
    "a slice by its old name": both(
        lambda w: w.set(CUDA_VISIBLE_DEVICES="MIG-GPU-11111111-aaaa/1/0"),
        lambda w: w.reading(mig=True, slices=("MIG-1",)),
    ),
    "TensorFlow of pip with the site's CUDA": both(
        World.cpu_only,
        lambda w: w.pip("tensorflow", "2.10.0"),
        lambda w: w.write("/opt/cuda/lib64/libcudart.so.11", ""),
        lambda w: w.set(LD_LIBRARY_PATH="/opt/cuda/lib64"),
    ),
    "JAX of pip from before its plugins": both(
        World.cpu_only, lambda w: w.pip("jaxlib", "0.4.13+cuda12.cudnn89")
    ),
    "a program that was started by hand": lambda w: setattr(
        w, "running", (Running(pid=7, generation=1, program="/bin/python3"),)
    ),
    "cuda-version beside builds for CPUs": both(
        World.cpu_only,
        lambda w: w.conda("cuda-version", "13.0"),
        lambda w: w.gpus({"capability": "6.1"}, cuda="12.4"),
    ),
    "a home behind a link": lambda w: _linked_home(w),
}


def _linked_home(world: World) -> None:
    """/home/ada is a link, as on many clusters; the system tells of real paths only."""
    real = world.home.parent.parent / "data"
    world.home.parent.rename(real)
    world.home.parent.symlink_to(real)
    program = str(world.prefix.resolve() / "bin/python3.12")
    world.running = (Running(pid=7, generation=1, program=program, kernel="k-1"),)
    library = str(world.prefix.resolve() / "lib/libcudart.so.12")
    world.probes = ({"framework": "torch", "state": "gpu_broken", "libs": [library]},)
