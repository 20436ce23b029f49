"""A server while an environment is made: who sees the kernel, and who has to wait."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from benchmarks.bench import NOTEBOOK, Bench
from benchmarks.connection import API, TRIVIAL, Connection
from benchmarks.creates import warm
from benchmarks.kernel import kernels_dir
from benchmarks.measure import Result, summary
from benchmarks.starts import PLAIN
from tests.support.api_client import ENDED
from tests.support.event_bus import EventBus
from tests.support.server import JupyterServer

_EVERY_SECONDS = 0.01
_IDLE_SECONDS = 3.0
_LOOK_SECONDS = 0.002
_PATIENCE_SECONDS = 120.0


class _Panel:
    """A page that is open: hears the event bus, and asks as JupyterLab and our panel do.

    ``known`` has when (seconds since the epoch) each kernel's name was first seen, ``ended``
    the operations that have.
    """

    def __init__(self, server: JupyterServer) -> None:
        self.known: dict[str, float] = {}
        self.ended: set[str] = set()
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Panel:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        heard = 0
        with (
            EventBus(self._server.url, self._server.token) as bus,
            Connection(self._server) as connection,
        ):
            self._ask(connection)
            while not self._over.wait(_LOOK_SECONDS):
                events = bus.heard[heard:]
                heard += len(events)
                over = {one for event in events for one in _ended(event.data)}
                if over or any(event.data["environments"] for event in events):
                    self._ask(connection)
                self.ended |= over

    def _ask(self, connection: Connection) -> None:
        found = json.loads(connection.get("/api/kernelspecs"))["kernelspecs"]
        moment = time.time()
        for name in found:
            self.known.setdefault(name, moment)
        connection.get(f"{API}/environments")
        connection.get(f"{API}/operations?limit=50")

    def wait(self, operation: dict[str, Any]) -> None:
        """Until a started operation has ended well, as far as this page was told."""
        _wait(lambda: operation["id"] in self.ended)
        found = self._server.client.follow(operation["id"])
        if found["state"] != "succeeded":
            raise RuntimeError(found["error"])


def _ended(data: dict[str, Any]) -> list[str]:
    return [one["id"] for one in data["operations"] if one["state"] in ENDED]


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(_LOOK_SECONDS)


def _make(server: JupyterServer, panel: _Panel, bench: Bench, packages: tuple[str, ...]) -> str:
    """Make an environment over REST; its name."""
    name = bench.fresh("e").name
    text = json.dumps({"name": name, "dependencies": bench.dependencies(packages)})
    source = {"kind": "spec", "text": text}
    panel.wait(server.client.post("environments", {"source": source}).expect(202))
    return name


def _remove(server: JupyterServer, panel: _Panel, name: str) -> None:
    panel.wait(server.client.delete(f"environments/{name}").expect(202))


def kernel_visible(bench: Bench) -> Result:
    """From a kernel's publication to a client that was told of it and has it in its list."""
    warm(bench)
    kernels = kernels_dir(bench.user.home)
    delays = []
    with (
        JupyterServer(bench.user.environ, bench.fresh("server")) as server,
        _Panel(server) as panel,
    ):
        for _ in range(bench.repeat):
            name = _make(server, panel, bench, ("ipykernel",))
            kernel = f"conda-env-{name}-py"
            published = (kernels / kernel / "kernel.json").stat().st_mtime
            delays.append(panel.known[kernel] - published)
            _remove(server, panel, name)
    return summary("kernel-visible-ms", delays, unit="ms")


class _Probe:
    """Asks a server for next to nothing, all the time; ``waits`` has how long it took (seconds),
    from the moment when a request was due."""

    def __init__(self, server: JupyterServer) -> None:
        self.waits: list[float] = []
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Probe:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        with Connection(self._server) as connection:
            connection.get(TRIVIAL)
            due = time.perf_counter()
            while not self._over.is_set():
                time.sleep(max(0.0, due - time.perf_counter()))
                connection.get(TRIVIAL)
                self.waits.append(time.perf_counter() - due)
                due += _EVERY_SECONDS

    @property
    def p99(self) -> float:
        """What one request in a hundred waits longer than."""
        return statistics.quantiles(self.waits, n=100, method="inclusive")[98]


class _Waits(msgspec.Struct, frozen=True):
    """99th percentiles of one round, in seconds: of the server that has an environment made for
    it, of a plain one in the same seconds, and of ours when nothing goes on."""

    busy: float
    plain: float
    idle: float


@cache
def _waits(bench: Bench) -> list[_Waits]:
    warm(bench)
    environ = bench.user.environ
    with (
        JupyterServer(environ, bench.fresh("server")) as ours,
        JupyterServer(environ, bench.fresh("server"), config=PLAIN) as plain,
        _Panel(ours) as panel,
    ):
        return [_round(ours, plain, panel, bench) for _ in range(bench.few)]


def _round(ours: JupyterServer, plain: JupyterServer, panel: _Panel, bench: Bench) -> _Waits:
    with _Probe(ours) as idle, _Probe(plain):
        time.sleep(_IDLE_SECONDS)
    with _Probe(ours) as busy, _Probe(plain) as other:
        name = _make(ours, panel, bench, NOTEBOOK)
    _remove(ours, panel, name)
    return _Waits(busy=busy.p99, plain=other.p99, idle=idle.p99)


def event_loop(bench: Bench) -> Result:
    """What one request in a hundred waits longer than, while an environment is made."""
    waits = _waits(bench)
    return summary(
        "loop-p99-ms",
        [one.busy for one in waits],
        unit="ms",
        against="the same server with nothing to do; a create of 46 packages",
        others=[one.idle for one in waits],
    )


def event_loop_against_plain(bench: Bench) -> Result:
    """The same against what the machine does to a server that has nothing to do with it."""
    waits = _waits(bench)
    return summary(
        "loop-p99-vs-plain",
        [one.busy for one in waits],
        unit="ms",
        against="a server without the extension, in the same seconds",
        others=[one.plain for one in waits],
    )
