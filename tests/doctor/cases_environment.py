"""Fixtures of the rules about what is installed, and about kernels."""

from __future__ import annotations

import json
import shutil

from .case import Fixture, both
from .world import Plant, World

_TORCH = "pytorch"
_CPU = "cpu_mkl_py312_h3"
_OLD = "5.0 6.0 7.0 7.5 8.0 8.6 9.0 10.0 12.0+PTX"
_NEW = "7.5 8.0 8.6 9.0 10.0 12.0+PTX"


def _spec(*argv: str, **more: object) -> dict[str, object]:
    return {"argv": list(argv), "display_name": "x", "language": "python", **more}


def _archive(world: World) -> None:
    world.archived = True


def _gone(world: World) -> None:
    shutil.rmtree(world.prefix)
    shutil.rmtree(world.kernels_dir)


def _earlier(world: World) -> None:
    file = world.kernels_dir / "conda-env-climate-py" / "kernel.json"
    content = json.loads(file.read_text())
    earlier = world.store.generation("climate", 0)
    earlier.mkdir()
    (earlier / "conda-meta" / "jupyter-envs").mkdir(parents=True)
    (earlier / "conda-meta" / "jupyter-envs" / "start").touch()
    content["argv"][0] = str(earlier / "conda-meta" / "jupyter-envs" / "start")
    content["metadata"]["conda_env_path"] = str(earlier)
    file.write_text(json.dumps(content))


def _deep(world: World) -> None:
    """Made by something else, which did not count."""
    world.managed = False
    length = 252 - len(str(world.prefix))
    world.prefix = world.prefix / ("d" * length)
    world.prefix.mkdir()
    world._environment()


def _architectures(numbers: str) -> Plant:
    script = f'export CF_TORCH_CUDA_ARCH_LIST="{numbers.replace(" ", ";")}"\n'
    return lambda w: w.file("etc/conda/activate.d/libtorch_activate.sh", script)


def _cuda13(world: World) -> None:
    world.conda("cuda-version", "13.0")
    world.conda(_TORCH, "2.13.0", "cuda130_mkl_py312_h3")


def _capability(value: str, name: str = "NVIDIA X") -> Plant:
    return lambda w: w.gpus({"capability": value, "name": name})


def _pip_jax(world: World) -> None:
    world.cpu_only()
    world.pip("jax", "0.10.2")
    world.pip("jaxlib", "0.10.2")


