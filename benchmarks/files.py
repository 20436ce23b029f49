"""Reading, checking, writing and solving what people write and what others wrote."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import yaml

from benchmarks.bench import Bench
from benchmarks.measure import Result, Skipped, compare, stopwatch, timed
from benchmarks.synthetic import locked
from jupyter_envs.engine import (
    CacheDirs,
    SolveRequest,
    detect_target,
    load_metadata,
    open_session,
    prepare,
    read_configuration,
    solve,
)
from jupyter_envs.lock import emit_lock, parse_lock
from jupyter_envs.spec import parse_spec
from tests.support.records import records_channel

_TEAM_FILE = Path(__file__).parents[1] / "demo" / "environment.yml"
_DATA_SCIENCE = (
    *("python 3.12.*", "ipykernel", "numpy", "pandas", "scipy", "scikit-learn"),
    *("matplotlib", "seaborn", "jupyterlab", "pyarrow"),
)


def check_team_file(bench: Bench) -> Result:
    """The checks that run on each keystroke, on a file as a team has it."""
    data = _TEAM_FILE.read_bytes()
    return compare(
        "check-team-file-ms", timed(lambda: parse_spec(data)), repeat=bench.repeat, unit="ms"
    )


def check_export(bench: Bench) -> Result:
    """The same on 300 lines as ``conda env export`` writes them."""
    data = _export(300)
    return compare("check-file-ms", timed(lambda: parse_spec(data)), repeat=bench.repeat, unit="ms")


def _export(lines: int) -> bytes:
    head = ["name: export", "channels:", "  - conda-forge", "dependencies:"]
    numbers = range(lines - len(head))
    pins = (f"  - package-{n}={n % 9}.{n % 7}.{n}=py312h{n:07x}_{n % 3}" for n in numbers)
    return "\n".join((*head, *pins, "")).encode()


def read_lock(bench: Bench) -> Result:
    """Reading a conda-lock.yml of 500 packages, against YAML's C parser on the same bytes."""
    data = emit_lock(locked(500))
    return compare(
        "lock-500-read-ms",
        timed(lambda: parse_lock(data, file="conda-lock.yml")),
        repeat=bench.repeat,
        unit="ms",
        against="yaml.load, C",
        peer=timed(lambda: yaml.load(data, yaml.CSafeLoader)),
    )


def write_lock(bench: Bench) -> Result:
    """Writing the same, against YAML's C emitter on the same content."""
    lock = locked(500)
    content = yaml.load(emit_lock(lock), yaml.CSafeLoader)
    return compare(
        "lock-500-write-ms",
        timed(lambda: emit_lock(lock)),
        repeat=bench.repeat,
        unit="ms",
        against="yaml.dump, C",
        peer=timed(lambda: yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False)),
    )


def solve_data_science(bench: Bench) -> Result:
    """A usual stack on the real records of conda-forge, each time with metadata read anew."""
    channel = records_channel("conda-forge")
    if channel is None:
        raise Skipped("the real records of conda-forge are not here")
    return compare(
        "solve-ms",
        partial(_solve, bench.folder, channel.as_uri()),
        repeat=bench.repeat,
        unit="ms",
    )


def _solve(folder: Path, channel: str) -> float:
    cache = CacheDirs.under(folder / "solve-cache")
    configuration = read_configuration(environ={}, home=folder)
    with (
        stopwatch() as clock,
        open_session(configuration, cache, (channel,), base=folder, offline=False, home=folder) as (
            session,
            resolution,
        ),
    ):
        request = SolveRequest(
            dependencies=_DATA_SCIENCE,
            resolution=resolution,
            target=detect_target(platform="linux-64"),
            priority="strict",
        )
        question = prepare(request, session)
        load_metadata(question, session)
        solve(request, question, session)
    return clock.seconds
