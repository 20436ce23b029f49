"""What looking at GPUs costs: against the calls that it makes, and for those who wait beside it.

The driver's library is the stand-in of the tests, whose calls take no time, so that what is
measured is ours.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

from benchmarks.bench import Bench
from benchmarks.connection import API, TRIVIAL, Connection
from benchmarks.measure import Result, Skipped, compare, summary
from tests.support.nvml import Driver, build_double, compiler
from tests.support.server import JupyterServer

_SAMPLES = 200
_TIMES = 20
_EVERY_SECONDS = 0.005
_LISTEN_SECONDS = 6.0
#: Longer than the sampler stays awake.
_QUIET_SECONDS = 12.0
_HARDWARE = f"{API}/hardware"

#: Samples, and the same calls of the binding alone, in turn: seconds of each.
_MEASURE = """
import json, sys, time
from pathlib import Path
import pynvml as n
from jupyter_envs.hardware.gpus import Gpus

gpus = Gpus(sys=Path("/nonexistent"), processes_every=float(sys.argv[2]))
gpus.read()

def calls(of):
    found = []
    for call, *arguments in of:
        began = time.perf_counter()
        try:
            call(*arguments)
        except n.NVMLError:
            pass
        found.append(time.perf_counter() - began)
    return sum(found)

def whole(h):
    yield n.nvmlDeviceGetUUID, h
    yield n.nvmlDeviceGetMigMode, h
    yield n.nvmlDeviceGetMemoryInfo, h, n.nvmlMemory_v2
    yield n.nvmlDeviceGetUtilizationRates, h
    yield n.nvmlDeviceGetTemperature, h, 0
    yield n.nvmlDeviceGetPowerUsage, h
    yield n.nvmlDeviceGetCurrentClocksEventReasons, h

def part(h):
    yield n.nvmlDeviceGetUUID, h
    yield n.nvmlDeviceGetMemoryInfo, h, n.nvmlMemory_v2
    yield n.nvmlDeviceGetName, h
    yield n.nvmlDeviceGetGpuInstanceId, h
    yield n.nvmlDeviceGetComputeInstanceId, h

handles = [n.nvmlDeviceGetHandleByIndex(i) for i in range(2)]
parts = [n.nvmlDeviceGetMigDeviceHandleByIndex(handles[1], i) for i in range(2)]
listed = [*whole(handles[0]), *whole(handles[1]), *part(parts[0]), *part(parts[1])]
own, driver = [], []
for _ in range(int(sys.argv[1])):
    began = time.perf_counter()
    gpus.read()
    own.append(time.perf_counter() - began)
    driver.append(calls(listed))
print(json.dumps([own, driver]))
"""


@cache
def _driver(bench: Bench) -> Driver:
    if compiler() is None:
        raise Skipped("there is no C compiler for the stand-in of a driver")
    folder = bench.fresh("nvml")
    folder.mkdir()
    return Driver(build_double(folder), folder, f"two 0:{os.getpid()}:2500 1.1:{os.getpid()}:9000")


def _samples(bench: Bench, processes_every: float) -> tuple[list[float], list[float]]:
    driver = _driver(bench)
    # By the variable: the stand-in then reads no file at each of its calls.
    environ = {**os.environ, **driver.environ, "NVML_DOUBLE": driver.words}
    del environ["NVML_DOUBLE_FILE"]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(_SAMPLES), str(processes_every)],
        env=environ,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        check=True,
    )
    own, calls = msgspec.json.decode(done.stdout, type=tuple[list[float], list[float]])
    return own, calls


def sample(bench: Bench) -> Result:
    """Two GPUs, one of them in two slices: what we add to the calls of the driver."""
    own, calls = _samples(bench, 3600)
    return _beyond("gpu-sample-ms", own, calls)


def sample_with_processes(bench: Bench) -> Result:
    """The same with all lists of processes, and what hardly changes: every third time."""
    own, calls = _samples(bench, 0)
    return _beyond("gpu-sample-processes-ms", own, calls)


def _beyond(name: str, own: list[float], calls: list[float]) -> Result:
    more = [mine - theirs for mine, theirs in zip(own, calls, strict=True)]
    ratio = statistics.median(own) / statistics.median(calls)
    result = summary(name, more, unit="ms")
    against = "the driver's calls through its binding, which are taken off"
    return msgspec.structs.replace(result, against=against, ratio=round(ratio, 3))


@contextmanager
def _asking(bench: Bench) -> Iterator[Connection]:
    environ = {**bench.user.environ, **_driver(bench).environ}
    with (
        JupyterServer(environ, bench.fresh("server")) as server,
        Connection(server) as connection,
    ):
        connection.get(_HARDWARE)
        yield connection


def status(bench: Bench) -> Result:
    """`GET hardware` while somebody looks: from memory."""
    with _asking(bench) as connection:
        return compare(
            "get-hardware-ms",
            lambda: connection.seconds(_HARDWARE),
            repeat=bench.repeat * _TIMES,
            unit="ms",
            against=f"GET {TRIVIAL.removeprefix('/')} of the same server",
            peer=lambda: connection.seconds(TRIVIAL),
        )


def event_loop(bench: Bench) -> Result:
    """99th percentile of a request while the sampler works, against the same without a look."""
    with _asking(bench) as connection:
        awake: list[float] = []
        asleep: list[float] = []
        for _ in range(bench.repeat):
            time.sleep(_QUIET_SECONDS)
            asleep.append(_percentile(connection, looking=False))
            awake.append(_percentile(connection, looking=True))
    return summary(
        "gpu-sampler-p99-ms", awake, unit="ms", against="the same, asleep", others=asleep
    )


def _percentile(connection: Connection, *, looking: bool) -> float:
    found = []
    began = time.perf_counter()
    looked = -_LISTEN_SECONDS
    while (now := time.perf_counter() - began) < _LISTEN_SECONDS:
        if looking and now - looked > 1:
            connection.get(_HARDWARE)
            looked = now
        found.append(connection.seconds(TRIVIAL))
        time.sleep(_EVERY_SECONDS)
    return statistics.quantiles(found, n=100)[98]
