"""Long work: cancelled, killed, resumed, queued, and looked at afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Failed, Sandbox, manifest

PATIENCE = 60.0
KERNEL = "conda-env-demo-py"


@pytest.fixture
def slow(sandbox: Sandbox, tmp_path: Path) -> Sandbox:
    """A person whose packages are not cached: there is time to step in."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "empty-cache")
    return sandbox


def until(found: Callable[[], Any]) -> Any:
    """What ``found`` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def journal(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The events of the newest operation, as they lie on the disk."""
    paths = sorted((sandbox.envs / ".jupyter-envs" / "operations").glob("*.jsonl"))
    if not paths:
        return []
    lines = paths[-1].read_bytes().splitlines()
    return [json.loads(line) for line in lines if line.endswith(b"}")]


def worker(sandbox: Sandbox) -> int:
    """The pid of the newest operation's worker."""
    started = [e for e in journal(sandbox) if e.get("code") == "started"]
    return int(started[-1]["params"]["worker"]["pid"]) if started else 0


def in_phase(sandbox: Sandbox, phase: str) -> bool:
    return any(e["phase"] == phase for e in journal(sandbox))


def gone(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return status == "Z"


def leftovers(sandbox: Sandbox) -> list[str]:
    """What lies in the store besides journals."""
    hidden = sandbox.envs / ".jupyter-envs"
    return sorted(
        str(path.relative_to(sandbox.envs))
        for path in (*sandbox.envs.glob("[!.]*"), *hidden.glob("*"))
        if path.name not in {"operations", ".trash"}
    )


@pytest.mark.parametrize("phase", ["download", "install", "verify"])
def test_ctrl_c_cancels_and_leaves_nothing(slow: Sandbox, phase: str) -> None:
    process = slow.start("create", slow.spec("python", "bulk"), "--json")
    until(lambda: in_phase(slow, phase))
    pid = worker(slow)

    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130, stderr
    assert json.loads(stdout.splitlines()[-1])["code"] == "cancelled"
    assert gone(pid)
    assert leftovers(slow) == []
    assert slow.names() == []
    assert slow.kernel_names() == []
    assert slow.json("operations")["operations"][0]["state"] == "cancelled"


def test_cancel_from_elsewhere_keeps_the_old_generation(
    sandbox: Sandbox, kernels: KernelSession, tmp_path: Path
) -> None:
    sandbox.create("python", "demo-lib=1.0")
    before = manifest(sandbox.envs / ".jupyter-envs" / "demo" / "1")
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "empty-cache")
    process = sandbox.start("update", "demo", sandbox.spec("python", "demo-lib=2.0", "bulk"))
    until(lambda: journal(sandbox)[0]["params"]["verb"] == "update")
    until(lambda: in_phase(sandbox, "install") or in_phase(sandbox, "download"))
    running = [o for o in sandbox.json("operations")["operations"] if o["verb"] == "update"]

    ended = sandbox.json("operations", "cancel", running[0]["id"])

    process.communicate(timeout=PATIENCE)
    assert ended["state"] == "cancelled"
    assert process.returncode == 130
    assert manifest(sandbox.envs / ".jupyter-envs" / "demo" / "1") == before
    assert sandbox.json("show", "demo")["generation"] == 1
    assert kernels.once(KERNEL, "import demo_lib; print(demo_lib.__version__)") == "1.0"


@pytest.mark.parametrize("phase", ["download", "install", "verify"])
def test_a_killed_worker_is_noticed_and_its_work_is_resumed(
    slow: Sandbox, jupyter: Path, phase: str
) -> None:
    process = slow.start("create", slow.spec("python", "bulk"), "--json")
    until(lambda: in_phase(slow, phase))

    os.killpg(worker(slow), signal.SIGKILL)
    stdout, _ = process.communicate(timeout=PATIENCE)

    error = json.loads(stdout.splitlines()[-1])
    assert process.returncode == 1
    assert error["code"] == "interrupted"
    assert slow.names() == []
    assert slow.kernel_names() == []
    assert slow.registered() == []

    operation = slow.json("operations")["operations"][0]
    assert operation["state"] == "interrupted"
    assert operation["id"] in error["hint"]
    resumed = slow.json("operations", "resume", operation["id"])
    assert resumed["name"] == "demo"
    with KernelSession(jupyter, slow.environ) as kernels:
        assert kernels.once(KERNEL, "import sys; print(sys.prefix)") == resumed["prefix"]


