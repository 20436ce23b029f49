"""How things are measured: a warm-up, then ours and the peer's in turn, and the median of each."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

#: Results are in ``unit``, times are measured in seconds.
_SCALES = {"ms": 1000.0}

Timed = Callable[[], float]
"""Does the thing once and returns its seconds; what goes before and after is not in them."""


class Skipped(Exception):
    """This cannot be measured here; the text says why."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table. ``value``, ``min`` and ``max`` are in ``unit``, ``value`` is the
    median of ``n``. ``ratio`` is the median over that of ``against``, measured in turn."""

    id: str
    value: float
    unit: str
    against: str | None
    ratio: float | None
    n: int
    min: float
    max: float


class Clock:
    """Reads the seconds that passed in a ``with`` block of :func:`stopwatch`."""

    def __init__(self) -> None:
        self.seconds = 0.0


@contextmanager
def stopwatch() -> Iterator[Clock]:
    """Measure what happens inside."""
    clock = Clock()
    started = time.perf_counter()
    try:
        yield clock
    finally:
        clock.seconds = time.perf_counter() - started


def timed(action: Callable[[], object]) -> Timed:
    """A :data:`Timed` for what needs nothing before and after."""

    def once() -> float:
        with stopwatch() as clock:
            action()
        return clock.seconds

    return once


def timed_command(command: Sequence[str], environ: Mapping[str, str] | None = None) -> Timed:
    """A program from start to end. Its output goes nowhere; it must end well or by 1."""

    def once() -> float:
        with stopwatch() as clock:
            done = subprocess.run(
                command,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
            )
        if done.returncode not in {0, 1}:
            raise RuntimeError(done.stderr.decode("utf-8", "replace"))
        return clock.seconds

    return once


def compare(
    name: str,
    ours: Timed,
    *,
    repeat: int,
    unit: str = "s",
    against: str | None = None,
    peer: Timed | None = None,
    warm_up: int = 1,
) -> Result:
    """Run ours and the peer's in turn ``repeat`` times, after ``warm_up`` rounds that do not
    count. Without a peer there is no ratio."""
    own: list[float] = []
    others: list[float] = []
    for turn in range(-warm_up, repeat):
        mine = ours()
        other = peer() if peer is not None else None
        if turn >= 0:
            own.append(mine)
            if other is not None:
                others.append(other)
    return summary(name, own, unit=unit, against=against, others=others)


def summary(
    name: str,
    values: Sequence[float],
    *,
    unit: str = "s",
    against: str | None = None,
    others: Sequence[float] = (),
) -> Result:
    """The line for measured seconds, or for another quantity where ``unit`` is not of time."""
    scale = _SCALES.get(unit, 1.0)
    value = statistics.median(values)
    return Result(
        id=name,
        value=round(value * scale, 3),
        unit=unit,
        against=against,
        ratio=round(value / statistics.median(others), 3) if others else None,
        n=len(values),
        min=round(min(values) * scale, 3),
        max=round(max(values) * scale, 3),
    )


def difference(
    name: str, values: Sequence[float], others: Sequence[float], *, unit: str, against: str
) -> Result:
    """What ``values`` have more than ``others``, pair by pair; the ratio is of their medians."""
    more = [value - other for value, other in zip(values, others, strict=True)]
    ratio = statistics.median(values) / statistics.median(others)
    result = summary(name, more, unit=unit)
    return msgspec.structs.replace(result, against=against, ratio=round(ratio, 3))


def load() -> float:
    """The machine's load average over a minute: above its cores, numbers say little."""
    return round(os.getloadavg()[0], 2)


def remove(folder: Path) -> None:
    """Delete a tree; by ``rm``, which is faster than Python for tens of thousands of links."""
    subprocess.run(["rm", "-rf", str(folder)], check=True)
