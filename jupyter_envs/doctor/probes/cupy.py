"""Whether CuPy computes: a product, and a kernel that it compiles itself. It has no CPU path."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from .start import SIZE, is_exact, milliseconds, said, stage


def probe() -> None:
    """Fill ``said``."""
    began = time.perf_counter()
    cupy: Any = import_module("cupy")
    said.update(
        import_ms=milliseconds(began),
        file=getattr(cupy, "__file__", None),
        version=str(cupy.__version__),
    )
    stage("imported")
    runtime = cupy.cuda.runtime
    said.update(built_cuda=_dotted(runtime.runtimeGetVersion()), available=False)
    count = int(runtime.getDeviceCount())
    said["available"] = count > 0
    said["devices"] = [
        {"name": _text(runtime.getDeviceProperties(number)["name"])} for number in range(count)
    ]
    stage("compute")
    began = time.perf_counter()
    matrix = cupy.full((SIZE, SIZE), 0.5, dtype="f4")
    said["ok"] = is_exact(float((matrix @ matrix).sum()))
    said["matmul_ms"] = milliseconds(began)
    stage("compile")
    twice = cupy.ElementwiseKernel("float32 x", "float32 y", "y = 2 * x", "jupyter_envs_probe")
    said["conv_ok"] = abs(float(twice(matrix).sum()) - SIZE * SIZE) < 1
    stage("done")


def _dotted(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"


def _text(name: Any) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
