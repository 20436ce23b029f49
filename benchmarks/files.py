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
from tests.spec.corpus import files
from tests.support.records import records_channel

_TEAM_FILE = Path(__file__).parents[1] / "demo" / "environment.yml"
_DATA_SCIENCE = (
    *("python 3.12.*", "ipykernel", "numpy", "pandas", "scipy", "scikit-learn"),
    *("matplotlib", "seaborn", "jupyterlab", "pyarrow"),
)


_PEER = "PyYAML's C parser on the same bytes"


def check_team_file(bench: Bench) -> Result:
    """The checks that run on each keystroke, on a file as a team has it."""
    return _check("check-team-file-ms", [_TEAM_FILE.read_bytes()], bench)


def check_export(bench: Bench) -> Result:
    """The same on 300 lines as ``conda env export`` writes them."""
    return _check("check-file-ms", [_export(300)], bench)


def check_corpus(bench: Bench) -> Result:
    """The same on 161 real files one after the other, or on as many made ones."""
    return _check("check-corpus-ms", list(files().values()) or _crowd(161), bench)


def _check(name: str, texts: list[bytes], bench: Bench) -> Result:
    return compare(
        name,
        timed(lambda: [parse_spec(data) for data in texts]),
        repeat=bench.repeat,
        unit="ms",
        against=_PEER,
        peer=timed(lambda: [_composed(data) for data in texts]),
    )


def _composed(data: bytes) -> object:
    try:
        return yaml.compose(data, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None  # ours reads some that it does not, and says of the others why


def _crowd(count: int) -> list[bytes]:
    """Files of all sizes: short ones by hand, exports, and one with a long pip section."""
    pip = "\n".join(("name: a", "dependencies:", "  - pip", "  - pip:",
                     *(f"      - package-{n}==1.{n}" for n in range(40)), ""))  # fmt: skip
    kinds = [_TEAM_FILE.read_bytes(), _export(20), _export(60), pip.encode()]
    return [kinds[n % len(kinds)] for n in range(count)]


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
