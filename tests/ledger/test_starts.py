"""Kernel starts on their way into the chain: each once, whoever tells of it and whatever dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.ledger import KernelStart, Ledger
from jupyter_envs.ledger.chain import held_chain

FACTS = {
    "environment": "demo",
    "store": "/envs",
    "generation": "3",
    "lock_digest": "ab" * 32,
    "host": "host-a",
    "boot_id": "boot",
    "pid": "41",
    "start_time": "1000",
    "kernel": "conda-env-demo-py",
    "connection": "/run/user/1/kernel-4f1c.json",
    "notebook": "/home/ada/model.ipynb",
    "user": "ada",
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path, "host-a")
    made.expect_starts()
    return made


def leave(ledger: Ledger, *, age: float = 0, end: bytes = b"end=\0", **changes: str) -> Path:
    """A file as the shim leaves it; its time is so many seconds ago."""
    facts = {**FACTS, **changes}
    path = (
        ledger.root / "starts" / f"{facts['host']}-boot-{facts['pid']}-{facts['start_time']}.start"
    )
    fields = (f"{k}={v}".encode("utf-8", "surrogateescape") + b"\0" for k, v in facts.items())
    path.write_bytes(b"".join(fields) + end)
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def told(**changes: Any) -> KernelStart:
    facts = {
        "environment": "demo",
        "store": "/envs",
        "generation": 3,
        "lock_digest": "ab" * 32,
        "host": "host-a",
        "boot_id": "boot",
        "pid": 41,
        "start_time": 1000,
        "time": datetime.now(timezone.utc),
    }
    return KernelStart(**{**facts, **changes})


def test_a_start_is_recorded_as_it_was_when_it_was(ledger: Ledger) -> None:
    leave(ledger, age=7200)
    made = datetime.now(timezone.utc) - timedelta(seconds=7200)

    [event] = ledger.absorb(drift=lambda start: f"state of {start.environment}")

    assert ledger.events()[0] == {**event, "prev": "0" * 64}
    expected = {
        "action": "kernel_started",
        "actor": "ada",
        "environment": "demo",
        "store": "/envs",
        "generation": 3,
        "lock_digest": "ab" * 32,
        "kernel": "conda-env-demo-py",
        "kernel_id": "4f1c",
        "notebook": "/home/ada/model.ipynb",
        "user": "ada",
        "pid": 41,
        "drift": None,  # nobody knows what it was two hours ago
    }
    assert expected.items() <= event.items()
    assert abs(datetime.fromisoformat(event["time"]) - made) < timedelta(seconds=5)
    assert datetime.fromisoformat(event["recorded"]) - made > timedelta(seconds=7000)
    assert list((ledger.root / "starts").iterdir()) == []
    assert ledger.absorb() == []


def test_one_that_is_taken_in_at_once_has_one_time(ledger: Ledger) -> None:
    leave(ledger)

    [event] = ledger.absorb(drift=lambda start: f"state of {start.environment}")

    assert "recorded" not in event
    assert event["drift"] == "state of demo"


@pytest.mark.timeout(30)
def test_who_tells_of_drift_may_write_into_the_ledger(ledger: Ledger) -> None:
    """Whoever looks at drift may hold its lock and want the ledger's: never the other way round."""
    leave(ledger)

    def drift(start: KernelStart) -> str:
        ledger.record("drift_seen", "ada", environment=start.environment)
        return "drifted"

    [event] = ledger.absorb(drift=drift)

    assert event["drift"] == "drifted"
    assert {one["action"] for one in ledger.events()} == {"kernel_started", "drift_seen"}
    assert ledger.verify() == []


@pytest.mark.parametrize(
    "notebook",
    [
        "/home/ada/a b\n=c\r\t'\"$HOME`x`\\.ipynb",
        "/home/ada/données 数据.ipynb",
        os.fsdecode(b"/home/ada/caf\xe9.ipynb"),
        "/x" * 3000 + ".ipynb",
        "=.ipynb",
    ],
)
def test_a_notebook_s_path_may_hold_anything(ledger: Ledger, notebook: str) -> None:
    leave(ledger, notebook=notebook)
    ledger.absorb()

    [event] = ledger.events()
    shown = notebook.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    assert event["notebook"] == shown
    assert [e["id"] for e in ledger.find(notebook=shown.rpartition("/")[2])] == [event["id"]]
    assert ledger.verify() == []


def test_what_is_not_known_is_null(ledger: Ledger) -> None:
    leave(ledger, notebook="", user="", connection="", kernel="")
    [event] = ledger.absorb()

    assert (event["notebook"], event["kernel_id"], event["kernel"]) == (None, None, None)
    assert event["user"] == event["actor"] != ""  # the account that the file is of
    leave(ledger, notebook="/home/ada/console-1-1f2e", pid="7")
    assert ledger.absorb()[0]["notebook"] is None  # a console's session is no document


def test_a_crash_between_the_line_and_the_file_s_end_does_not_record_it_twice(
    ledger: Ledger,
) -> None:
    content = leave(ledger).read_bytes()
    ledger.absorb()
    again = leave(ledger)  # as if it had not been removed
    assert again.read_bytes() == content

    assert ledger.absorb() == []
    assert not again.exists()
    assert len(ledger.events()) == 1


def test_the_server_and_the_shim_tell_of_one_start(ledger: Ledger) -> None:
    leave(ledger, notebook="")
    [event] = ledger.absorb([told(notebook="/data/model.ipynb", user="ada@lab")])
    assert (event["notebook"], event["user"]) == ("/data/model.ipynb", "ada@lab")
    assert event["kernel"] == "conda-env-demo-py"  # what only the shim knew

    # Whoever comes later has nothing to add: the line is written.
    leave(ledger)
    assert ledger.absorb([told()]) == []
    assert len(ledger.events()) == 1


