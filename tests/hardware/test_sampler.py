"""The sampler: one call at a time, for as long as somebody looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jupyter_envs.hardware.sampler import Sampler
from tests.server import until

#: Short enough for a test, long enough for a busy machine.
TICK = 0.05


class Source:
    """Something to look at: counts, can hang, fail and break."""

    def __init__(self) -> None:
        self.reads = 0
        self.released = 0
        self.at_once = 0
        self.threads: set[int] = set()
        self.hang = threading.Event()
        self.hang.set()
        self.broken = False
        self._inside = 0

    def read(self) -> int:
        self._inside += 1
        self.at_once = max(self.at_once, self._inside)
        self.threads.add(threading.get_ident())
        self.reads += 1
        found = self.reads
        self.hang.wait(20)
        self._inside -= 1
        if self.broken:
            raise RuntimeError("the driver answers nonsense")
        return found

    def release(self) -> None:
        self.released += 1


@contextmanager
def sampling(source: Source, **options: Any) -> Iterator[Sampler[int]]:
    made: Sampler[int] = Sampler(
        source.read,
        release=source.release,
        **{"interval": TICK, "asleep_after": 10 * TICK, **options},
    )
    try:
        yield made
    finally:
        source.hang.set()
        made.close()
        until(lambda: made.is_asleep, seconds=10)


@pytest.fixture
def source() -> Source:
    return Source()


def looking(sampler: Sampler[int], enough: Callable[[], bool]) -> None:
    """Look at it as a panel does until it is enough."""
    deadline = time.monotonic() + 20
    while not enough():
        assert time.monotonic() < deadline
        sampler.look()
        time.sleep(TICK / 5)


def test_nothing_runs_until_somebody_looks(source: Source) -> None:
    with sampling(source) as sampler:
        time.sleep(4 * TICK)
        assert (source.reads, sampler.is_asleep) == (0, True)
        assert sampler.look().value is None
        assert sampler.wait(5).value == 1


def test_all_who_look_share_one_reading_for_each_interval(source: Source) -> None:
    with sampling(source, interval=0.3) as sampler:
        began = time.monotonic()
        threads = [
            threading.Thread(target=looking, args=(sampler, lambda: source.reads >= 4))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert time.monotonic() - began >= 3 * 0.3
        assert (source.at_once, len(source.threads)) == (1, 1)


def test_asleep_nothing_of_it_is_left(source: Source) -> None:
    """No thread, so nothing that could wake the machine; and the driver is let go."""
    with sampling(source) as sampler:
        sampler.wait(5)
        until(lambda: sampler.is_asleep, seconds=10)
        assert not [t for t in threading.enumerate() if "sampler" in t.name]
        reads = source.reads
        time.sleep(10 * TICK)
        assert (source.reads, source.released) == (reads, 1)
        seen = sampler.wait(5)
        assert (seen.value, seen.stale_since) == (reads + 1, None)


def test_a_call_that_does_not_come_back_is_told_and_not_repeated(source: Source) -> None:
    with sampling(source, stale_after=4 * TICK) as sampler:
        first = sampler.wait(5)
        source.hang.clear()
        looking(sampler, lambda: source.reads == 2)
        looking(sampler, lambda: sampler.look().stale_since is not None)
        stuck = sampler.look()
        assert (stuck.value, stuck.stale_since) == (first.value, stuck.at)
        time.sleep(20 * TICK)  # longer than it takes to fall asleep
        looking(sampler, lambda: sampler.look().value == 1)
        assert (source.reads, source.at_once) == (2, 1)
        source.hang.set()
        looking(sampler, lambda: sampler.look().value != 1)
        assert sampler.look().stale_since is None


def test_a_first_call_that_does_not_come_back(source: Source) -> None:
    source.hang.clear()
    with sampling(source, stale_after=2 * TICK) as sampler:
        before = time.time()
        began = time.monotonic()
        assert sampler.wait(0.3).value is None
        assert 0.2 < time.monotonic() - began < 5
        # Whoever asks next does not wait for it again.
        began = time.monotonic()
        seen = sampler.wait(0.3)
        assert time.monotonic() - began < 0.2
        assert seen.value is None
        assert seen.stale_since == pytest.approx(before, abs=1)


def test_to_look_takes_no_time_while_a_call_is_under_way(source: Source) -> None:
    source.hang.clear()
    with sampling(source) as sampler:
        sampler.look()
        until(lambda: source.reads == 1)
        began = time.monotonic()
        for _ in range(100):
            sampler.look()
        assert time.monotonic() - began < 0.5


def test_after_a_failure_it_is_asked_less_often(source: Source) -> None:
    options = {"failed": lambda found: found == 1, "back_off": 20 * TICK}
    with sampling(source, **options) as sampler:
        assert sampler.wait(5).value == 1
        began = time.monotonic()
        # Also by those who come back after it has fallen asleep.
        until(lambda: sampler.is_asleep, seconds=10)
        assert sampler.wait(5).value == 1
        looking(sampler, lambda: source.reads > 1)
        assert time.monotonic() - began >= 19 * TICK
        looking(sampler, lambda: source.reads > 3)


def test_a_reading_that_breaks_is_logged_and_what_was_known_stays(
    source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    with sampling(source, back_off=4 * TICK) as sampler:
        seen = sampler.wait(5)
        source.broken = True
        looking(sampler, lambda: source.reads > 2)
        assert sampler.look().value == seen.value or sampler.look().at == seen.at
        assert "the driver answers nonsense" in caplog.text
        source.broken = False
        looking(sampler, lambda: sampler.look().value == source.reads)


def test_closed_it_stays_closed(source: Source) -> None:
    with sampling(source) as sampler:
        sampler.wait(5)
        sampler.close()
        until(lambda: sampler.is_asleep, seconds=10)
        reads = source.reads
        sampler.look()
        sampler.wait(5)
        assert (sampler.is_asleep, source.reads) == (True, reads)
