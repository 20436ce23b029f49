"""Questions to the past whose answers need no packages: what was current, what ran, which lock."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.errors import (
    EnvironmentNotFound,
    EnvsError,
    LockAmbiguous,
    LockInvalid,
    LockNotFound,
    SourceNotFound,
    TimeInvalid,
)
from jupyter_envs.ledger import KernelStart, Ledger
from jupyter_envs.lock import emit_lock, lock_digest
from jupyter_envs.operations import (
    Settings,
    about_digest,
    absorb_starts,
    audit,
    difference,
    kept_lock,
    lock_of_audit,
    open_ledger,
    resolve,
    started_kernel,
    verify_record,
)
from jupyter_envs.operations.audit import current_at
from jupyter_envs.store import Store, this_process
from tests.lock.sample import demo as sample_lock
from tests.operations import publish

MONDAY = datetime.fromisoformat("2026-11-16T09:00:00+01:00")
DIGESTS = [letter * 64 for letter in "abc"]


def day(number: int, hour: int = 0) -> datetime:
    return MONDAY + timedelta(days=number, hours=hour)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(
        envs_dir=tmp_path / "envs",
        cache_dir=tmp_path / "cache",
        data_dir=tmp_path / "data",
        kernels_dir=tmp_path / "kernels",
        environments_txt=tmp_path / "environments.txt",
        home=tmp_path,
    )
    ledger = open_ledger(made)
    story = (
        (0, "environment_created", 1),
        (2, "environment_updated", 2),
        (4, "environment_rolled_back", 1),
        (6, "environment_removed", 1),
    )
    for number, action, generation in story:
        tell(ledger, made, day(number), action, generation)
    for digest in DIGESTS[:2]:
        ledger.keep_lock(digest, f"# {digest}\n".encode())
    return made


def tell(ledger: Ledger, settings: Settings, when: datetime, action: str, number: int) -> None:
    ledger.record(
        action,
        "ada",
        now=when,
        environment="demo",
        store=str(settings.envs_dir),
        generation=number,
        lock_digest=DIGESTS[number - 1],
    )


def start(settings: Settings, when: datetime, pid: int, **changes: Any) -> None:
    process = this_process()
    facts = {
        "environment": "demo",
        "store": str(settings.envs_dir),
        "generation": 1,
        "lock_digest": DIGESTS[0],
        "host": process.host,
        "boot_id": process.boot_id,
        "pid": pid,
        "start_time": 1,
        "time": when,
        "user": "ada",
    }
    open_ledger(settings).absorb([KernelStart(**{**facts, **changes})])


@pytest.mark.parametrize(
    ("when", "generation"),
    [(-1, None), (0, 1), (1, 1), (2, 2), (3, 2), (4, 1), (5, 1), (6, None), (9, None)],
)
def test_which_generation_was_current(
    settings: Settings, when: int, generation: int | None
) -> None:
    moment = day(when)
    found = audit(settings, at=moment.isoformat(), environment="demo").current
    assert [one.generation for one in found] == ([generation] if generation else [])
    assert [one.lock_kept for one in found] == ([True] if generation else [])
    current = current_at("demo", moment, settings)
    assert (current.generation if current else None) == generation


def test_what_is_no_change_of_generation_changes_nothing(settings: Settings) -> None:
    ledger = open_ledger(settings)
    for action in ("drift_seen", "drift_kept"):
        tell(ledger, settings, day(3), action, 3)
    start(settings, day(3), 7, generation=3)

    assert [one.generation for one in audit(settings, at=day(3, 1).isoformat()).current] == [2]


def test_the_last_start_of_each_notebook(settings: Settings) -> None:
    start(settings, day(0, 1), 1, notebook="/data/a.ipynb")
    start(settings, day(1), 2, notebook="/data/b.ipynb")
    start(settings, day(2, 1), 3, notebook="/data/a.ipynb", generation=2)
    start(settings, day(2, 2), 4, kernel_id="k")
    start(settings, day(2, 3), 5, kernel_id="k")  # restarted
    start(settings, day(2, 4), 6)

    def pids(at: datetime, **wanted: str) -> list[int | None]:
        return [one.pid for one in audit(settings, at=at.isoformat(), **wanted).kernels]

    assert pids(day(9)) == [6, 5, 3, 2]
    assert pids(day(2)) == [2, 1]
    assert pids(day(9), notebook="a.ipynb") == [3]
    assert pids(day(9), notebook="./data/a.ipynb") == [3]
    assert pids(day(9), notebook="ta/a.ipynb") == []
    assert pids(day(9), digest="aaaa", environment="demo") == [6, 5, 3, 2]
    assert pids(day(9), digest="bb") == []
    assert pids(day(9), environment="other") == []


def test_whether_it_ran(settings: Settings) -> None:
    settings.envs_dir.mkdir()
    start(settings, day(0, 1), 1, boot_id="before the machine was started anew", notebook="a.ipynb")
    start(settings, day(1), 2**22 + 1, notebook="b.ipynb")  # no such process

    def running(at: datetime | None) -> dict[str | None, bool | None]:
        found = audit(settings, at=at.isoformat() if at else None)
        return {one.notebook: one.running for one in found.kernels}

    assert running(day(0, 2)) == {"a.ipynb": None}  # how it ended is not recorded
    assert running(day(2)) == {"a.ipynb": False, "b.ipynb": None}
    assert running(None) == {"a.ipynb": False, "b.ipynb": False}


def test_a_process_that_lives_ran(settings: Settings) -> None:
    me = this_process()
    start(settings, day(1), me.pid, start_time=me.start_time, notebook="b.ipynb")

    assert [one.running for one in audit(settings, at=day(2).isoformat()).kernels] == [True]


def test_one_lock_or_none_or_several(settings: Settings) -> None:
    def lock(**asked: str) -> tuple[str, bytes]:
        return lock_of_audit(audit(settings, **asked), settings)

    assert lock(at=day(1).isoformat()) == (DIGESTS[0], f"# {DIGESTS[0]}\n".encode())
    with pytest.raises(LockNotFound):
        lock(at=day(-1).isoformat())
    start(settings, day(1), 1, notebook="a.ipynb")
    start(settings, day(1), 2, notebook="b.ipynb", lock_digest=DIGESTS[1])
    start(settings, day(1), 3, notebook="c.ipynb", lock_digest=DIGESTS[2])
    with pytest.raises(LockAmbiguous) as caught:
        lock(at=day(2).isoformat())
    assert caught.value.params["count"] == 3
    assert lock(at=day(2).isoformat(), notebook="b.ipynb")[0] == DIGESTS[1]
    with pytest.raises(LockNotFound):  # it is not kept
        lock(at=day(2).isoformat(), notebook="c.ipynb")


def test_a_digest_by_how_it_begins(settings: Settings) -> None:
    open_ledger(settings).keep_lock("ab" + "0" * 62, b"x")

    assert kept_lock("aa", settings).startswith(b"# aaa")
    assert kept_lock("AA", settings).startswith(b"# aaa")
    for ambiguous in ("a",):
        with pytest.raises(LockAmbiguous):
            kept_lock(ambiguous, settings)
    for unknown in ("f", "", "../locks/a", "a*", "\0"):
        with pytest.raises(LockNotFound):
            kept_lock(unknown, settings)
        with pytest.raises(LockNotFound):
            about_digest(unknown, settings)
    views = about_digest("a", settings)
    assert [view.digest for view in views] == [DIGESTS[0], "ab" + "0" * 62]
    assert [(use.generation, use.by) for use in views[0].uses] == [(1, "ada")]


def test_what_is_spoilt_does_not_hide_the_rest(settings: Settings) -> None:
    start(settings, day(1), 1, notebook="a.ipynb")
    chain = next(settings.data_dir.glob("ledger/*/*.jsonl"))
    spoilt = {"prev": "x", "time": day(1).isoformat(), "action": "kernel_started", "id": 7}
    with chain.open("a") as file:
        for more in ({}, {"environment": 3, "lock_digest": []}, {"generation": "two"}):
            print(json.dumps({**spoilt, **more}, separators=(",", ":")), file=file)

    assert [one.pid for one in audit(settings, at=day(2).isoformat()).kernels] == [1]
    assert [one.generation for one in audit(settings, at=day(2).isoformat()).current] == [2]
    assert {"broken", "lock_changed"} <= {fault.code for fault in verify_record(settings)}


def test_times_that_are_none(settings: Settings) -> None:
    for text in ("", "noon", "2026-13-01"):
        with pytest.raises(TimeInvalid):
            audit(settings, at=text)


# -- references --------------------------------------------------------------------------------


def test_locks_are_compared_wherever_they_are(settings: Settings, tmp_path: Path) -> None:
    lock = sample_lock()
    digest = lock_digest(lock, "linux-64")
    file = tmp_path / "a lock.yml"
    file.write_bytes(emit_lock(lock))
    open_ledger(settings).keep_lock(digest, file.read_bytes())

    by_digest, by_file = resolve(digest[:10], settings), resolve(str(file), settings)

    assert (by_digest.platform, by_file.platform) == ("linux-64", None)
    found = difference(by_file, by_digest)
    assert (found.added, found.removed, found.changed) == ((), (), ())
    assert found.kept == len(lock.for_platform("linux-64"))


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("nonesuch", EnvironmentNotFound),
        ("demo", EnvironmentNotFound),  # it was removed; demo@2 is known
        ("demo@2026-11-15", EnvironmentNotFound),
        ("demo@noon", TimeInvalid),
        ("demo@7", EnvsError),
        ("demo@", TimeInvalid),
        ("abcdef", LockNotFound),
        ("nonesuch.yml", SourceNotFound),
        ("./nonesuch", SourceNotFound),
        ("demo@1", LockInvalid),  # a kept lock that is none
    ],
)
def test_what_is_not_to_be_found(
    settings: Settings, reference: str, error: type[EnvsError]
) -> None:
    with pytest.raises(error):
        resolve(reference, settings)


# -- what a server tells -----------------------------------------------------------------------


def told_of(pid: int, settings: Settings, digest: str) -> KernelStart | None:
    metadata = {
        "conda_env_path": str(settings.envs_dir / ".jupyter-envs" / "demo" / "2"),
        "jupyter_envs": {"generation": 2, "lock_digest": digest},
    }
    return started_kernel(
        metadata,
        pid=pid,
        time=MONDAY.timestamp(),
        kernel="conda-env-demo-py",
        kernel_id="k",
        notebook="/data/a.ipynb",
        user="ada",
    )


def test_a_server_s_word_counts_for_a_process_that_is_the_kernel(settings: Settings) -> None:
    environ = {"JUPYTER_ENVS_LOCK": DIGESTS[1]}
    with subprocess.Popen(["/bin/sleep", "600"], env=environ) as kernel:
        try:
            start = told_of(kernel.pid, settings, DIGESTS[1])
            other = told_of(kernel.pid, settings, DIGESTS[0])
        finally:
            kernel.kill()
    assert start is not None
    assert (start.environment, start.store) == ("demo", str(settings.envs_dir))
    assert (start.generation, start.pid) == (2, kernel.pid)
    assert other is None  # it stands for a kernel that runs elsewhere
    assert told_of(kernel.pid, settings, DIGESTS[1]) is None  # it has ended


@pytest.mark.parametrize(
    "metadata",
    [{}, {"jupyter_envs": "x"}, {"jupyter_envs": {}}, {"conda_env_path": "/x", "jupyter_envs": {}}],
)
def test_kernels_that_are_not_ours_are_no_starts(metadata: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"pid": 1, "time": 0.0, "kernel": "x", "kernel_id": "k"}
    assert started_kernel(metadata, **facts, notebook=None, user="ada") is None


def test_the_lock_of_somebody_else_s_environment_is_kept_when_a_kernel_starts(
    settings: Settings, tmp_path: Path
) -> None:
    """But not that of another environment that has got its name and number since."""
    shared = Store(tmp_path / "shared")
    files = publish(shared, "team", 1)
    files.lock.write_bytes(b"the lock")
    mine: dict[str, Any] = {"environment": "team", "store": str(shared.root), "generation": 1}
    for number, digest in enumerate((f"{1:064x}", f"{2:064x}", "../../escaped")):
        start(settings, day(1), number, lock_digest=digest, **mine)
    assert open_ledger(settings).kept_digests() == DIGESTS[:2]  # absorbed by the ledger alone

    for number, digest in enumerate((f"{1:064x}", f"{2:064x}", "../../escaped")):
        facts: dict[str, Any] = {"host": "h", "boot_id": "b", "pid": 70 + number, "start_time": 1}
        told = KernelStart(**mine, **facts, lock_digest=digest, time=day(1))
        assert len(absorb_starts(settings, [told])) == 1
    assert open_ledger(settings).kept_digests() == [f"{1:064x}", *DIGESTS[:2]]
    assert open_ledger(settings).lock(f"{1:064x}") == b"the lock"
