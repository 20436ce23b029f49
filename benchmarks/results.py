"""The results that are kept: of the latest whole run and of the one before, and their machine.

``latest.json`` and ``previous.json`` are lists of results. ``machine.json`` has for either what
the numbers depend on, and what was skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.measure import Result

RESULTS = Path(__file__).with_name("results")
LATEST, PREVIOUS = RESULTS / "latest.json", RESULTS / "previous.json"
_MACHINE = RESULTS / "machine.json"


class Run(msgspec.Struct, frozen=True):
    """What belongs to a run and not to a result: ``load`` is the machine's, over a minute,
    before and after; ``skipped`` has a reason for each id."""

    machine: dict[str, Any]
    load: tuple[float, ...]
    skipped: dict[str, str]
    minutes: float


class Runs(msgspec.Struct, frozen=True):
    """Both runs."""

    latest: Run
    previous: Run | None = None


def keep(results: Sequence[Result], run: Run) -> None:
    """Make these the latest results, and what was the latest the one before."""
    earlier = None
    if LATEST.exists() and _MACHINE.exists():
        LATEST.replace(PREVIOUS)
        earlier = runs().latest
    write(LATEST, results)
    write(_MACHINE, Runs(latest=run, previous=earlier))


def runs() -> Runs:
    """Of the kept results."""
    return msgspec.json.decode(_MACHINE.read_bytes(), type=Runs)


def results(path: Path) -> dict[str, Result]:
    """By id; empty where there is no such run."""
    if not path.exists():
        return {}
    return {one.id: one for one in msgspec.json.decode(path.read_bytes(), type=list[Result])}


def write(path: Path, body: Any) -> None:
    """As JSON that people can read and compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(body), indent=1) + b"\n")
