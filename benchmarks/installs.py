"""Files into a new prefix from a warm cache: packages, and their bytecode."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.measure import Result, Timed, compare, remove, stopwatch
from benchmarks.peers import PipPeer, UvPeer
from jupyter_envs.store import LINKING_THREADS, link_bytecode

#: pip takes a minute each time.
_PIP_TIMES = 2


def _making(bench: Bench, make: Callable[[Path], object]) -> Timed:
    """Making a tree; taking it away again is not in the time."""

    def once() -> float:
        folder = bench.fresh()
        with stopwatch() as clock:
            make(folder)
        remove(folder)
        return clock.seconds

    return once


def _copy_links(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-al", str(source), str(target)], check=True)


def _count(bench: Bench) -> str:
    return f"{len(bench.large.records)} packages"


def install_against_cp(bench: Bench) -> Result:
    """The install phase against ``cp -al`` of what it makes: what the file system can do."""
    solution = bench.large
    finished = bench.install(solution, bench.fresh("prefix"))
    result = compare(
        "install-warm-120-vs-cp",
        _making(bench, lambda folder: bench.install(solution, folder)),
        repeat=bench.repeat,
        against=f"cp -al of the finished prefix ({_count(bench)})",
        peer=_making(bench, lambda folder: _copy_links(finished, folder)),
    )
    remove(finished)
    return result


def install_against_uv(bench: Bench) -> Result:
    """The install phase against uv, which has no Python to install but links one."""
    solution, channel = bench.large, bench.large_channel
    peer = UvPeer(bench, channel.wheels, channel.requirements)
    return compare(
        "install-warm-120-vs-uv",
        _making(bench, lambda folder: bench.install(solution, folder)),
        repeat=bench.repeat,
        against=f"uv venv + uv pip install of the {len(peer.requirements)} wheels that"
        f" {_count(bench)} were made from",
        peer=_making(bench, peer.make),
    )


def install_against_pip(bench: Bench) -> Result:
    """The install phase, and the bytecode, which pip makes, too."""
    solution, channel, cache = bench.large, bench.large_channel, bench.large_bytecode
    peer = PipPeer(channel.wheels, channel.requirements)

    def ours(folder: Path) -> None:
        _link_all(bench.install(solution, folder), cache)

    return compare(
        "install-warm-120-vs-pip",
        _making(bench, ours),
        repeat=min(bench.repeat, _PIP_TIMES),
        against=f"python -m venv + pip install of the {len(peer.requirements)} wheels that"
        f" {_count(bench)} were made from; bytecode in both",
        peer=_making(bench, peer.make),
        warm_up=0,
    )


def bytecode_links(bench: Bench) -> Result:
    """Putting the cached bytecode of all packages into a prefix, against ``cp -al`` of it."""
    solution, cache = bench.large, bench.large_bytecode
    prefix = bench.install(solution, bench.fresh("prefix"))
    _link_all(prefix, cache)
    only_bytecode = bench.fresh("bytecode")
    for path in prefix.rglob("*.pyc"):
        target = only_bytecode / path.relative_to(prefix)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(path)
    remove(prefix)

    def ours() -> float:
        target = bench.install(solution, bench.fresh())
        with stopwatch() as clock:
            _link_all(target, cache)
        remove(target)
        return clock.seconds

    result = compare(
        "pyc-link-ms",
        ours,
        repeat=bench.repeat,
        unit="ms",
        against=f"cp -al of the bytecode alone ({_count(bench)})",
        peer=_making(bench, lambda folder: _copy_links(only_bytecode, folder)),
    )
    remove(only_bytecode)
    return result


def _link_all(prefix: Path, cache: Path) -> None:
    with ThreadPoolExecutor(LINKING_THREADS) as pool:
        link_bytecode(prefix, cache, pool)
