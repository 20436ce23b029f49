"""Disks that are slow, that have no locks or no links, or that fail in the middle; a home on a
file server, as far as it can be imitated."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.bad_ground import Ground
from tests.cli.refusals import call
from tests.support.channel import LocalChannel


@pytest.fixture(scope="module")
def ground(
    tmp_path_factory: pytest.TempPathFactory,
    bad_disk_library: Path,
    channel: LocalChannel,
    shared_cache: Path,
) -> Iterator[Ground]:
    """Someone with the environment ``demo``, which has no kernel."""
    made = Ground(tmp_path_factory.mktemp("bad"), bad_disk_library, channel, shared_cache)
    made.sandbox.create("gpu-lib")
    yield made
    made.sandbox.close()


@pytest.fixture(autouse=True)
def healed(ground: Ground) -> Iterator[None]:
    yield
    ground.disk.heal()


@pytest.mark.parametrize("place", ["store", "ledger"])
def test_without_locks_nothing_is_begun_and_nobody_waits_for_ever(
    ground: Ground, place: str
) -> None:
    person = ground.sandbox
    where = ground.hidden if place == "store" else ground.data
    command = ("create", person.spec("text-prefix", name=f"lock-{place}"))
    ground.disk.fault(where, "lock", error=errno.ENOLCK)

    refusal = ground.refused(*command, code="disk_failed")

    assert refusal.message.endswith("does not work as it should: No locks available")
    assert str(where) in refusal.message
    assert "use a folder on another disk" in (refusal.hint or "")
    ground.disk.heal()
    person.run(*command)


def test_conda_s_register_needs_no_lock(ground: Ground) -> None:
    person = ground.sandbox
    ground.disk.fault(ground.register, "lock", error=errno.ENOLCK)

    person.create("text-prefix", name="unlocked")

    assert ground.disk.hits
    assert str(person.envs / "unlocked") in person.registered()


@pytest.mark.parametrize(
    ("call_", "error", "words"),
    [
        ("flush", errno.EIO, "Input/output error"),
        ("rename", errno.ESTALE, "Stale file handle"),
        ("write", errno.ESTALE, "Stale file handle"),
    ],
)
def test_a_disk_that_fails_once(ground: Ground, call_: str, error: int, words: str) -> None:
    person, name = ground.sandbox, f"once-{call_}"
    command = ("create", person.spec("text-prefix", name=name))
    ground.disk.fault(ground.hidden / name, call_, error=error, times=1)

    refusal = ground.refused(*command, code="disk_failed")

    assert refusal.message.endswith(words)
    assert (refusal.hint or "").startswith("What was there before is as it was")
    person.run(*command)
    assert person.run("run", name, "--", "text-prefix").strip().endswith(f"/{name}/1")


@pytest.mark.parametrize("error", [errno.EPERM, errno.EXDEV, errno.EMLINK])
def test_where_nothing_can_be_linked_it_is_copied(ground: Ground, error: int) -> None:
    person, name = ground.sandbox, f"copied-{error}"
    linked = person.envs / "demo" / "share" / "gpu-lib" / "build.txt"
    assert linked.stat().st_nlink > 1
    ground.disk.fault(ground.hidden / name, "link", "clone", error=error)

    person.create("gpu-lib", name=name)

    assert ground.disk.hits
    own = person.envs / name / "share" / "gpu-lib" / "build.txt"
    assert (own.stat().st_nlink, own.read_text()) == (1, linked.read_text())
    assert person.json("drift", name)["state"] == "clean"


def test_a_slow_disk(ground: Ground) -> None:
    person = ground.sandbox
    ground.disk.fault(ground.hidden, "write", "create", "rename", "flush", wait_ms=20)

    person.create("text-prefix", name="slow")

    assert ground.disk.hits > 20
    assert person.run("run", "slow", "--", "text-prefix").strip().endswith("/slow/1")


def test_a_file_that_cannot_be_deleted_yet(ground: Ground) -> None:
    """A file server keeps what somebody has open, under another name, and the folder with it."""
    person = ground.sandbox
    person.create("text-prefix", name="open")
    trash = ground.hidden / ".trash"
    ground.disk.fault(trash, "remove", error=errno.EBUSY)

    person.run("remove", "open", "--yes")
    person.wait_for_workers()  # the worker clears up when its end was told

    assert ground.disk.hits
    assert "open" not in person.names()
    assert list(trash.iterdir()), "it was to be kept"
    # Nor does it keep anybody from putting the rest in order.
    (ground.register / "environments.txt").write_text("")
    person.names()
    assert str(person.envs / "demo") in person.registered()
    ground.disk.heal()
    person.names()
    assert list(trash.iterdir()) == []


def test_a_clock_that_is_set_back_between_and_during_operations(ground: Ground) -> None:
    person, day = ground.sandbox, 24 * 3600.0
    ground.disk.set_clock(40 * day)
    person.create("text-prefix", name="clock")
    ahead = person.json("operations")["operations"][0]
    ground.disk.set_clock(0)

    process = person.start("update", "clock", person.spec("activation-demo", name="n"), "--json")
    assert process.stdout is not None
    # Not before the worker has looked at its clock.
    first = next(line for line in process.stdout if json.loads(line).get("code") == "started")
    ground.disk.set_clock(-2 * day)
    assert process.wait(60) == 0, (first, process.stdout.read())

    newest, before = person.json("operations")["operations"][:2]
    assert (newest["verb"], newest["state"], before["id"]) == ("update", "succeeded", ahead["id"])
    assert all(seconds >= 0 for seconds in newest["result"]["phases"].values())
    shown = person.json("show", "clock")
    assert (shown["generation"], shown["drift"]["state"]) == (2, "clean")
    assert person.json("rollback", "clock")["generation"] == 1
    mine = [e["action"] for e in ground.events() if e.get("environment") == "clock"]
    assert sorted(mine) == [
        "environment_created",
        "environment_rolled_back",
        "environment_updated",
    ]
    # Nothing is old because the clock was ahead: generations and leases are spared.
    assert call(person, "clean").returncode == 0
    assert person.json("rollback", "clock", "--to", "2")["generation"] == 2
    ground.disk.set_clock(0)
