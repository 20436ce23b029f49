"""A worker that is prepared before its job is there."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from jupyter_envs.engine import read_configuration
from jupyter_envs.operations import (
    Create,
    Settings,
    SpecSource,
    default_settings,
    follow,
    prepared,
    read_operation,
    submit,
)
from jupyter_envs.store import Store
from tests.support.sandbox import Sandbox

CREATE = Create(name="demo", source=SpecSource(data=b"name: demo\ndependencies: [text-prefix]\n"))


@pytest.fixture
def settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    return default_settings(read_configuration())


def children() -> set[int]:
    """The pids of this process's children, also of those that have ended unseen."""
    path = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for task in path.iterdir() for pid in (task / "children").read_text().split()}


def made(settings: Settings) -> int:
    """Make the environment; the pid of the worker that did it."""
    store = Store(settings.envs_dir)
    job = submit(CREATE, settings)
    for _ in follow(store, job.id):
        pass
    summary, _ = read_operation(store, job.id)
    assert summary.state == "succeeded", summary.error
    assert summary.worker is not None
    return summary.worker.pid


def test_the_job_goes_to_the_prepared_worker(settings: Settings) -> None:
    before = children()
    with prepared():
        (waiting,) = children() - before
        assert made(settings) == waiting


def test_without_a_job_it_is_gone_and_has_left_nothing(settings: Settings) -> None:
    before = children()
    with prepared():
        assert len(children() - before) == 1
    assert children() == before
    assert not Store(settings.envs_dir).operations.exists()


def test_one_that_died_while_it_waited_is_replaced(settings: Settings) -> None:
    before = children()
    with prepared():
        (waiting,) = children() - before
        os.kill(waiting, signal.SIGKILL)
        _until_dead(waiting)
        assert made(settings) != waiting


def _until_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        if fields[0] == "Z":
            return
        time.sleep(0.01)
    raise AssertionError(f"{pid} lives on")
