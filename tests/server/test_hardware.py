"""The hardware over REST and at a command line: every state of a driver, and slow ones."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.hardware.texts import HARDWARE
from tests.hardware.test_fake_nvml import STATES
from tests.server import until
from tests.server.conftest import BASE_URL, Serve
from tests.support.api_client import ApiClient
from tests.support.nvml import Driver
from tests.support.sandbox import Sandbox

#: Words of the driver, and what a person reads at a command line.
SHOWN = {
    "two": ("0 NVIDIA RTX A5000", "3.0 of 24.0 GiB", "42 %", "1.1 MIG 2g.20gb", "power limit"),
    "none": ("580.95.05 works, and finds no GPU",),
    "nodriver": ("kernel module is not loaded",),
    "mismatch": ("was upgraded while it was in use",),
    "noperm": ("may not be used from here",),
    "uma": ("NVIDIA GB10", "shares the machine's memory"),
    "lost": ("GPU 0 has fallen off the bus", "1 NVIDIA H100"),
    "reset": ("GPU 0 has to be reset", "1 NVIDIA H100"),
    "blocked": ("blocked by the operating system",),
    "unknown": ("does not say why",),
    "empty": ("changes its MIG mode",),
    "old": ("470.256.02, for CUDA up to 11.4", "Tesla P100"),
    "refuse=3": ("this GPU does not report it",),
    "refuse=4": ("not permitted to this user",),
}


@pytest.fixture
def user(tmp_path: Path, shared_cache: Path) -> Iterator[Sandbox]:
    """Somebody who makes no environments."""
    made = Sandbox(tmp_path, cache=shared_cache, channels=())
    yield made
    made.close()


@pytest.fixture
def driver(nvml_library: Path, tmp_path: Path, user: Sandbox) -> Driver:
    """What this person's programs find."""
    made = Driver(nvml_library, tmp_path)
    user.environ.update(made.environ)
    return made


