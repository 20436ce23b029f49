"""Solving on a channel of half a million records, each time in a process of its own, as it is
where an environment is made: how long it takes, and the memory that it needs at its peak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.bench import SMALL, Bench
from benchmarks.half_million import RECORDS, half_million
from benchmarks.measure import Result, remove, summary
from tests.support.channel.cache import REPOSITORY

#: What a data scientist asks for: 315 packages, with Qt, Arrow and JupyterLab.
_MANY = (
    *("python 3.12.*", "ipykernel", "numpy", "pandas", "scipy", "scikit-learn"),
    *("matplotlib", "seaborn", "jupyterlab", "pyarrow"),
)
_FEW = ("python 3.12.*", *SMALL)
_Form = Literal["shards", "plain"]
_MILLION = 1e6

#: In a process of its own, as another could not be as quick while this one measures.
_SERVE = """
import sys
from pathlib import Path
from tests.support.serve import serve
with serve(Path(sys.argv[1])) as served:
    print(served.url, flush=True)
    sys.stdin.read()
"""

#: What the worker of an operation does with a spec. The same with py-rattler alone is the peer.
_SOLVE = """
import json, sys, time
from pathlib import Path
from jupyter_envs.engine import (
    CacheDirs, SolveRequest, detect_target, load_metadata, open_session, prepare,
    read_configuration, solve,
)
channel, folder, dependencies = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
target = detect_target(platform="linux-64")
configuration = read_configuration(environ={}, home=folder)
began = time.perf_counter()
with open_session(
    configuration, CacheDirs.under(folder / "cache"), (channel,), base=folder, offline=False,
    home=folder,
) as (session, resolution):
    request = SolveRequest(
        dependencies=tuple(dependencies), resolution=resolution, target=target, priority="strict"
    )
    question = prepare(request, session)
    load_metadata(question, session)
    packages = len(solve(request, question, session).records)
seconds = time.perf_counter() - began
"""
_BARE = """
import asyncio, json, sys, time
from rattler import Gateway, MatchSpec, VirtualPackage, solve
channel, folder, dependencies = sys.argv[1], sys.argv[2], sys.argv[3:]
virtual = VirtualPackage.detect()
began = time.perf_counter()
packages = len(asyncio.run(solve(
    [channel], [MatchSpec(text) for text in dependencies],
    gateway=Gateway(cache_dir=folder + "/bare"), platforms=["linux-64", "noarch"],
    virtual_packages=virtual,
)))
seconds = time.perf_counter() - began
"""
# py-rattler's threads can abort an interpreter that ends in the ordinary way.
_TELL = """
import os
# Not getrusage: what a process had before exec counts there, and that was this program.
status = open("/proc/self/status").read()
peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024
print(json.dumps({"seconds": seconds, "peak": peak, "packages": packages}), flush=True)
os._exit(0)
"""


class _Solve(msgspec.Struct, frozen=True):
    """One solve. ``peak`` is the most resident memory of its process, in bytes, with the pages
    of files that it has mapped."""

    seconds: float
    peak: int
    packages: int


class _Solves(msgspec.Struct, frozen=True):
    """The first one, which reads from the channel, and the warm ones of ours and py-rattler's."""

    first: _Solve
    ours: list[_Solve]
    bare: list[_Solve]

    @property
    def against(self) -> str:
        """The peer, and what was asked."""
        return f"py-rattler alone, same question ({self.first.packages} of {RECORDS:,} records)"


@contextmanager
def _served(form: _Form, bench: Bench) -> Iterator[str]:
    """The channel over HTTP, its URL. ``plain`` has no shards: all of it is one file."""
    folder = bench.fresh("channel")
    subprocess.run(["cp", "-al", str(half_million()), str(folder)], check=True)
    if form == "plain":
        for subdir in folder.iterdir():
            (subdir / "repodata_shards.msgpack.zst").unlink()
            remove(subdir / "shards")
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(folder)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.communicate()
        remove(folder)


def _solve(program: str, channel: str, folder: Path, dependencies: tuple[str, ...]) -> _Solve:
    done = subprocess.run(
        [sys.executable, "-c", program + _TELL, channel, str(folder), *dependencies],
        cwd=REPOSITORY,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    return msgspec.convert(json.loads(done.stdout), _Solve)


@cache
def _solves(bench: Bench, form: _Form, dependencies: tuple[str, ...]) -> _Solves:
    folder = bench.fresh("solves")
    folder.mkdir()
    ours, bare = [], []
    with _served(form, bench) as channel:
        for _ in range(1 + bench.few):
            ours.append(_solve(_SOLVE, channel, folder, dependencies))
            bare.append(_solve(_BARE, channel, folder, dependencies))
    remove(folder)
    if {one.packages for one in ours} != {one.packages for one in bare}:
        raise RuntimeError("py-rattler alone has found another answer")
    return _Solves(ours[0], ours[1:], bare[1:])


def _seconds(name: str, found: _Solves) -> Result:
    return summary(
        name,
        [one.seconds for one in found.ours],
        unit="ms",
        against=found.against,
        others=[one.seconds for one in found.bare],
    )


def _memory(name: str, found: _Solves) -> Result:
    return summary(
        name,
        [one.peak / _MILLION for one in found.ours],
        unit="MB",
        against=found.against,
        others=[one.peak / _MILLION for one in found.bare],
    )


def usual(bench: Bench) -> Result:
    """A usual spec, on a channel with shards as conda-forge is one; its cache is warm."""
    return _seconds("solve-500k-ms", _solves(bench, "shards", _FEW))


def usual_memory(bench: Bench) -> Result:
    """The peak of the same."""
    return _memory("solve-500k-mb", _solves(bench, "shards", _FEW))


def first(bench: Bench) -> Result:
    """The same, from a channel that was never read, on this machine."""
    return summary("solve-500k-first-ms", [_solves(bench, "shards", _FEW).first.seconds], unit="ms")


def many(bench: Bench) -> Result:
    """A spec that needs four times as many packages."""
    return _seconds("solve-500k-large-ms", _solves(bench, "shards", _MANY))


def many_memory(bench: Bench) -> Result:
    """The peak of the same."""
    return _memory("solve-500k-large-mb", _solves(bench, "shards", _MANY))


def plain(bench: Bench) -> Result:
    """The usual spec, on a channel that has one file of 280 MB."""
    return _seconds("solve-500k-plain-ms", _solves(bench, "plain", _FEW))


def plain_memory(bench: Bench) -> Result:
    """The peak of the same: the file, mapped, is most of it."""
    return _memory("solve-500k-plain-mb", _solves(bench, "plain", _FEW))


def plain_first(bench: Bench) -> Result:
    """The same, from a channel that was never read, on this machine."""
    return summary(
        "solve-500k-plain-first-ms", [_solves(bench, "plain", _FEW).first.seconds], unit="ms"
    )
