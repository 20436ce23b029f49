"""What everybody who starts Jupyter pays for the extension, whether they use it or not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import msgspec
import psutil

from benchmarks.bench import Bench
from benchmarks.connection import API, TRIVIAL, Connection
from benchmarks.measure import Result, difference
from tests.support.server import JupyterServer

WITHOUT = "the server without it"
_OTHERS = ("jupyter_lsp", "jupyter_server_terminals", "jupyterlab", "notebook_shim")
#: Configuration of a server that does not know us.
PLAIN = {"ServerApp": {"jpserver_extensions": dict.fromkeys(("jupyter_envs", *_OTHERS), False)}}

#: What a panel asks when it opens, and what any page asks.
_ANY_PAGE = (TRIVIAL, "/api/kernelspecs")
_PANEL = (f"{API}/", f"{API}/environments", f"{API}/operations?limit=50")
_SETTLED_SECONDS = 1.0


class _Start(msgspec.Struct, frozen=True):
    """One server. ``wall`` is seconds until its first answer; ``idle`` and ``open`` are its
    resident megabytes after any page, and after a panel was opened, too."""

    wall: float
    idle: float
    open: float


@cache
def _starts(bench: Bench) -> tuple[list[_Start], list[_Start]]:
    """Of ours and of the plain server, in turn; the first round does not count."""
    environ = bench.crowd.environ
    own, others = [], []
    for _ in range(1 + bench.repeat):
        own.append(_start(JupyterServer(environ, bench.fresh("server")), _PANEL))
        plain = JupyterServer(environ, bench.fresh("server"), config=PLAIN)
        others.append(_start(plain, ()))
    return own[1:], others[1:]


def _start(server: JupyterServer, panel: tuple[str, ...]) -> _Start:
    with Connection(server) as connection, ThreadPoolExecutor(1) as threads:
        began = time.perf_counter()
        # Beside the start, which looks only now and then whether the server is there.
        answer = threads.submit(connection.first_answer)
        with server:
            wall = answer.result() - began
            process = psutil.Process(server.pid)
            for path in _ANY_PAGE:
                connection.get(path)
            idle = _settled(process)
            for path in panel:
                connection.get(path)
            return _Start(wall, idle, _settled(process))


def _settled(process: psutil.Process) -> float:
    time.sleep(_SETTLED_SECONDS)
    return process.memory_info().rss / 1e6


def start_overhead(bench: Bench) -> Result:
    """How much later the first answer comes."""
    own, others = _starts(bench)
    return difference(
        "server-start-overhead-ms",
        [one.wall for one in own],
        [one.wall for one in others],
        unit="ms",
        against=WITHOUT,
    )


# Reading the configuration, finding and loading extensions, making the table of handlers.
_INITIALIZE = """
import json, sys, time
from jupyter_server.serverapp import ServerApp
server = ServerApp()
server.jpserver_extensions = json.loads(sys.argv[1])
began = time.process_time()
server.initialize(argv=["--allow-root", "--no-browser", "--port=0"])
print(time.process_time() - began)
"""


def start_processor(bench: Bench) -> Result:
    """The same in processor time, of the part of a start in which extensions are loaded: it can
    be measured on a busy machine, too."""
    own, others = [], []
    for _ in range(1 + bench.repeat):
        own.append(_initialize(bench, ours=True))
        others.append(_initialize(bench, ours=False))
    return difference(
        "server-start-overhead-cpu-ms", own[1:], others[1:], unit="ms", against=WITHOUT
    )


def _initialize(bench: Bench, *, ours: bool) -> float:
    extensions = {**dict.fromkeys(_OTHERS, False), "jupyter_envs": ours}
    done = subprocess.run(
        [sys.executable, "-c", _INITIALIZE, json.dumps(extensions)],
        env=bench.crowd.environ,
        cwd=bench.crowd.home,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


def idle_memory(bench: Bench) -> Result:
    """Memory that is in use where nobody has opened the panel."""
    own, others = _starts(bench)
    return difference(
        "server-memory-overhead-mb",
        [one.idle for one in own],
        [one.idle for one in others],
        unit="MB",
        against=WITHOUT,
    )


def open_memory(bench: Bench) -> Result:
    """The same once a panel has listed 100 environments and 50 operations."""
    own, others = _starts(bench)
    return difference(
        "server-memory-panel-mb",
        [one.open for one in own],
        [one.open for one in others],
        unit="MB",
        against=WITHOUT,
    )
