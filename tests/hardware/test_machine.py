"""The machine as a server sees it: awake while somebody asks, and nothing of it left afterwards."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from jupyter_envs.hardware.machine import Machine
from jupyter_envs.hardware.readings import Hardware
from tests.server import until
from tests.support.nvml import Driver, Reader


def look(reader: Reader) -> Hardware:
    return msgspec.convert(reader.call("look"), Hardware)


def test_fake_nvml_asleep_nothing_wakes_the_machine(reader: Reader) -> None:
    """No thread is left, so there is nothing that could; and the driver is not called."""
    assert look(reader).state == "ok"
    awake = reader.call("idle", seconds=4.5)
    assert awake["tasks"] > 1
    assert awake["calls"] > 0

    until(lambda: reader.call("asleep"), seconds=30)

    found = reader.call("idle", seconds=4.5)
    # The process that asks sleeps once itself, and does nothing else.
    assert (found["tasks"], found["calls"]) == (1, 0)
    assert found["woken"] <= 2
    before = look(reader)
    assert (before.state, before.stale_since) == ("ok", None)


def test_fake_nvml_waiting_and_then_there(driver: Driver, reader: Reader) -> None:
    driver.say("two slow=3000")
    found = look(reader)
    assert (found.state, len(found.devices), found.interval) == ("ok", 2, 2.0)
    assert found.host is not None
    assert found.sampled_at is not None
    assert found.sampled_at.endswith("+00:00")


def test_before_the_first_answer() -> None:
    machine = Machine(Path.home)
    try:
        found = machine.look()
        if found.state == "waiting":  # unless the other thread was quicker
            assert (found.note.code, found.devices, found.sampled_at) == (
                "driver_waiting",
                (),
                None,
            )
        until(lambda: machine.look().sampled_at, seconds=30)
        assert machine.inventory() is not None
    finally:
        machine.close()
        until(lambda: machine.is_asleep, seconds=10)


def test_to_look_takes_no_time() -> None:
    """As the event loop does it."""
    machine = Machine(Path.home)
    try:
        machine.wait(20)
        began = time.monotonic()
        for _ in range(200):
            machine.look()
        assert time.monotonic() - began < 1
    finally:
        machine.close()
