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
from benchmarks.measure import Result, compare, difference
from tests.support.server import JupyterServer

WITHOUT = "the server without it"
_OTHERS = ("jupyter_lsp", "jupyter_server_terminals", "jupyterlab", "notebook_shim")
#: Configuration of a server that does not know us.
PLAIN = {"ServerApp": {"jpserver_extensions": dict.fromkeys(("jupyter_envs", *_OTHERS), False)}}

#: What a panel asks when it opens, and what any page asks.
_ANY_PAGE = (TRIVIAL, "/api/kernelspecs")
_PANEL = (f"{API}/", f"{API}/environments", f"{API}/operations?limit=50")
#: What answers is loaded a second after the start.
_SETTLED_SECONDS = 3.0
#: Pairs of starts for each repetition.
_PAIRS = 10


class _Start(msgspec.Struct, frozen=True):
    """Resident megabytes of one server, after any page, and after a panel was opened, too."""

    idle: float
    open: float


@cache
def _starts(bench: Bench) -> tuple[list[_Start], list[_Start]]:
    """Of ours and of the plain server, in turn; the first round does not count."""
    own, others = [], []
    for _ in range(1 + bench.few):
        own.append(_start(_server(bench, ours=True), _PANEL))
        others.append(_start(_server(bench, ours=False), ()))
    return own[1:], others[1:]


def _server(bench: Bench, *, ours: bool) -> JupyterServer:
    config = {} if ours else PLAIN
    return JupyterServer(bench.crowd.environ, bench.fresh("server"), config=config)


def _first_answer(server: JupyterServer) -> float:
    """Seconds from the start of a server to its first answer."""
    with Connection(server) as connection, ThreadPoolExecutor(1) as threads:
        began = time.perf_counter()
        # Beside the start, which looks only now and then whether the server is there.
        answer = threads.submit(connection.first_answer)
        with server:
            return answer.result() - began


def _start(server: JupyterServer, panel: tuple[str, ...]) -> _Start:
    with server, Connection(server) as connection:
        process = psutil.Process(server.pid)
        for path in _ANY_PAGE:
            connection.get(path)
        idle = _settled(process)
        for path in panel:
            connection.get(path)
        return _Start(idle, _settled(process))


def _settled(process: psutil.Process) -> float:
    time.sleep(_SETTLED_SECONDS)
    return process.memory_info().rss / 1e6


def start_overhead(bench: Bench) -> Result:
    """How much later the first answer comes. One start differs from the next by more than that,
    with whatever else a machine does: the two are started at the same moment, and so share it."""
    _together(bench)
    pairs = [_together(bench) for _ in range(bench.repeat * _PAIRS)]
    own, others = zip(*pairs, strict=True)
    against = f"{WITHOUT}: time to the first answer, {len(pairs)} pairs that start together"
    return difference("startup-extra-s", own, others, unit="s", against=against)


def _together(bench: Bench) -> tuple[float, float]:
    """Seconds of a start with the extension and of one without it."""
    servers = [_server(bench, ours=True), _server(bench, ours=False)]
    with ThreadPoolExecutor(2) as threads:
        ours, without = threads.map(_first_answer, servers)
    return ours, without


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
    return difference("startup-extra-cpu-ms", own[1:], others[1:], unit="ms", against=WITHOUT)


def _initialize(bench: Bench, *, ours: bool) -> float:
    extensions = {**dict.fromkeys(_OTHERS, False), "jupyter_envs": ours}
    return _printed(bench, _INITIALIZE, json.dumps(extensions))


def _printed(bench: Bench, *program: str) -> float:
    """The number that a Python program prints."""
    done = subprocess.run(
        [sys.executable, "-c", *program],
        env=bench.crowd.environ,
        cwd=bench.crowd.home,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


# What is left for later, after the server has said that it runs.
_LOAD = """
import time, jupyter_envs.server, jupyter_server.serverapp
began = time.process_time()
import jupyter_envs.server.parts
print(time.process_time() - began)
"""


def load_later(bench: Bench) -> Result:
    """Processor time of loading what answers: a second after a server's start, in a thread, or
    when it is first asked for something."""
    return compare(
        "startup-later-ms", lambda: _printed(bench, _LOAD), repeat=bench.repeat, unit="ms"
    )


def idle_memory(bench: Bench) -> Result:
    """Memory that is in use where nobody has opened the panel."""
    own, others = _starts(bench)
    return difference(
        "startup-extra-mb",
        [one.idle for one in own],
        [one.idle for one in others],
        unit="MB",
        against=WITHOUT,
    )


def open_memory(bench: Bench) -> Result:
    """The same once a panel has listed 100 environments and 50 operations."""
    own, others = _starts(bench)
    return difference(
        "startup-extra-panel-mb",
        [one.open for one in own],
        [one.open for one in others],
        unit="MB",
        against=WITHOUT,
    )
