"""What is done at which sizes for the plots of growth, all in this process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from benchmarks.bench import Bench
from benchmarks.measure import Timed, remove
from benchmarks.past import ledger_of
from benchmarks.small_packages import NAMES, channel_of_small_packages
from benchmarks.synthetic import copies, fill, tiny
from jupyter_envs.engine import locked_packages
from jupyter_envs.lock import Lock, emit_lock, parse_lock
from jupyter_envs.operations import (
    EnvironmentList,
    StoreWatch,
    full_view,
    list_operations,
    packages_of,
    read_operation,
)
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.spec import parse_spec
from jupyter_envs.store import (
    Expected,
    GenerationFiles,
    Store,
    fingerprint,
    get_managed,
    identity_verdicts,
)


def used(action: Callable[[], object]) -> Timed:
    """Seconds of processor time, of all threads and of the system for them: how it grows can be
    told on a busy machine, too. Waiting for a disk is not in it."""

    def once() -> float:
        began = time.process_time()
        action()
        return time.process_time() - began

    return once


_AT_REST_SECONDS = 3.0


class Case(msgspec.Struct, frozen=True):
    """One plot: ``at`` gives what is timed at a size, by what it is called."""

    plot: str
    across: str
    sizes: Sequence[int]
    at: Callable[[int, Bench], Mapping[str, Timed]]


def _packages(size: int, bench: Bench) -> dict[str, Timed]:
    solution = bench.solved(channel_of_small_packages(), NAMES[:size])
    prefix = bench.install(solution, bench.fresh("prefix"))
    packages = locked_packages(solution, "linux-64")
    lock = emit_lock(Lock(platforms=("linux-64",), channels=(), packages=packages))
    expected = [
        Expected("conda", one.name, one.version, one.build or "", one.sha256) for one in packages
    ]
    lines = (f"  - {one.name}={one.version}={one.build}\n" for one in packages)
    text = "".join(("dependencies:\n", *lines)).encode()
    store, name = _with_one(bench)
    files = GenerationFiles(store.generation(name, 1))
    files.lock.write_bytes(lock)
    environment = get_managed(store, name)

    def install() -> float:
        folder = bench.fresh()
        seconds = used(lambda: bench.install(solution, folder))()
        remove(folder)
        return seconds

    def listed() -> None:
        os.utime(files.info)  # as another generation would have it
        assert len(packages_of(environment)) == size

    def compared() -> None:
        assert identity_verdicts(prefix, expected) == ()

    return {
        "installing": install,
        "listing packages": used(listed),
        "reading the lock": used(lambda: parse_lock(lock, file="conda-lock.yml")),
        "checking a file of them": used(lambda: parse_spec(text)),
        "drift: which packages": used(compared),
        "drift: was it touched": used(lambda: fingerprint(prefix)),
    }


def _environments(size: int, bench: Bench) -> dict[str, Timed]:
    store = Store(bench.fresh("many"))
    fill(store, _model(bench), size)
    remembered, watch = EnvironmentList(store), StoreWatch(store)
    # What has only just been written is not taken for unchanged.
    time.sleep(_AT_REST_SECONDS)

    def anew() -> None:
        assert len(EnvironmentList(store).views()) == size

    def again() -> None:
        assert len(remembered.views()) == size

    return {
        "listing, nothing known": used(anew),
        "listing again": used(again),
        "a look for changes": used(lambda: watch.look()),
    }


def _generations(size: int, bench: Bench) -> dict[str, Timed]:
    store, name = _with_one(bench)
    copies(store, name, size)
    remembered = EnvironmentList(store)

    def shown() -> None:
        assert len(full_view(store, get_managed(store, name)).generations) == size

    return {
        "showing all": used(shown),
        "listing, nothing known": used(lambda: EnvironmentList(store).views()),
        "listing again": used(lambda: remembered.views()),
    }


def _journals(size: int, bench: Bench) -> dict[str, Timed]:
    """The same number is that of the events of one operation, and of operations."""
    store = Store(bench.fresh("told"))
    long = _journal(store, size)
    crowd = Store(bench.fresh("crowd"))
    first = _journal(crowd, 20)
    text = journal_path(crowd, first).read_bytes()
    for _ in range(size - 1):
        journal_path(crowd, new_id()).write_bytes(text)

    def told() -> None:
        assert len(read_operation(store, long)[1]) >= size

    def anew() -> None:
        for entry in crowd.operations.iterdir():
            os.utime(entry)
        assert len(list_operations(crowd)) == size

    return {
        "events of one operation": used(told),
        "operations, 20 events each": used(anew),
        "the same operations again": used(lambda: list_operations(crowd)),
    }


def _journal(store: Store, events: int) -> str:
    operation = new_id()
    journal = JournalWriter(journal_path(store, operation))
    journal.start(verb="create", name="model", actor="somebody")
    for number in range(events - 2):
        journal.event("note", {"package": f"package-{number}", "version": "1.0"})
    journal.end("succeeded", {})
    journal.close()
    return operation


def _ledger(size: int, bench: Bench) -> dict[str, Timed]:
    ledger = ledger_of(bench, size)
    return {
        "verifying": used(ledger.verify),
        "one environment's past": used(lambda: ledger.find(environment="env-7")),
        "the newest hundred": used(lambda: ledger.find(limit=100)),
        "one more event": used(
            lambda: ledger.record("environment_updated", "ada", environment="env-7")
        ),
    }


@cache
def _model(bench: Bench) -> Path:
    store = Store(bench.fresh("model"))
    return store.link(tiny(store))


def _with_one(bench: Bench) -> tuple[Store, str]:
    store = Store(bench.fresh("store"))
    (name,) = fill(store, _model(bench), 1)
    return store, name


CASES = (
    Case("packages", "packages of an environment", (10, 20, 50, 100, 200, 500), _packages),
    Case("environments", "environments of a store", (1, 3, 10, 30, 100, 300, 1000), _environments),
    Case("generations", "generations of one environment", (1, 2, 5, 10, 20, 50, 100, 200),
         _generations),
    Case("journals", "events, operations", (10, 30, 100, 300, 1000, 3000), _journals),
    Case("ledger", "lines of the ledger", (100, 1000, 10_000, 100_000), _ledger),
)  # fmt: skip
