"""Clocks that are put back or forward, zones that change: order and chain hold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from jupyter_envs.errors import TimeInvalid
from jupyter_envs.ledger import Ledger, from_seconds, read_moment


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A country whose clocks went back on 2026-10-25 at 3:00, and forward on 2026-03-29."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(ledger: Ledger, moment: datetime, name: str) -> None:
    ledger.record("environment_created", "ada", environment=name, now=moment)


def names(ledger: Ledger) -> list[str]:
    return [event["environment"] for event in ledger.events()]


def months(ledger: Ledger) -> list[str]:
    return sorted(path.stem for path in ledger.root.glob("ledger/*/*.jsonl"))


@pytest.mark.usefixtures("zone")
def test_the_hour_that_is_there_twice(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "host")
    summer = datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc).astimezone()
    winter = (summer.astimezone(timezone.utc) + timedelta(minutes=45)).astimezone()
    assert (summer.hour, winter.hour) == (2, 2)
    at(ledger, summer, "summer")  # 02:30 +02:00
    at(ledger, winter, "winter")  # 02:15 +01:00

    assert names(ledger) == ["summer", "winter"]
    assert ledger.verify() == []
    assert [e["environment"] for e in ledger.find(until="2026-10-25T02:40")] == ["summer"]
    until = {"+02:00": ["summer"], "+01:00": ["summer", "winter"]}
    for offset, found in until.items():
        moment = f"2026-10-25T02:40{offset}"
        assert [e["environment"] for e in ledger.find(until=moment)] == found


@pytest.mark.usefixtures("zone")
def test_what_is_said_of_a_time() -> None:
    twice = read_moment("2026-10-25 02:30")
    assert (twice.note, twice.at.isoformat()) == ("ambiguous", "2026-10-25T02:30:00+02:00")
    assert twice.other is not None
    assert twice.other.isoformat() == "2026-10-25T02:30:00+01:00"
    skipped = read_moment("2026-03-29 02:30")
    assert (skipped.note, skipped.other) == ("skipped", None)
    assert skipped.at.utcoffset() in (timedelta(hours=1), timedelta(hours=2))
    for plain in ("2026-11-18 15:00", "2026-10-25T02:30+01:00", "2026-10-25T00:30Z", "2026-10-25"):
        assert read_moment(plain).note is None
    assert read_moment("2026-11-18 15:00").at.isoformat() == "2026-11-18T15:00:00+01:00"
    assert from_seconds(read_moment("2026-07-01T12:00").at.timestamp()).isoformat() == (
        "2026-07-01T12:00:00+02:00"
    )
    with pytest.raises(TimeInvalid):
        read_moment("last wednesday")


def test_a_clock_that_is_set_back_over_a_month_does_not_break_the_chain(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "host")
    new = datetime(2026, 4, 1, 0, 10, tzinfo=timezone.utc)
    at(ledger, new, "april")
    at(ledger, new - timedelta(hours=1), "march")
    at(ledger, new + timedelta(days=40), "may")

    assert months(ledger) == ["2026-04", "2026-05"]
    assert names(ledger) == ["march", "april", "may"]
    assert ledger.verify() == []
    # Those that are passed over for their month are not wanted.
    found = ledger.find(since="2026-03-31T22:00:00Z", until="2026-03-31T23:59:00Z")
    assert [event["environment"] for event in found] == ["march"]


def test_a_clock_that_once_was_years_ahead_hides_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "host")
    at(ledger, datetime(2099, 1, 1, tzinfo=timezone.utc), "ahead")
    at(ledger, datetime(2026, 5, 1, tzinfo=timezone.utc), "right")

    assert names(ledger) == ["right", "ahead"]
    assert [e["environment"] for e in ledger.find(until="2030-01-01")] == ["right"]
    assert [e["environment"] for e in ledger.find(since="2026-04-01")] == ["right", "ahead"]
    assert ledger.verify() == []


def test_travellers_have_one_order(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "host")
    first = datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=14)))  # still 2025 in UTC
    second = datetime(2025, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-11)))
    at(ledger, first, "east")
    at(ledger, second, "west")

    assert months(ledger) == ["2025-12", "2026-01"]
    assert names(ledger) == ["east", "west"]
    assert ledger.verify() == []
