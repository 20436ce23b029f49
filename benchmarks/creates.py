"""Whole creates with a warm cache, and the kernels that come out of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec

from benchmarks.bench import NOTEBOOK, SMALL, Bench
from benchmarks.kernel import first_cell, kernels_dir, plain_kernelspec
from benchmarks.measure import Result, compare, remove, stopwatch, summary
from benchmarks.peers import UvPeer, distributions_of

#: Phases in which the work itself is done: what is left is our own overhead.
_WORK = ("solve", "download", "install", "pip", "verify")
#: What a create from a warm cache goes through, as its journal tells it.
PHASES = ("queued", "metadata", "solve", "install", "verify", "publish")
_STARTS = 10


def _create(bench: Bench, packages: Sequence[str] = NOTEBOOK) -> tuple[float, dict[str, Any]]:
    name = bench.fresh("e").name
    spec = bench.user.spec(*bench.dependencies(packages), name=name)
    with stopwatch() as clock:
        result = bench.user.json("create", spec)
    return clock.seconds, result


def _remove(bench: Bench, result: dict[str, Any]) -> None:
    bench.user.run("remove", result["name"], "--yes")
    bench.user.wait_for_workers()  # thousands of files are deleted, which is not the next one's


def warm(bench: Bench) -> None:
    """Packages and bytecode in their caches, as after the first environment of a user."""
    if bench.warmed:
        return
    bench.user.environ["JUPYTER_ENVS_TEND"] = "1"
    _, result = _create(bench)
    bench.user.wait_for_workers(300)
    bench.user.environ["JUPYTER_ENVS_TEND"] = "0"
    _remove(bench, result)
    bench.warmed = True


class _Created(msgspec.Struct, frozen=True):
    """One create: seconds of the whole command, and of the phases that its journal tells."""

    whole: float
    phases: dict[str, float]

    def without(self, phases: Iterable[str]) -> float:
        """What is left of the whole."""
        return self.whole - sum(self.phases.get(phase, 0.0) for phase in phases)


@cache
def _creates(bench: Bench) -> list[_Created]:
    warm(bench)
    found = []
    for _ in range(bench.repeat):
        whole, result = _create(bench)
        found.append(_Created(whole, result["phases"]))
        _remove(bench, result)
    return found


def create_overhead(bench: Bench) -> Result:
    """A create without the phases that do the work: starts, journal, records, publishing."""
    found = _creates(bench)
    return summary(
        "create-overhead-s",
        [one.without(_WORK) for one in found],
        against="the whole create",
        others=[one.whole for one in found],
    )


def create_outside(bench: Bench) -> Result:
    """What of a create no phase has: the command before there is a journal, and its end."""
    found = _creates(bench)
    return summary(
        "create-command-s",
        [one.without(one.phases) for one in found],
        against="the whole create",
        others=[one.whole for one in found],
    )


def create_phase(phase: str, bench: Bench) -> Result:
    """One phase of the same creates."""
    found = _creates(bench)
    return summary(
        f"create-{phase}-s",
        [one.phases.get(phase, 0.0) for one in found],
        against="the whole create",
        others=[one.whole for one in found],
    )


def create_to_first_cell(bench: Bench) -> Result:
    """From nothing to an executed cell, the proof that the kernel starts included."""
    warm(bench)
    solution = bench.solution(SMALL)
    prefix = bench.install(solution, bench.fresh("prefix"))
    peer = UvPeer(bench, bench.wheels(), distributions_of(prefix))
    kernels = kernels_dir(bench.user.home)

    def ours() -> float:
        seconds, result = _create(bench, SMALL)
        seconds += first_cell(kernels, f"conda-env-{result['name']}-py")
        _remove(bench, result)
        return seconds

    def with_uv() -> float:
        folder = bench.fresh("venv")
        with stopwatch() as clock:
            python = peer.make(folder)
        plain = plain_kernelspec(bench.fresh("kernels"), python)
        seconds = clock.seconds + first_cell(plain, "plain")
        remove(folder)
        return seconds

    return compare(
        "create-34-to-first-cell-vs-uv",
        ours,
        repeat=bench.repeat,
        against=f"uv venv + uv pip install of the {len(peer.requirements)} wheels that"
        f" {len(solution.records)} packages were made from + the first kernel and cell",
        peer=with_uv,
    )


def first_kernel(bench: Bench) -> Result:
    """The first start of a new environment's kernel against its tenth."""
    warm(bench)
    kernels = kernels_dir(bench.user.home)
    firsts, tenths = [], []
    for _ in range(bench.few):
        _, result = _create(bench)
        starts = [first_cell(kernels, f"conda-env-{result['name']}-py") for _ in range(_STARTS)]
        firsts.append(starts[0])
        tenths.append(starts[-1])
        _remove(bench, result)
    return summary("first-kernel-vs-tenth", firsts, against="its tenth start", others=tenths)


def kernel_start(bench: Bench) -> Result:
    """A kernel by its kernelspec, activation and lease included, against its bare Python."""
    prefix = bench.user.envs / bench.demo
    plain = plain_kernelspec(bench.fresh("kernels"), prefix.resolve() / "bin" / "python")
    kernels = kernels_dir(bench.user.home)
    return compare(
        "kernel-start-vs-plain",
        lambda: first_cell(kernels, f"conda-env-{bench.demo}-py"),
        repeat=bench.repeat,
        against="prefix/bin/python -m ipykernel_launcher",
        peer=lambda: first_cell(plain, "plain"),
    )
