"""What people wait for at a prompt: starts of the programs, and verbs that only move links."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.measure import Result, Timed, compare, stopwatch, timed, timed_command
from jupyter_envs.operations import Create, Rollback, run_here, source_from_file
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.requests import Job

_NOTHING = [sys.executable, "-c", "pass"]


def _bare_python() -> Timed:
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return timed_command(_NOTHING, environ)


def _start(name: str, bench: Bench, *arguments: str) -> Result:
    environ = bench.user.environ
    return compare(
        name,
        timed_command(bench.user.command(*arguments), environ),
        repeat=bench.repeat,
        unit="ms",
        against="python -c pass",
        peer=timed_command(_NOTHING, environ),
    )


def version(bench: Bench) -> Result:
    """The least that the command line can do. Needs no channel."""
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return compare(
        "cli-start-ms",
        timed_command([sys.executable, "-m", "jupyter_envs", "--version"], environ),
        repeat=bench.repeat,
        unit="ms",
        against="python -c pass",
        peer=_bare_python(),
    )


def list_command(bench: Bench) -> Result:
    """``jupyter envs list`` as a command, with one environment."""
    assert bench.demo
    return _start("list-command-ms", bench, "list")


def worker(bench: Bench) -> Result:
    """A worker from its start to an answer that needs the whole engine: no such package."""
    spec = bench.user.spec("no-such-package-anywhere", name="none")
    assert bench.settings.envs_dir == bench.user.envs
    return compare(
        "worker-start-ms",
        _WorkerRun(bench, spec),
        repeat=bench.repeat,
        unit="ms",
        against="python -c pass",
        peer=timed_command(_NOTHING, bench.user.environ),
    )


class _WorkerRun:
    """The operation's process alone, without the command that would start it."""

    def __init__(self, bench: Bench, spec: Path) -> None:
        self._bench = bench
        self._spec = spec

    def __call__(self) -> float:
        request = Create(name="none", source=source_from_file(self._spec))
        job = Job(id=new_id(), request=request, settings=self._bench.settings, actor="bench")
        command = [sys.executable, "-m", "jupyter_envs.operations.worker"]
        with stopwatch() as clock:
            done = subprocess.run(
                command, input=job.to_json(), env=self._bench.user.environ, check=False
            )
        assert done.returncode == 1
        return clock.seconds


def rollback(bench: Bench) -> Result:
    """Back and forth between two generations, in this process."""
    name, settings = bench.demo, bench.settings
    numbers = itertools.cycle((1, 2))

    def once() -> None:
        operation = run_here(Rollback(name=name, generation=next(numbers)), settings)
        assert operation.state == "succeeded"

    return compare("rollback-ms", timed(once), repeat=bench.repeat, unit="ms")


def rollback_command(bench: Bench) -> Result:
    """The same as a command."""
    name, environ = bench.demo, bench.user.environ
    numbers = itertools.cycle(("1", "2"))

    def once() -> float:
        command = bench.user.command("rollback", name, "--to", next(numbers))
        return timed_command(command, environ)()

    return compare(
        "rollback-command-ms",
        once,
        repeat=bench.repeat,
        unit="ms",
        against="python -c pass",
        peer=timed_command(_NOTHING, environ),
    )
