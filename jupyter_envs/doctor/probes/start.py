"""What every probe begins and ends with; see this folder's ``__init__`` for where it runs."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

MARK = "@@PROBE "

#: A product of two square matrices of 0.5 has an exact sum, so a wrong result is seen too.
SIZE = 256
EXACT = 64.0 * SIZE * SIZE

#: PR_SET_PDEATHSIG of linux/prctl.h.
_SET_DEATH_SIGNAL = 1

_LIBRARIES = (
    "libcuda.so", "libcudart", "libcudnn", "libcublas", "libnvidia-ml", "libnccl", "libamdhip64",
)  # fmt: skip
_VARIABLES = (
    "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES", "JAX_PLATFORMS", "JAX_PLATFORM_NAME", "LD_LIBRARY_PATH", "LD_PRELOAD",
    "PYTHONPATH",
)  # fmt: skip

said: dict[str, Any] = {"schema": 1, "stage": "start"}


def stage(name: str) -> None:
    """Tell how far it has come: after a crash nothing else is known."""
    said["stage"] = name
    _print({"stage": name})


def is_exact(total: float) -> bool:
    """Whether the sum of the product is what it has to be."""
    return abs(total - EXACT) < 1


def milliseconds(began: float) -> float:
    """Since ``time.perf_counter()`` gave ``began``."""
    return round((time.perf_counter() - began) * 1000, 2)


def error_text(error: BaseException) -> str:
    """An exception in a line that is not too long."""
    return f"{type(error).__name__}: {str(error)[:400]}"


def _print(what: dict[str, Any]) -> None:
    # On a line of its own, whatever a library has written without an end.
    sys.stdout.write(f"\n{MARK}{json.dumps(what)}\n")
    sys.stdout.flush()


def _libcuda() -> dict[str, Any]:
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        return {"load_error": str(error)[:300]}
    found: dict[str, Any] = {"cuInit": cuda.cuInit(0)}
    value = ctypes.c_int()
    if cuda.cuDriverGetVersion(ctypes.byref(value)) == 0:
        found["driver_cuda"] = value.value
    if found["cuInit"] == 0 and cuda.cuDeviceGetCount(ctypes.byref(value)) == 0:
        found["count"] = value.value
    return found


def _context() -> int | None:
    """What the driver says to a program that wants to compute on its first GPU; 2 is "out of
    memory". Frameworks do not always pass its answer on."""
    with suppress(OSError, AttributeError):
        cuda, context = ctypes.CDLL("libcuda.so.1"), ctypes.c_void_p()
        return int(cuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0))
    return None


def _libraries() -> list[str]:
    found = set()
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "replace")
    except OSError:
        return []
    for line in maps.splitlines():
        parts = line.split(None, 5)
        if len(parts) == 6 and Path(parts[5]).name.startswith(_LIBRARIES):
            found.add(parts[5])
    return sorted(found)[:40]


def _end_with_the_starter(seconds: float) -> None:
    """Whoever started this may be killed: then it is not to stay, whatever the framework does."""
    signal.alarm(int(seconds) + 5)
    with suppress(AttributeError, OSError):  # there is a prctl on Linux only
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, int(signal.SIGKILL))


def run(framework: str, probe: Any, seconds: float) -> None:
    """Carry out a framework's ``probe`` and print what came of it. It ends the process."""
    _end_with_the_starter(seconds)
    with suppress(OSError):
        os.nice(10)
    # A probe is a guest on the GPU: it takes what it needs and not all there is.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    said.update(
        framework=framework,
        python=platform.python_version(),
        env={name: os.environ[name][:1000] for name in _VARIABLES if name in os.environ},
    )
    stage("start")
    said["libcuda"] = _libcuda()
    try:
        probe()
    except ModuleNotFoundError as error:
        said["missing"] = error.name
    except BaseException as error:  # noqa: BLE001 - a framework may raise anything
        said["error"] = error_text(error)
    said["libs"] = _libraries()
    _print({"verdict": said})
    if "error" in said and said["libcuda"].get("count"):
        # After the verdict, should the driver hang now; who listens takes the last one.
        said["libcuda"]["context"] = _context()
        _print({"verdict": said})
    # No framework's exit is waited for: a notebook never sees it.
    os._exit(0)
