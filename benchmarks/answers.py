"""What a panel asks of a server whose user has 100 environments, or 1000, and 200 operations."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench import ENVIRONMENTS, OPERATIONS, Bench
from benchmarks.connection import API, TRIVIAL, Connection
from benchmarks.measure import Result, Timed, compare, stopwatch, summary
from benchmarks.synthetic import enlarge
from jupyter_envs.store import GenerationFiles, Store
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer

_PACKAGES = 500
_LIST = f"{API}/environments"
_FIRST, _LAST = "environment-0", "environment-99"
#: An answer takes milliseconds; one that had to wait for something else must not be the median.
_TIMES = 20
#: Jupyter's list of a thousand kernels takes seconds.
_FEW_TIMES = 3
_QUIET_SECONDS = 2.0
_REST_SECONDS = 0.3
#: A thousand kernels are registered in a second or two, on an idle machine.
_PATIENCE_SECONDS = 300.0


@contextmanager
def _asking(user: Sandbox, bench: Bench, environments: int = ENVIRONMENTS) -> Iterator[Connection]:
    with (
        JupyterServer(user.environ, bench.fresh("server")) as server,
        Connection(server) as connection,
    ):
        _wait_until_tidy(connection, environments)
        yield connection


def _wait_until_tidy(connection: Connection, environments: int) -> None:
    """Until the server has registered the environments' kernels, as it does at its start."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(json.loads(connection.get("/api/kernelspecs"))["kernelspecs"]) < environments:
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not register the kernels")
        time.sleep(0.1)
    time.sleep(_QUIET_SECONDS)


def _wait_until_known(connection: Connection) -> None:
    """Until a server tells the same as before: it compares what it has not seen, beside others."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    before, now = b"", connection.get(_LIST)
    while now != before and time.monotonic() < deadline:
        time.sleep(_QUIET_SECONDS)
        before, now = now, connection.get(_LIST)


def _asked(connection: Connection, path: str) -> Timed:
    return lambda: connection.seconds(path)


def _warm(bench: Bench, name: str, path: str) -> Result:
    with _asking(bench.crowd, bench) as connection:
        return compare(
            name,
            _asked(connection, path),
            repeat=bench.repeat * _TIMES,
            unit="ms",
            against=f"GET {TRIVIAL.removeprefix('/')} of the same server",
            peer=_asked(connection, TRIVIAL),
        )


def list_100(bench: Bench) -> Result:
    """The list over HTTP, to its last byte, of a server that nothing has happened to."""
    return _list("list-100-ms", bench.crowd, ENVIRONMENTS, bench, times=_TIMES)


def list_1000(bench: Bench) -> Result:
    """The same of ten times as many."""
    return _list("list-1000-ms", bench.throng, 10 * ENVIRONMENTS, bench, times=_FEW_TIMES)


def _list(name: str, user: Sandbox, environments: int, bench: Bench, *, times: int) -> Result:
    """Against Jupyter's own list of the same environments' kernels."""
    with _asking(user, bench, environments) as connection:
        _wait_until_known(connection)

        def ours() -> float:
            # The peer's answer takes a server's event loop for half a second: what waited for it,
            # and what it left for the garbage collection, is not ours.
            time.sleep(_REST_SECONDS)
            with stopwatch() as clock:
                body = connection.get(_LIST)
            assert len(json.loads(body)["environments"]) == environments
            return clock.seconds

        return compare(
            name,
            ours,
            repeat=bench.repeat * times,
            unit="ms",
            against=f"GET api/kernelspecs of the same server, {environments} kernels",
            peer=_asked(connection, "/api/kernelspecs"),
        )


def operations(bench: Bench) -> Result:
    """The operations that a panel shows."""
    return _warm(bench, "get-operations-ms", f"{API}/operations?limit=50")


def all_operations(bench: Bench) -> Result:
    """Every operation there is."""
    path = f"{API}/operations?limit={OPERATIONS}"
    return _warm(bench, "get-operations-200-ms", path)


def packages(bench: Bench) -> Result:
    """The packages of a real environment for notebooks, asked for again."""
    return _warm(bench, "get-packages-ms", f"{_LIST}/{_FIRST}/packages")


def many_packages(bench: Bench) -> Result:
    """500 packages, asked for again."""
    enlarge(Store(bench.crowd.envs), _LAST, _PACKAGES)
    return _warm(bench, "get-packages-500-ms", f"{_LIST}/{_LAST}/packages")


def cold_packages(bench: Bench) -> Result:
    """The packages of a real environment, asked for the first time."""
    files = GenerationFiles(Store(bench.crowd.envs).generation(_FIRST, 1))
    return _cold(bench, "get-packages-cold-ms", _FIRST, files.info)


def many_cold_packages(bench: Bench) -> Result:
    """500 packages, asked for the first time."""
    info = enlarge(Store(bench.crowd.envs), _LAST, _PACKAGES)
    return _cold(bench, "get-packages-500-cold-ms", _LAST, info)


def _cold(bench: Bench, name: str, slug: str, info: Path) -> Result:
    with _asking(bench.crowd, bench) as connection:

        def once() -> float:
            os.utime(info)  # as another generation would have it
            return connection.seconds(f"{_LIST}/{slug}/packages")

        return compare(
            name,
            once,
            repeat=bench.repeat,
            unit="ms",
            against=f"GET {TRIVIAL.removeprefix('/')} of the same server",
            peer=_asked(connection, TRIVIAL),
        )


# As configuration of the server: Python tells of each process that it starts.
_COUNT = """
import os, sys
_STARTS = frozenset({{"subprocess.Popen", "os.fork", "os.forkpty", "os.system"}})
_file = os.open({path!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
sys.addaudithook(lambda event, _: event in _STARTS and os.write(_file, b".") and None)
"""


def processes(bench: Bench) -> Result:
    """Child processes that a list starts, and the looks at the store that follow it."""
    counted = bench.fresh("processes")
    counted.touch()
    python = _COUNT.format(path=str(counted))
    counts = []
    with (
        JupyterServer(bench.crowd.environ, bench.fresh("server"), python=python) as server,
        Connection(server) as connection,
    ):
        _wait_until_tidy(connection, ENVIRONMENTS)
        for _ in range(bench.repeat):
            before = counted.stat().st_size
            connection.get(_LIST)
            time.sleep(_QUIET_SECONDS / 2)
            counts.append(counted.stat().st_size - before)
        server.client.done(server.client.post("storage/clean", {"packages": False}))
    if counted.stat().st_size - before - counts[-1] != 1:
        raise RuntimeError("a worker is one process, but was not counted as such")
    return summary("list-100-processes", counts, unit="")