CASES: dict[str, Fixture] = {
    # -- files and kernels --------------------------------------------------------------------
    "environment_archived": Fixture(_archive, lambda w: None),
    "environment_gone": Fixture(_gone, lambda w: None),
    "python_gone": Fixture(
        lambda w: (w.prefix / "bin/python").unlink(),
        both(lambda w: (w.prefix / "bin/python").unlink(), lambda w: w.unconda("python")),
    ),
    "start_gone": Fixture(
        lambda w: (w.prefix / "conda-meta/jupyter-envs/start").unlink(),
        both(
            lambda w: setattr(w, "managed", False),
            lambda w: (w.prefix / "conda-meta/jupyter-envs/start").unlink(),
            lambda w: shutil.rmtree(w.kernels_dir / "conda-env-climate-py"),
        ),
        also=("kernel_gone",),
    ),
    "prefix_too_long": Fixture(_deep, lambda w: None),
    "kernel_missing": Fixture(
        lambda w: shutil.rmtree(w.kernels_dir / "conda-env-climate-py"),
        lambda w: w.register(),
    ),
    "kernel_shadowed": Fixture(
        both(
            lambda w: shutil.rmtree(w.kernels_dir / "conda-env-climate-py"),
            lambda w: w.kernel(w.kernels_dir, "conda-env-climate-py", _spec("/bin/sh")),
        ),
        # It comes later.
        lambda w: w.kernel(w.system_kernels, "conda-env-climate-py", _spec("/bin/sh")),
    ),
    "kernel_earlier": Fixture(_earlier, lambda w: w.register()),
    "kernel_gone": Fixture(
        lambda w: w.kernel(w.system_kernels, "old", _spec("/nowhere/bin/python")),
        lambda w: w.kernel(w.system_kernels, "other", _spec("python3")),  # of some PATH
    ),
    "kernel_unreadable": Fixture(
        lambda w: w.kernel(w.system_kernels, "half", '{"argv": ["x"'),
        lambda w: (w.system_kernels / "empty").mkdir(parents=True),  # Jupyter ignores it, too
    ),
    "nb_conda_kernels_first": Fixture(
        lambda w: setattr(w, "nb_conda_kernels", True),
        both(
            lambda w: setattr(w, "nb_conda_kernels", True), lambda w: setattr(w, "managed", False)
        ),
    ),
    # -- packages -----------------------------------------------------------------------------
    "cpu_build": Fixture(
        both(World.cpu_only, lambda w: w.conda(_TORCH, "2.13.0", _CPU)),
        both(World.no_gpu, World.cpu_only, lambda w: w.conda(_TORCH, "2.13.0", _CPU)),
        still=("gpu_none",),
    ),
    "cuda_build_without_gpu": Fixture(World.no_gpu, World.cpu_only, also=("gpu_none",)),
    "framework_twice": Fixture(
        lambda w: w.pip("torch", "2.14.0+cu129"),
        lambda w: w.pip("torchmetrics", "1.0"),
    ),
    "cuda_libraries_twice": Fixture(
        both(lambda w: w.conda("cudnn", "9.1"), lambda w: w.pip("nvidia-cudnn-cu12", "9.5")),
        lambda w: w.pip("nvidia-ml-py", "13.0"),
    ),
    "cudatoolkit_beside": Fixture(
        lambda w: w.conda("cudatoolkit", "11.8.0"),
        both(
            World.cpu_only,
            lambda w: w.conda("cudatoolkit", "11.8.0"),
            lambda w: w.conda("cuda-version", "11.8"),
        ),
    ),
    "extension_differs": Fixture(
        lambda w: w.conda("torchvision", "0.24.0", "cpu_py312_h1"),
        lambda w: w.conda("torchvision", "0.24.0", "cuda128_py312_h1"),
    ),
    "tensorflow_without_cuda": Fixture(
        both(World.cpu_only, lambda w: w.pip("tensorflow", "2.19.0")),
        both(
            World.cpu_only,
            lambda w: w.pip("tensorflow", "2.19.0"),
            lambda w: w.pip("nvidia-cudnn-cu12", "9.3"),
        ),
    ),
    "jax_without_plugin": Fixture(
        _pip_jax, both(_pip_jax, lambda w: w.pip("jax-cuda12-plugin", "0.10.2"))
    ),
    "jax_plugin_differs": Fixture(
        both(_pip_jax, lambda w: w.pip("jax-cuda12-plugin", "0.9.2")),
        both(_pip_jax, lambda w: w.pip("jax-cuda12-plugin", "0.10.2")),
    ),
    # -- does it fit --------------------------------------------------------------------------
    "driver_too_old": Fixture(
        both(_cuda13, lambda w: w.gpus({}, cuda="12.8", driver="570.26")),
        both(_cuda13, lambda w: w.gpus({}, cuda="13.0")),
    ),
    "driver_older": Fixture(
        lambda w: w.gpus({}, cuda="12.4", driver="550.54.14"),
        lambda w: w.gpus({}, cuda="13.0"),  # newer ones run all older CUDAs
    ),
    "capability_unsupported": Fixture(
        both(_cuda13, _architectures(_NEW), _capability("6.1", "NVIDIA GeForce GTX 1080 Ti")),
        both(_architectures(_OLD), _capability("6.1", "NVIDIA GeForce GTX 1080 Ti")),
    ),
    "compat_package": Fixture(
        both(
            lambda w: w.conda("cuda-compat", "13.1.1"),
            _capability("8.9", "NVIDIA GeForce RTX 4090"),
        ),
        lambda w: w.conda("cuda-compat", "13.1.1"),  # a data centre's GPU
    ),
    "glibc_too_old": Fixture(
        lambda w: w.conda("numpy", "2.4.0", depends=["__glibc >=2.40,<3.0.a0"]),
        lambda w: w.conda("numpy", "2.4.0", depends=["__glibc >=2.28,<3.0.a0"]),
    ),
    "processor_too_old": Fixture(
        both(
            lambda w: w.conda("_x86_64-microarch-level", "3", "2_haswell"),
            lambda w: w.write("/proc/cpuinfo", "flags : cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3\n"),
        ),
        lambda w: w.conda("_x86_64-microarch-level", "3", "2_haswell"),
    ),
}
