"""Files into a new prefix from a warm cache: packages, and their bytecode."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.measure import Result, Timed, compare, remove, stopwatch
from benchmarks.uv_peer import UvPeer
from jupyter_envs.store import fill_cache, link_bytecode


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


def install_against_cp(bench: Bench) -> Result:
    """The install phase against ``cp -al`` of what it makes: what the file system can do."""
    solution = bench.everything
    finished = bench.install(solution, bench.fresh("prefix"))
    return compare(
        f"install-warm-{len(solution.records)}-vs-cp",
        _making(bench, lambda folder: bench.install(solution, folder)),
        repeat=bench.repeat,
        against="cp -al of the finished prefix",
        peer=_making(bench, lambda folder: _copy_links(finished, folder)),
    )


def install_against_uv(bench: Bench) -> Result:
    """The install phase against uv, which has no Python to install but links one."""
    solution = bench.everything
    peer = UvPeer(bench, bench.install(solution, bench.fresh("prefix")))
    return compare(
        f"install-warm-{len(solution.records)}-vs-uv",
        _making(bench, lambda folder: bench.install(solution, folder)),
        repeat=bench.repeat,
        against=f"uv venv + uv pip install of {len(peer.requirements)} wheels",
        peer=_making(bench, peer.make),
    )


def bytecode_links(bench: Bench) -> Result:
    """Putting the cached bytecode of all packages into a prefix, against ``cp -al`` of it."""
    solution = bench.everything
    prefix = bench.install(solution, bench.fresh("prefix"))
    cache = bench.session.cache.bytecode
    fill_cache(prefix, cache, nice=0)
    link_bytecode(prefix, cache)
    only_bytecode = bench.fresh("bytecode")
    for path in prefix.rglob("*.pyc"):
        target = only_bytecode / path.relative_to(prefix)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(path)

    def ours() -> float:
        target = bench.install(solution, bench.fresh())
        with stopwatch() as clock:
            link_bytecode(target, cache)
        remove(target)
        return clock.seconds

    return compare(
        "pyc-link-ms",
        ours,
        repeat=bench.repeat,
        unit="ms",
        against="cp -al of the bytecode alone",
        peer=_making(bench, lambda folder: _copy_links(only_bytecode, folder)),
    )
