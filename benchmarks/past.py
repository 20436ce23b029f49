"""The ledger: an append, questions to many lines, and what noting a start costs a kernel."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.measure import Result, Timed, compare, difference, timed, timed_command
from jupyter_envs.engine import Activation
from jupyter_envs.kernels import render_shim
from jupyter_envs.ledger import Ledger
from jupyter_envs.ledger.chain import held_chain

#: A disk's answer differs more from the one before than from anything of ours.
_APPENDS = 40
_LINES, _MONTHS = 100_000, 24
_STARTS = 40
_BEGAN = datetime(2024, 1, 1, tzinfo=timezone.utc)
_DIGESTS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(200)]
_PARSED = "json.loads of the same lines"


def append(bench: Bench) -> Result:
    """One event, on the disk for good."""
    ledger = Ledger(bench.fresh("ledger"), "host")
    facts = _event(0)
    ledger.record("environment_updated", "ada", **facts)
    line = next(ledger.chains.glob("host/*.jsonl")).read_bytes()
    file = bench.fresh("bare")
    file.parent.mkdir(parents=True, exist_ok=True)

    def bare() -> None:
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, line)
        os.fsync(descriptor)
        os.close(descriptor)

    return compare(
        "ledger-append-ms",
        timed(lambda: ledger.record("environment_updated", "ada", **facts)),
        repeat=bench.repeat * _APPENDS,
        unit="ms",
        against="write and fsync of the same bytes",
        peer=timed(bare),
    )


def environment(bench: Bench) -> Result:
    """What happened to one environment of many."""
    return _asked(bench, "ledger-environment-ms", lambda ledger: ledger.find(environment="env-7"))


def notebook(bench: Bench) -> Result:
    """Which kernels a notebook had."""
    return _asked(bench, "ledger-notebook-ms", lambda ledger: ledger.find(notebook="nb-17.ipynb"))


def moment(bench: Bench) -> Result:
    """The newest thousand before a moment."""
    until = (_BEGAN + timedelta(days=400)).isoformat()
    return _asked(bench, "ledger-at-ms", lambda ledger: ledger.find(until=until, limit=1000))


def _asked(bench: Bench, name: str, ask: Callable[[Ledger], Any]) -> Result:
    ledger = _large(bench)

    def ours() -> None:
        assert ask(ledger)

    def parse() -> None:
        for path in ledger.chains.glob("host/*.jsonl"):
            for line in path.read_bytes().splitlines():
                json.loads(line)

    return compare(
        name, timed(ours), repeat=bench.repeat, unit="ms", against=_PARSED, peer=timed(parse)
    )


@cache
def _large(bench: Bench) -> Ledger:
    return ledger_of(bench, _LINES)


def ledger_of(bench: Bench, lines: int) -> Ledger:
    """A ledger of two years, busy ones or not."""
    ledger = Ledger(bench.fresh("large"), "host")
    count = lines // _MONTHS + 1
    for month in range(_MONTHS):
        numbers = range(month * count, min((month + 1) * count, lines))
        events = [_started(number, lines) for number in numbers]
        with held_chain(ledger.chains, ledger.host) as chain:
            chain.append(events, now=_BEGAN + timedelta(days=30 * month + 29))
    return ledger


def _event(number: int) -> dict[str, Any]:
    return {
        "environment": f"env-{number % 50}",
        "store": "/home/ada/.conda/envs",
        "generation": number % 7 + 1,
        "lock_digest": _DIGESTS[number % len(_DIGESTS)],
        "operation": f"{number:012x}",
    }


def _started(number: int, lines: int) -> dict[str, Any]:
    time = _BEGAN + timedelta(days=30 * _MONTHS) * (number / lines)
    return {
        "id": f"{number:032x}",
        "time": time.isoformat(timespec="microseconds"),
        "actor": "ada",
        "action": "kernel_started" if number % 10 else "environment_updated",
        **_event(number),
        "host": "host",
        "boot_id": "6f1c9f5e-8f7e-4b9c-a5a4-0e9f3d5f7f11",
        "pid": number,
        "start_time": number,
        "kernel": f"conda-env-env-{number % 50}-py",
        "kernel_id": f"{number:08x}-8f7e-4b9c-a5a4-0e9f3d5f7f11",
        "notebook": f"/home/ada/work/nb-{number % 300}.ipynb",
        "user": "ada",
        "drift": "clean",
    }


def note(bench: Bench) -> Result:
    """What noting its start costs a kernel: a shim that does, and the same one that has no
    place for it."""
    with_place, without = (_shim(bench, place) for place in (True, False))
    pairs = [(with_place(), without()) for _ in range(1 + bench.repeat * _STARTS)][1:]
    noting, other = zip(*pairs, strict=True)
    return difference(
        "shim-note-ms", noting, other, unit="ms", against="a shim without a place to note it"
    )


def _shim(bench: Bench, place: bool) -> Timed:
    folder = bench.fresh("shim")
    folder.mkdir(parents=True, exist_ok=True)
    leases, shim = folder / "leases", folder / "start"
    leases.mkdir()
    text = render_shim(
        Path("/usr"),
        Activation(settings={}, effects=()),
        name="demo",
        lock_digest=_DIGESTS[0],
        store=folder,
        leases=leases,
        generation=1,
    )
    shim.write_text(text)
    shim.chmod(0o755)
    if place:
        Ledger(folder, "host").expect_starts()
    environ = {"PATH": "/usr/bin:/bin", "JUPYTER_ENVS_DATA_DIR": str(folder)}
    return timed_command([str(shim), "/bin/true", "-f", "/run/kernel-1.json"], environ)
