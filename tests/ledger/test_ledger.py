"""The ledger: every line names the one before, whoever writes and whatever breaks."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from jupyter_envs.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path, "host-a")


def chain_file(ledger: Ledger) -> Path:
    return next(ledger.root.glob(f"ledger/{ledger.host}/*.jsonl"))


def test_events_come_back_in_order_with_their_facts(ledger: Ledger) -> None:
    ledger.record("environment_created", "ada", environment="one", lock_digest="d1")
    Ledger(ledger.root, "host-b").record("environment_created", "bob", environment="two")
    ledger.record("environment_removed", "ada", environment="one")

    events = ledger.events()

    assert [(e["actor"], e["environment"]) for e in events] == [
        ("ada", "one"),
        ("bob", "two"),
        ("ada", "one"),
    ]
    assert all(e["time"][-6] in "+-" for e in events)
    assert ledger.verify() == []


def test_a_torn_line_is_reported_and_the_chain_goes_on(ledger: Ledger) -> None:
    ledger.record("environment_created", "ada", environment="one")
    with chain_file(ledger).open("ab") as file:
        file.write(b'{"id":"half')

    ledger.record("environment_created", "ada", environment="two")

    assert [e["environment"] for e in ledger.events()] == ["one", "two"]
    assert [(f.line, f.reason) for f in ledger.verify()] == [(2, "not a complete line")]


@pytest.mark.parametrize("damage", ["edit", "remove"])
def test_an_edited_and_a_removed_line_are_found(ledger: Ledger, damage: str) -> None:
    for name in ("one", "two", "three"):
        ledger.record("environment_created", "ada", environment=name)
    path = chain_file(ledger)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1:2] = [] if damage == "remove" else [lines[1].replace(b"two", b"owt")]
    path.write_bytes(b"".join(lines))

    assert len(ledger.verify()) == 1


def test_a_month_goes_on_from_the_last(ledger: Ledger) -> None:
    ledger.record("environment_created", "ada", environment="one")
    path = chain_file(ledger)
    path.rename(path.with_name("2001-01.jsonl"))

    ledger.record("environment_created", "ada", environment="two")

    assert ledger.verify() == []
    second = json.loads(chain_file_newest(ledger).read_text())
    assert second["prev"] != "0" * 64


def chain_file_newest(ledger: Ledger) -> Path:
    return sorted(ledger.root.glob(f"ledger/{ledger.host}/*.jsonl"))[-1]


def _write(ledger: Ledger, writer: int, count: int) -> None:
    for number in range(count):
        ledger.record("environment_created", f"writer-{writer}", environment=str(number))


def test_several_writers_make_one_chain(ledger: Ledger) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(ledger, n, 20)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert len(ledger.events()) == 60
    assert ledger.verify() == []


def test_a_writer_that_is_killed_spoils_nothing(ledger: Ledger) -> None:
    context = multiprocessing.get_context("spawn")
    writer = context.Process(target=_write, args=(ledger, 1, 100_000))
    writer.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(ledger.events()) < 5:
        time.sleep(0.01)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join(30)

    ledger.record("environment_created", "ada", environment="after")

    assert ledger.events()[-1]["environment"] == "after"
    faults = [f.reason for f in ledger.verify()]
    assert faults in ([], ["not a complete line"])


def test_a_long_line_at_the_end_is_read_whole(ledger: Ledger) -> None:
    ledger.record("environment_created", "ada", note="x" * 200_000)
    ledger.record("environment_created", "ada", environment="two")

    assert ledger.verify() == []


def test_locks_are_kept_by_digest(ledger: Ledger) -> None:
    ledger.keep_lock("abc", b"version: 1\n")
    ledger.keep_lock("abc", b"something else")

    assert ledger.lock("abc") == b"version: 1\n"
    assert ledger.lock("unknown") is None
