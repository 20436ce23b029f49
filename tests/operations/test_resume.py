"""Taking up an interrupted operation, and keeping out who would do the same work twice."""

from __future__ import annotations

import fcntl
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.engine import read_configuration
from jupyter_envs.errors import NothingToResume, OperationEnded, OperationNotFound
from jupyter_envs.operations import (
    Create,
    Job,
    Settings,
    SpecSource,
    default_settings,
    follow,
    is_resumable,
    read_operation,
    resume,
)
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.job import run_job
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.store import Building, Store, begin_generation, environment_lock, this_process
from tests.support.sandbox import Sandbox

SPEC = SpecSource(data=b"name: demo\ndependencies: [text-prefix]\n")


@pytest.fixture
def settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A sandbox's settings, for workers that this process starts."""
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    return default_settings(read_configuration())


@pytest.fixture
def store(settings: Settings) -> Store:
    return Store(settings.envs_dir)


def a_job(settings: Settings, name: str = "demo") -> Job:
    return Job(id=new_id(), request=Create(name=name, source=SPEC), settings=settings, actor="ada")


def interrupted(settings: Settings, *, begun: bool = True) -> str:
    """A create that was killed; ``begun`` says whether it had begun to build."""
    store, job = Store(settings.envs_dir), a_job(settings)
    if begun:
        marker = Building(operation=job.id, request=job.to_builtins())
        begin_generation(store, "demo", 1, marker)
    journal = JournalWriter(journal_path(store, job.id))
    journal.submit(verb="create", name="demo", actor="ada", worker=this_process())
    journal.end("interrupted", {"code": "interrupted"})
    journal.close()
    return job.id


def test_it_is_done_under_its_id_with_the_limits_of_today(store: Store, settings: Settings) -> None:
    operation = interrupted(settings)
    assert is_resumable(store, read_operation(store, operation)[0])

    job = resume(operation, settings)

    assert (job.id, job.settings) == (operation, settings)
    events = [event for event in follow(store, operation) if event is not None]
    assert events[-1].code == "succeeded"
    assert is_resumable(store, read_operation(store, operation)[0]) is False


def test_what_had_not_begun_has_nothing_to_resume(store: Store, settings: Settings) -> None:
    operation = interrupted(settings, begun=False)

    assert is_resumable(store, read_operation(store, operation)[0]) is False
    with pytest.raises(NothingToResume):
        resume(operation, settings)
    assert read_operation(store, operation)[0].state == "interrupted"


def test_what_another_took_the_place_of_is_not_resumed(store: Store, settings: Settings) -> None:
    operation = interrupted(settings)
    run_job(a_job(settings))

    with pytest.raises(NothingToResume):
        resume(operation, settings)


@pytest.mark.parametrize("operation", ["0123456789ab", "", "../x", "0" * 100])
def test_what_there_is_not(settings: Settings, operation: str) -> None:
    with pytest.raises(OperationNotFound):
        resume(operation, settings)


def test_who_comes_second_finds_it_at_work(store: Store, settings: Settings) -> None:
    operation = interrupted(settings)
    outcomes: list[Any] = []

    def try_it() -> None:
        try:
            outcomes.append(resume(operation, settings).id)
        except OperationEnded as error:
            outcomes.append(error.code)

    both = [threading.Thread(target=try_it) for _ in range(2)]
    with journal_path(store, operation).open("r+b") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)  # as a third one, who is just about to begin
        for thread in both:
            thread.start()
        time.sleep(0.3)
        assert outcomes == []
        assert read_operation(store, operation)[0].state == "interrupted"
    for thread in both:
        thread.join(30)

    assert sorted(outcomes) == sorted([operation, "operation_ended"])
    assert list(follow(store, operation))
    assert read_operation(store, operation)[0].state == "succeeded"


@pytest.mark.parametrize(("held", "name"), [("twin", "Twin"), ("twin", "twin")])
def test_names_that_differ_in_case_only_are_made_one_at_a_time(
    store: Store, settings: Settings, held: str, name: str
) -> None:
    job = a_job(settings, name)

    with environment_lock(store, held):
        assert run_job(job) is None

    error = read_operation(store, job.id)[0].error
    assert error is not None
    assert error["code"] == "environment_busy"
    assert [path.name for path in store.hidden.glob("[Tt]win")] in ([], ["twin"])
    assert run_job(a_job(settings, name)) is not None
    assert not Path(store.folder("twin")).exists() or name == "twin"