def test_a_command_that_dies_leaves_its_worker_at_work(slow: Sandbox) -> None:
    process = slow.start("create", slow.spec("python", "bulk"))
    until(lambda: worker(slow))

    process.kill()
    process.communicate(timeout=PATIENCE)

    until(lambda: slow.json("operations")["operations"][0]["state"] == "succeeded")
    assert slow.names() == ["demo"]


def test_two_creates_of_one_name_at_once(slow: Sandbox) -> None:
    spec = slow.spec("python", "bulk")
    both = [slow.start("create", spec, "--json") for _ in range(2)]
    ends = [(p.communicate(timeout=2 * PATIENCE)[0], p.returncode) for p in both]

    assert sorted(code for _, code in ends) == [0, 1]
    lost = json.loads(next(out for out, code in ends if code == 1).splitlines()[-1])
    assert lost["code"] in {"environment_busy", "name_taken"}
    assert slow.names() == ["demo"]
    assert slow.run("run", "demo", "--", "python", "-c", "print('works')").strip() == "works"


def test_more_operations_than_places_wait_in_a_queue(slow: Sandbox) -> None:
    names = ["one", "two", "three", "four"]
    specs = [slow.spec("python", "bulk", name=name) for name in names]
    processes = [slow.start("create", spec, "--json") for spec in specs]
    ends = [(p.communicate(timeout=4 * PATIENCE)[0], p.returncode) for p in processes]

    assert [code for _, code in ends] == [0, 0, 0, 0]
    assert slow.names() == sorted(names)
    waited = [line for out, _ in ends for line in out.splitlines() if '"waiting"' in line]
    assert waited


def test_operations_can_be_read_again(sandbox: Sandbox) -> None:
    sandbox.create("python")

    operation = sandbox.json("operations")["operations"][0]
    assert (operation["verb"], operation["name"]) == ("create", "demo")
    assert operation["state"] == "succeeded"
    for _ in range(2):
        whole = sandbox.json("operations", "show", operation["id"])
        assert whole["events"][-1]["code"] == "succeeded"
        assert [e["seq"] for e in whole["events"]] == list(range(len(whole["events"])))
    with pytest.raises(Failed) as caught:
        sandbox.json("operations", "cancel", operation["id"])
    assert caught.value.error["code"] == "operation_ended"
    with pytest.raises(Failed) as caught:
        sandbox.json("operations", "show", "../../etc/passwd")
    assert caught.value.error["code"] == "operation_not_found"


def test_a_terminal_sees_bars_and_a_pipe_sees_lines(sandbox: Sandbox) -> None:
    spec = sandbox.spec("python")
    shown = on_a_terminal(sandbox, "create", spec)
    assert "Starting the kernel" in shown
    assert "━" in shown
    assert "demo is ready" in shown

    process = sandbox.start("update", "demo", sandbox.spec("python", "tqdm"))
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert "demo is now generation 2" in stdout
    assert "Starting the kernel\n" in stderr
    assert "━" not in stderr


def on_a_terminal(sandbox: Sandbox, *arguments: object) -> str:
    """What a call draws when all its streams are a terminal."""
    terminal, other_end = os.openpty()
    process = subprocess.Popen(
        sandbox.command(*arguments),
        env=sandbox.environ | {"TERM": "xterm"},
        stdin=other_end,
        stdout=other_end,
        stderr=other_end,
        cwd=sandbox.folder,
    )
    os.close(other_end)
    shown = b""
    with os.fdopen(terminal, "rb", buffering=0) as screen, suppress(OSError):
        while chunk := screen.read(4096):  # EIO when the last writer is gone
            shown += chunk
    assert process.wait(timeout=PATIENCE) == 0
    return shown.decode()
