"""Asking CUDA whether it starts: in a program of its own, since it may hang, crash or stay.

CUDA's driver library keeps its state for the life of a process, and a call into a driver that
hangs cannot be ended. So the server never loads it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

import msgspec

from .facts import CudaAnswer

#: A machine whose driver sleeps until it is asked needs a few seconds.
SECONDS = 20.0

#: Variables that would hide from cuInit what is there; whether they hide it is another question.
_HIDING = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")

_MARK = "@@CUDA "
_PROGRAM = """
import ctypes, json, sys
said = {}
try:
    cuda = ctypes.CDLL("libcuda.so.1")
except OSError as error:
    said["load_error"] = str(error)
else:
    said["code"] = cuda.cuInit(0)
    value = ctypes.c_int()
    if cuda.cuDriverGetVersion(ctypes.byref(value)) == 0:
        said["version"] = value.value
    if said["code"] == 0 and cuda.cuDeviceGetCount(ctypes.byref(value)) == 0:
        said["count"] = value.value
    try:
        with open("/proc/self/maps") as maps:
            paths = [line.split(None, 5)[5].strip() for line in maps if "libcuda" in line]
        said["path"] = next((p for p in paths if "/libcuda" in p), None)
    except (OSError, IndexError):
        pass
print(MARK + json.dumps(said), flush=True)
"""


def ask_cuda(environ: Mapping[str, str], *, seconds: float = SECONDS) -> CudaAnswer:
    """What ``cuInit`` answers to a program with these variables, whatever they hide of the GPUs.

    It takes about 30 ms where there is no driver, and never longer than ``seconds``.
    """
    program = _PROGRAM.replace("MARK", repr(_MARK))
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", program],
            env={k: v for k, v in environ.items() if k not in _HIDING},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return CudaAnswer(load_error=str(error))
    try:
        output, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _abandon(child)
        return CudaAnswer(timeout=seconds)
    return _answer(output, child.returncode)


def _abandon(child: subprocess.Popen[bytes]) -> None:
    """One that the driver holds cannot be killed; nobody waits for it for long."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=1)
    if child.stdout:
        child.stdout.close()


def _answer(output: bytes, status: int) -> CudaAnswer:
    for line in output.decode("utf-8", "replace").splitlines():
        if line.startswith(_MARK):
            with suppress(ValueError, msgspec.ValidationError):
                return msgspec.convert(json.loads(line.removeprefix(_MARK)), CudaAnswer)
    return CudaAnswer(load_error=f"the program ended with status {status}")
