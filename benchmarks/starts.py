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
_PAIRS = 4


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
    """How much later the first answer comes. What else a machine does makes a start longer by more
    than that, and never shorter: of several of each, in turn, the fastest are compared."""
    _first_answer(_server(bench, ours=True))
    own: list[float] = []
    others: list[float] = []
    for _ in range(bench.repeat):
        fastest = _fastest(bench)
        own.append(fastest[True])
        others.append(fastest[False])
    against = f"{WITHOUT}: time to the first answer, the fastest of {_PAIRS} starts of each"
    return difference("startup-extra-s", own, others, unit="s", against=against)


def _fastest(bench: Bench) -> dict[bool, float]:
    """Seconds of the fastest start with the extension and of the fastest without it."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(_PAIRS):
        for ours in (True, False) if turn % 2 else (False, True):
            seconds[ours].append(_first_answer(_server(bench, ours=ours)))
    return {ours: min(of_each) for ours, of_each in seconds.items()}


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