def test_a_server_s_word_is_enough(ledger: Ledger) -> None:
    assert [e["pid"] for e in ledger.absorb([told(pid=9)])] == [9]


def test_processes_are_told_apart(ledger: Ledger) -> None:
    for pid, start_time, boot in (
        ("1", "5", "a"),
        ("2", "5", "a"),
        ("1", "6", "a"),
        ("1", "5", "b"),
    ):
        leave(ledger, pid=pid, start_time=start_time, boot_id=boot)
        ledger.absorb()

    assert len(ledger.events()) == 4


def test_a_file_that_is_cut_off_is_waited_for_and_then_gone(ledger: Ledger) -> None:
    fresh, old = leave(ledger, end=b""), leave(ledger, end=b"", pid="2", age=3600)
    empty = leave(ledger, pid="3", age=3600)
    empty.write_bytes(b"")
    os.utime(empty, (1, 1))

    assert ledger.absorb() == []
    assert fresh.exists()
    assert not old.exists()
    assert not empty.exists()


@pytest.mark.parametrize(
    "changes", [{"generation": "x"}, {"pid": ""}, {"start_time": "0x1"}, {"generation": "9" * 5000}]
)
def test_a_file_of_another_form_stops_nothing(ledger: Ledger, changes: dict[str, str]) -> None:
    path = leave(ledger)
    facts = {**FACTS, "host": "host-a", **changes}
    path.write_bytes(b"".join(f"{k}={v}\0".encode() for k, v in facts.items()) + b"end=\0")
    (ledger.root / "starts" / "notes.txt").write_text("somebody's")
    (ledger.root / "starts" / "folder.start").mkdir()
    leave(ledger, pid="77")

    assert [event["pid"] for event in ledger.absorb()] == [77]
    assert (ledger.root / "starts" / "notes.txt").exists()


def test_another_machine_takes_its_own_in(ledger: Ledger) -> None:
    leave(ledger, host="host-b")
    assert ledger.absorb() == []
    assert [e["host"] for e in Ledger(ledger.root, "host-b").absorb()] == ["host-b"]

    leave(ledger, host="host-c", age=7200)  # nobody works there any more
    assert [e["host"] for e in ledger.absorb()] == ["host-c"]


def test_what_two_machines_took_in_is_one_event(ledger: Ledger) -> None:
    leave(ledger, age=7200)
    ledger.absorb()
    leave(ledger, age=7200)
    Ledger(ledger.root, "host-b").absorb()

    assert len(ledger.events()) == 1


def _absorb(ledger: Ledger, count: int) -> None:
    for _ in range(count):
        ledger.absorb()


def test_two_processes_that_take_in_at_once_record_once(ledger: Ledger) -> None:
    context = multiprocessing.get_context("spawn")
    takers = [context.Process(target=_absorb, args=(ledger, 150)) for _ in range(2)]
    for taker in takers:
        taker.start()
    for pid in range(120):
        leave(ledger, pid=str(pid))
        time.sleep(0.005)
    for taker in takers:
        taker.join(120)
    ledger.absorb()

    assert sorted(event["pid"] for event in ledger.events()) == list(range(120))
    lines = sum(len(p.read_bytes().splitlines()) for p in ledger.root.glob("ledger/*/*.jsonl"))
    assert lines == 120  # not only merged on reading
    assert ledger.verify() == []


def test_a_taker_that_is_killed_loses_and_doubles_nothing(ledger: Ledger) -> None:
    context = multiprocessing.get_context("spawn")
    for pid in range(100):
        leave(ledger, pid=str(pid))
    for _ in range(3):
        taker = context.Process(target=_absorb, args=(ledger, 10_000))
        taker.start()
        deadline = time.monotonic() + 30
        before = len(ledger.events())
        while time.monotonic() < deadline and len(ledger.events()) == before:
            leave(ledger, pid=str(time.monotonic_ns() % 10**8 + 1000))
            time.sleep(0.01)
        assert taker.pid is not None
        os.kill(taker.pid, signal.SIGKILL)
        taker.join(30)
    ledger.absorb()

    found = [event["pid"] for event in ledger.events()]
    assert len(found) == len(set(found))
    assert set(range(100)) <= set(found)
    assert list((ledger.root / "starts").iterdir()) == []
    assert [f for f in ledger.verify() if f.code != "torn"] == []


def test_last_starts_are_of_each_environment(ledger: Ledger) -> None:
    for age, environment, pid in ((9000, "one", "1"), (20, "one", "2"), (50, "two", "3")):
        leave(ledger, age=age, environment=environment, pid=pid)
    ledger.absorb()
    leave(ledger, age=5, environment="two", pid="4")  # not taken in yet

    found = ledger.last_starts()

    now = datetime.now(timezone.utc)
    ages = {key: (now - moment).total_seconds() for key, moment in found.items()}
    assert set(ages) == {("/envs", "one"), ("/envs", "two")}
    assert ages["/envs", "two"] < 15 < ages["/envs", "one"] < 45
    ledger.record("environment_removed", "ada", environment="two", store="/envs")
    assert ledger.last_starts()[("/envs", "one")] == found[("/envs", "one")]


def test_a_ledger_that_cannot_be_written_says_so_and_keeps_the_files(ledger: Ledger) -> None:
    path = leave(ledger)
    with held_chain(ledger.chains, ledger.host):
        pass
    chain = ledger.chains / ledger.host
    for month in chain.glob("*.jsonl"):
        month.unlink()
    (ledger.chains / ".heads").write_text("in the way")

    with pytest.raises(NotADirectoryError):
        ledger.absorb()
    assert path.exists()