def hardware(client: ApiClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("hardware").expect(200)
    return found


@pytest.mark.parametrize("words", SHOWN)
def test_fake_nvml_every_state_has_a_useful_answer(
    start_server: Serve, user: Sandbox, driver: Driver, words: str
) -> None:
    driver.say(words)
    state, code, count = STATES.get(words, ("ok", "driver_ok", 2))

    client = start_server(user, base_url=BASE_URL).client
    found = hardware(client)
    assert (found["state"], found["note"]["code"], len(found["devices"])) == (state, code, count)
    assert found["note"]["message"] == HARDWARE[code].format_map(found["note"]["params"])
    assert (found["sampled_at"] is not None, found["stale_since"]) == (True, None)
    assert found["host"]["memory"] > 0
    held = client.get("hardware/kernels").expect(200)
    assert held["kernels"] == []
    places = [len(d["slices"]) if d["mig"] else 1 for d in found["devices"]]
    assert len(held["devices"]) == sum(places)

    text = user.run("gpu")
    for part in (*SHOWN[words], "Host:"):
        assert part in text


def test_without_a_driver_it_is_a_quiet_answer(start_server: Serve, user: Sandbox) -> None:
    server = start_server(user)
    found = hardware(server.client)
    if found["state"] != "none":
        pytest.skip("needs a machine without a GPU driver")
    assert found["devices"] == []
    assert "usual on a machine without a GPU" in user.run("gpu")
    assert "Traceback" not in server.log_text()


def test_fake_nvml_a_gpu_is_lost_while_it_is_looked_at(
    start_server: Serve, user: Sandbox, driver: Driver
) -> None:
    client = start_server(user).client
    before = hardware(client)["devices"]
    driver.say("lost")

    lost = until(lambda: [d for d in hardware(client)["devices"] if d["state"] == "lost"])

    assert [d["uuid"] for d in lost] == [before[0]["uuid"]]
    assert hardware(client)["devices"][1]["state"] == "ok"
    driver.say("unknown")
    found = until(lambda: (f := hardware(client))["state"] == "gone" and f)
    assert "restart the server" in found["note"]["message"]


def test_fake_nvml_a_driver_that_does_not_come_back_holds_up_nobody(
    start_server: Serve, user: Sandbox, driver: Driver
) -> None:
    driver.say("two slow=120000")
    client = start_server(user).client
    began = time.monotonic()
    found = hardware(client)
    assert time.monotonic() - began < 10
    assert (found["state"], found["devices"]) == ("waiting", [])
    assert found["host"]["cpus"] > 0  # which is looked at all the same

    stuck = until(lambda: (f := hardware(client))["stale_since"] and f)
    assert stuck["state"] == "waiting"
    for path in ("hardware", "hardware/kernels", "policy"):
        began = time.monotonic()
        client.get(path).expect(200)
        assert time.monotonic() - began < 1, path

    driver.say("two")
    back = until(lambda: (f := hardware(client))["state"] == "ok" and f)
    assert (back["stale_since"], len(back["devices"])) == (None, 2)
    # Later it hangs again: what was known stays, and is told to be old.
    driver.say("two slow=120000")
    stuck = until(lambda: (f := hardware(client))["stale_since"] and f)
    assert (len(stuck["devices"]), stuck["stale_since"]) == (2, stuck["sampled_at"])
    driver.say("two")


def test_fake_nvml_what_has_not_changed_is_not_sent_again(
    start_server: Serve, user: Sandbox, driver: Driver
) -> None:
    client = start_server(user).client
    driver.say("two")

    def unchanged() -> bool:
        first = client.jupyter("GET", "jupyter-envs/api/hardware/kernels")
        known = {"If-None-Match": first.headers["etag"]}
        again = client.jupyter("GET", "jupyter-envs/api/hardware/kernels", headers=known)
        return (again.status, again.content) == (304, b"")

    assert until(unchanged)


# -- the command -------------------------------------------------------------------------------


def test_fake_nvml_watching_ends_by_ctrl_c(user: Sandbox, driver: Driver) -> None:
    process = user.start("gpu", "--watch", "--json")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    driver.say("lost")
    states = [_first_gpu(process.stdout.readline()) for _ in range(3)]
    assert (first["devices"][0]["state"], states[-1]) == ("ok", "lost")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


def test_fake_nvml_a_terminal_shows_what_it_can_and_obeys_no_name(
    user: Sandbox, driver: Driver
) -> None:
    user.environ["JPY_SESSION_NAME"] = "[red]a\x1b[2Jb.ipynb"
    process = user.start("gpu", "--watch", "--json")
    driver.say(f"two 0:{process.pid}:2048")
    user.environ["PYTHONIOENCODING"] = "ascii:replace"

    text = user.run("gpu")

    assert "[red]a?[2Jb.ipynb" in text
    assert "#......." in text
    assert "\x1b" not in text
    assert "55 C" in text


def test_fake_nvml_watching_on_a_terminal(user: Sandbox, driver: Driver) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        user.command("gpu", "--watch"),
        env={**user.environ, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        # A shell's background jobs ignore it, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    shown = ""

    def sees(text: str) -> bool:
        nonlocal shown
        if select.select([ours], [], [], 0.1)[0]:
            shown += os.read(ours, 65536).decode("utf-8", "replace")
        return text in shown

    try:
        until(lambda: sees("0 NVIDIA RTX A5000"))
        driver.say("lost")
        until(lambda: sees("GPU 0 has fallen off the bus"))
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert "Traceback" not in shown
    finally:
        process.kill()
        process.wait(20)
        os.close(ours)


def test_fake_nvml_a_driver_that_does_not_come_back_is_told_at_a_command_line(
    user: Sandbox, driver: Driver
) -> None:
    driver.say("two slow=120000")
    text = user.run("gpu", timeout=60)
    assert "The GPU driver is being asked" in text
    assert "The driver does not come back" in text
    assert "Host:" in text


def _first_gpu(line: str) -> str:
    state: str = json.loads(line)["devices"][0]["state"]
    return state


def test_fake_nvml_own_processes_are_named_and_others_are_not(
    user: Sandbox, driver: Driver
) -> None:
    process = user.start("gpu", "--watch", "--json")  # any process of this user
    driver.say(f"two 0:{process.pid}:2048 1.1:{process.pid}:1024")

    text = user.run("gpu")
    found = user.json("gpu")["holders"]

    assert f"{process.pid} " in text
    [mine] = found["processes"]
    assert (mine["pid"], mine["memory"] >> 20) == (process.pid, 3072)
    assert len(mine["uses"]) == 2
