"""The ledger: every line names the one before, whoever writes and whatever breaks."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable
from datetime import datetime, timezone
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


def three(ledger: Ledger) -> Path:
    for name in ("one", "two", "three"):
        ledger.record("environment_created", "ada", environment=name)
    return chain_file(ledger)


def codes(ledger: Ledger) -> list[str]:
    return [fault.code for fault in ledger.verify()]


DAMAGE = {
    "the newest is edited": (lambda lines: [*lines[:-1], lines[-1].replace(b"three", b"eerht")]),
    "the newest is cut off": (lambda lines: lines[:-1]),
    "the newest two are cut off": (lambda lines: lines[:-2]),
    "it is cut off in mid-line": (lambda lines: [*lines[:-1], lines[-1][:40]]),
    "the newest is another one": (lambda lines: [*lines[:-1], lines[0]]),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_what_happened_to_the_newest_line_is_found(
    ledger: Ledger, damage: Callable[[list[bytes]], list[bytes]]
) -> None:
    path = three(ledger)
    assert codes(ledger) == []
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))

    assert codes(ledger) != []
    # Whoever writes next does not make it good again.
    ledger.record("environment_created", "ada", environment="four")
    ledger.record("environment_created", "ada", environment="five")
    assert "broken" in codes(ledger)
    assert ledger.find(environment="five")


def test_a_missing_month_is_found_the_newest_too(tmp_path: Path) -> None:
    for gone in (1, 2, 3):
        ledger = Ledger(tmp_path / str(gone), "host")
        for month in (1, 2, 3):
            ledger.record("environment_created", "ada", now=utc(2026, month, 10))
        assert codes(ledger) == []
        (ledger.chains / "host" / f"2026-0{gone}.jsonl").unlink()

        assert codes(ledger) == [{1: "broken", 2: "broken", 3: "newest_missing"}[gone]]


def test_a_missing_machine_is_found(ledger: Ledger) -> None:
    three(ledger)
    Ledger(ledger.root, "host-b").record("environment_created", "bob")
    shutil.rmtree(ledger.chains / "host-b")

    assert [(f.code, Path(f.file).name) for f in ledger.verify()] == [("chain_missing", "host-b")]
    Ledger(ledger.root, "host-b").record("environment_created", "bob")
    assert codes(ledger) == ["broken"]


def test_a_missing_head_is_found_and_made_anew_by_the_next_line(ledger: Ledger) -> None:
    three(ledger)
    shutil.rmtree(ledger.chains / ".heads")

    assert codes(ledger) == ["head_missing"]
    ledger.record("environment_created", "ada", environment="four")
    assert codes(ledger) == []


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"count": "x"}', b"\0" * 200])
def test_a_head_that_a_power_cut_spoilt_is_found_and_stops_nobody(
    ledger: Ledger, rubbish: bytes
) -> None:
    three(ledger)
    (ledger.chains / ".heads" / f"{ledger.host}.json").write_bytes(rubbish)

    assert codes(ledger) == ["head_missing"]
    ledger.record("environment_created", "ada", environment="four")
    assert codes(ledger) == []


def test_a_head_that_is_behind_is_no_fault_and_catches_up(ledger: Ledger) -> None:
    """As where a writer died after its line, or a power cut took the newest head."""
    three(ledger)
    head = ledger.chains / ".heads" / f"{ledger.host}.json"
    old = head.read_bytes()
    ledger.record("environment_created", "ada", environment="four", now=utc(2099, 1, 1))
    ledger.record("environment_created", "ada", environment="five", now=utc(2099, 2, 1))
    head.write_bytes(old)
    assert codes(ledger) == []

    ledger.record("environment_created", "ada", environment="six", now=utc(2099, 3, 1))

    assert codes(ledger) == []
    assert json.loads(head.read_bytes())["count"] == 6


def test_lines_before_a_head_was_kept_go_on(ledger: Ledger) -> None:
    three(ledger)
    shutil.rmtree(ledger.chains / ".heads")
    ledger.record("environment_created", "ada", environment="four")

    head = json.loads((ledger.chains / ".heads" / f"{ledger.host}.json").read_bytes())
    assert head["count"] == 4
    assert codes(ledger) == []


def test_a_name_that_is_no_text_can_be_recorded(ledger: Ledger) -> None:
    store = os.fsdecode(b"/caf\xe9")
    ledger.record("environment_created", "ada", store=store, environment="one")

    assert [e["store"] for e in ledger.find(environment="one")] == [store]
    assert codes(ledger) == []


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]  # year and so on


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


def test_writers_that_are_killed_again_and_again_leave_one_chain(ledger: Ledger) -> None:
    context = multiprocessing.get_context("spawn")
    steady = context.Process(target=_write, args=(ledger, 0, 60))
    steady.start()
    for number in range(3):
        writer = context.Process(target=_write, args=(ledger, 1, 100_000))
        writer.start()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not ledger.find(environment=str(number * 3)):
            time.sleep(0.01)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(30)
    steady.join(60)

    assert len([e for e in ledger.events() if e["actor"] == "writer-0"]) == 60
    assert {fault.code for fault in ledger.verify()} <= {"torn"}


def test_a_long_line_at_the_end_is_read_whole(ledger: Ledger) -> None:
    ledger.record("environment_created", "ada", note="x" * 200_000)
    ledger.record("environment_created", "ada", environment="two")

    assert ledger.verify() == []


def test_locks_are_kept_by_digest(ledger: Ledger) -> None:
    ledger.keep_lock("abc", b"version: 1\n")
    ledger.keep_lock("abc", b"something else")

    assert ledger.lock("abc") == b"version: 1\n"
    assert ledger.lock("unknown") is None
