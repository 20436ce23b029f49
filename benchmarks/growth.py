"""``python -m benchmarks.growth``: how cost grows with packages, environments, generations,
journals and the ledger. Writes ``results/growth.json`` and a plot of each below docs/images.

A point is the smallest processor time of several: what else a machine does only adds to it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.bench import Bench
from benchmarks.growth_cases import CASES, Case
from benchmarks.machine import facts
from benchmarks.measure import load
from benchmarks.plot import Series, draw, slope
from benchmarks.results import RESULTS, write

_REPEAT = 5
_RESULTS = RESULTS / "growth.json"
_IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a plot: milliseconds of processor time at each size. ``slope`` is that of its
    upper half in the logarithms of both: 1 is linear, 0 does not grow."""

    plot: str
    what: str
    sizes: list[int]
    milliseconds: list[float]
    slope: float


class Grown(msgspec.Struct, frozen=True, kw_only=True):
    """All lines, and the machine on which those of the last run were measured."""

    machine: dict[str, Any]
    load: tuple[float, float]
    lines: list[Growth]


def measured(case: Case, bench: Bench, repeat: int) -> Iterator[Growth]:
    """The lines of one plot."""
    times: dict[str, list[float]] = {}
    for size in case.sizes:
        for what, once in case.at(size, bench).items():
            times.setdefault(what, []).append(1000 * min(once() for _ in range(repeat)))
        print(f"{case.plot} {size}", flush=True)
    for what, found in times.items():
        rounded = [float(f"{one:.4g}") for one in found]
        yield Growth(
            plot=case.plot,
            what=what,
            sizes=list(case.sizes),
            milliseconds=rounded,
            slope=round(slope(case.sizes, rounded), 2),
        )


def image(case: Case) -> Path:
    """Where its plot is."""
    return _IMAGES / f"growth-{case.plot}.svg"


def picture(case: Case, lines: Sequence[Growth]) -> str:
    """The plot as SVG."""
    series = [Series(f"{g.what} (slope {g.slope:.2g})", g.sizes, g.milliseconds) for g in lines]
    return draw(series, across=case.across, up="milliseconds of processor time")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write; returns an exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    names = [case.plot for case in CASES]
    parser.add_argument("plots", nargs="*", help=f"default: all of {', '.join(names)}")
    parser.add_argument("--repeat", type=int, default=_REPEAT, help=f"default: {_REPEAT}")
    options = parser.parse_args(arguments)
    chosen = [case for case in CASES if case.plot in (options.plots or names)]
    if len(chosen) < len(options.plots):
        parser.error(f"there are: {', '.join(names)}")
    folder = Path(tempfile.mkdtemp(prefix="jupyter-envs-growth-")).resolve()
    bench = Bench(folder, repeat=options.repeat)
    before, machine, found = load(), facts(folder), kept()
    try:
        for case in chosen:
            found[case.plot] = list(measured(case, bench, options.repeat))
            text = picture(case, found[case.plot])
            image(case).write_text(text, "utf-8")
    finally:
        bench.close()
    lines = [one for name in names for one in found.get(name, ())]
    write(_RESULTS, Grown(machine=machine, load=(before, load()), lines=lines))
    return 0


def kept() -> dict[str, list[Growth]]:
    """The lines of each plot: one that is not measured now stays as it was."""
    found: dict[str, list[Growth]] = {}
    if _RESULTS.exists():
        for one in msgspec.json.decode(_RESULTS.read_bytes(), type=Grown).lines:
            found.setdefault(one.plot, []).append(one)
    return found


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # py-rattler's threads can abort an interpreter that ends in the ordinary way.
    os._exit(code)
