"""Looking things up in the ledger."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.errors import TimeInvalid
from jupyter_envs.ledger import Ledger
from jupyter_envs.ledger.chain import append_line
from jupyter_envs.ledger.times import as_time

#: Two hosts, and one that keeps its clock in another zone.
EVENTS = (
    ("host-a", "2026-03-01T10:00:00.000+00:00", "one", "aa11"),
    ("host-b", "2026-03-01T12:30:00.000+02:00", "two", "aa22"),
    ("host-a", "2026-03-01T11:00:00.000+00:00", "one", "bb33"),
    ("host-b", "2026-03-02T00:00:00.000+00:00", "One", None),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    for host, time, environment, digest in EVENTS:
        entry = {"time": time, "environment": environment, "lock_digest": digest}
        moment = as_time(time)
        assert moment is not None
        append_line(tmp_path / "ledger", host, entry, now=moment)
    return Ledger(tmp_path, "host-a")


def found(ledger: Ledger, **wanted: Any) -> list[int]:
    """The numbers of the events that fit."""
    times = [time for _, time, _, _ in EVENTS]
    return [times.index(event["time"]) for event in ledger.find(**wanted)]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, [0, 1, 2, 3]),
        ({"since": "2026-03-01T10:30:00Z"}, [1, 2, 3]),
        ({"since": "2026-03-01T10:30:00.001z"}, [2, 3]),
        ({"since": "2026-03-01T13:00:00+02:00"}, [2, 3]),
        ({"until": "2026-03-01T10:30:00+00:00"}, [0, 1]),
        ({"since": "2026-03-01T10:30Z", "until": "2026-03-01T11:00Z"}, [1, 2]),
        ({"since": "2026-03-02T00:00Z", "until": "2026-03-01T00:00Z"}, []),
        ({"environment": "one"}, [0, 2]),
        ({"environment": "One"}, [3]),
        ({"environment": ""}, []),
        ({"digest": "aa"}, [0, 1]),
        ({"digest": "bb33"}, [2]),
        ({"digest": "N"}, []),
        ({"environment": "one", "digest": "aa", "since": "2026-01-01"}, [0]),
    ],
)
def test_what_fits_oldest_first(ledger: Ledger, wanted: dict[str, Any], numbers: list[int]) -> None:
    assert found(ledger, **wanted) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026",
        "2026-02-30",
        "2026-03-01T25:00",
        "12:00",
        "0001-01-01",
        "9999-12-31T23:59-14:00",
    ],
)
def test_what_is_no_time(ledger: Ledger, text: str) -> None:
    for bound in ("since", "until"):
        with pytest.raises(TimeInvalid) as caught:
            found(ledger, **{bound: text})
        assert caught.value.params == {"time": text}


def test_without_an_offset_it_is_this_machine_s_time() -> None:
    moment = as_time("2026-03-01T10:00")

    assert moment is not None
    assert moment.tzinfo is not None
    assert moment.replace(tzinfo=None).isoformat() == "2026-03-01T10:00:00"
    assert as_time(None) is None


def test_an_empty_ledger_has_nothing(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "nonesuch", "host").find() == []


def test_lines_of_others_are_passed_over(ledger: Ledger) -> None:
    file = next(ledger.root.glob("ledger/host-a/*.jsonl"))
    with file.open("a") as lines:
        for line in ("nonsense", "[]", '"text"', "{}"):
            print(line, file=lines)

    assert found(ledger) == [0, 1, 2, 3]


@pytest.mark.parametrize("time", ["yesterday", None, 7])
def test_a_line_without_a_time_does_not_hide_the_others(ledger: Ledger, time: Any) -> None:
    file = next(ledger.root.glob("ledger/host-a/*.jsonl"))
    with file.open("a") as lines:
        print(json.dumps({"time": time, "prev": "0" * 64, "environment": "odd"}), file=lines)

    assert "one" in [event["environment"] for event in ledger.find()]


def test_threads_of_one_process_make_one_chain(tmp_path: Path) -> None:
    """A server writes from several: a lock of the system would not keep them apart."""
    ledger = Ledger(tmp_path, "host")
    threads = [
        threading.Thread(
            target=lambda: [ledger.record("environment_created", "ada") for _ in range(20)]
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(ledger.find()) == 80
    assert ledger.verify() == []


def test_the_newest_are_found_whichever_file_they_are_in(tmp_path: Path) -> None:
    """Also one that was written down months later, and one that two machines wrote down."""
    start = datetime(2026, 1, 15, tzinfo=timezone.utc)
    for month in range(8):
        for host in ("host-a", "host-b"):
            for number in range(3):
                when = start + timedelta(days=30 * month, hours=number)
                entry = {"id": f"{month}-{number}", "time": when.isoformat(), "number": month}
                append_line(tmp_path / "ledger", host, entry, now=when)
    late = {"id": "late", "time": (start + timedelta(days=95)).isoformat(), "number": "late"}
    append_line(tmp_path / "ledger", "host-a", late, now=start + timedelta(days=240))
    ledger = Ledger(tmp_path, "host-a")
    everything = ledger.find()
    assert len(everything) == 8 * 3 + 1

    for limit in range(1, 27):
        assert ledger.find(limit=limit) == everything[-limit:]
        for until in (start + timedelta(days=d, hours=1) for d in (0, 29, 30, 95, 96, 120, 300)):
            whole = [e for e in everything if datetime.fromisoformat(e["time"]) <= until]
            assert ledger.find(until=until.isoformat(), limit=limit) == whole[-limit:]
            since = until.isoformat()
            newer = [e for e in everything if datetime.fromisoformat(e["time"]) >= until]
            assert ledger.find(since=since, limit=limit) == newer[-limit:]
