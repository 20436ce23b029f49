"""Who holds a GPU: real kernels of a real server, with their pids in a driver's lists."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from tests.hardware.test_fake_nvml import A5000, LARGE
from tests.server import until
from tests.server.conftest import BASE_URL, Demo
from tests.server.test_past import session
from tests.support.api_client import ApiClient, environment
from tests.support.nvml import Driver
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer

MIB = 1 << 20
SECONDS = 60

#: Processes are asked for with every look, so that the tests need not wait.
OFTEN = "from jupyter_envs.hardware import gpus; gpus.PROCESSES_EVERY = 0.0"

#: In a kernel: a child, as a data loader is, and a worker that leaves its parents behind.
CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(900)"])
print(child.pid)
"""
WORKER = """
import subprocess, sys
code = '''
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
print(os.getpid(), flush=True)
os.close(1)
time.sleep(900)
'''
print(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True).stdout)
"""


class House:
    """A server of somebody who has the demo environment, and a driver that is told who is on
    its GPUs."""

    def __init__(self, server: JupyterServer, driver: Driver, person: Sandbox) -> None:
        self.server = server
        self.client: ApiClient = server.client
        self._driver = driver
        self._person = person
        self._started: set[int] = set()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._used = 20_000

    def run(self, kernel_id: str, code: str) -> int:
        """The number that code prints in a kernel: the pid of something that it starts."""
        client = BlockingKernelClient(
            connection_file=str(self._person.home / "runtime" / f"kernel-{kernel_id}.json")
        )
        client.load_connection_file()
        client.start_channels()
        printed: list[str] = []

        def collect(message: dict[str, Any]) -> None:
            printed.append(message["content"].get("text", ""))

        try:
            until(lambda: _is_ready(client))
            client.execute_interactive(code, output_hook=collect, timeout=SECONDS)
        finally:
            client.stop_channels()
        pid = int("".join(printed))
        self._started.add(pid)
        return pid

    def own(self, *command: str, **options: Any) -> subprocess.Popen[bytes]:
        """A process that no kernel has started."""
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **options)
        self._processes.append(process)
        return process

    def occupy(self, *uses: tuple[str, int, int]) -> dict[str, Any]:
        """Let processes have memory (place, pid, MiB); what the server then says of it."""
        words = [f"{place}:{pid}:{mib}" for place, pid, mib in uses]
        self._used += 1  # by which it is known that this was seen
        self._driver.say(" ".join((f"two 0:used:{self._used} 1.1:used:18000", *words)))
        return until(self._seen)

    def _seen(self) -> dict[str, Any] | None:
        found = self.holders()
        is_new = any(one["used"] == self._used * MIB for one in found["devices"])
        return found if is_new else None

    def holders(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get("hardware/kernels").expect(200)
        return found

    def pid(self, kernel_id: str) -> int:
        [kernel] = [k for k in self.holders()["kernels"] if k["kernel_id"] == kernel_id]
        return int(kernel["pid"])

    def close(self) -> None:
        for pid in self._started:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        for process in self._processes:
            process.kill()
            process.wait(20)


@pytest.fixture(scope="module")
def house(
    person: Sandbox,
    demo: Demo,
    nvml_library: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    driver = Driver(nvml_library, folder)
    environ = {**person.environ, **driver.environ}
    with JupyterServer(environ, folder / "server", base_url=BASE_URL, python=OFTEN) as server:
        made = House(server, driver, person)
        try:
            yield made
        finally:
            made.close()


def _is_ready(client: BlockingKernelClient) -> bool:
    try:
        client.wait_for_ready(timeout=SECONDS)
    except RuntimeError:
        return False  # on a busy machine its heart is not heard yet
    return True


def kernel_of(found: dict[str, Any], kernel_id: str) -> dict[str, Any]:
    [kernel] = [one for one in found["kernels"] if one["kernel_id"] == kernel_id]
    return dict(kernel)


def shares_of(found: dict[str, Any], device: str) -> dict[str, Any]:
    [shares] = [one for one in found["devices"] if one["device"] == device]
    return {key: v // MIB if isinstance(v, int) else v for key, v in shares.items()}


def test_fake_nvml_a_notebook_its_child_and_a_worker_that_left_it(house: House, demo: Demo) -> None:
    with session(house.client, "model.ipynb", f"conda-env-{demo.name}-py") as opened:
        kernel_id = opened["kernel"]["id"]
        kernel = house.pid(kernel_id)
        child, worker = house.run(kernel_id, CHILD), house.run(kernel_id, WORKER)
        status = Path(f"/proc/{worker}/status").read_text()
        assert f"PPid:\t{kernel}\n" not in status

        found = house.occupy(
            ("0", kernel, 1000), ("0", child, 500), ("0", worker, 250), ("1.1", worker, 4000)
        )

        mine = kernel_of(found, kernel_id)
        expected = {
            "kernel": f"conda-env-{demo.name}-py",
            "notebooks": ["model.ipynb"],
            "environment": demo.name,
            "generation": 2,
            "pid": kernel,
            "memory": 5750 * MIB,
            "confidence": "exact",
        }
        assert expected.items() <= mine.items()
        assert {use["device"]: use["memory"] // MIB for use in mine["uses"]} == {
            A5000: 1750,
            LARGE: 4000,
        }
        assert mine["state"] == "idle"
        assert found["processes"] == []
        shares = shares_of(found, A5000)
        assert shares["kernels"] == 1750
        assert shares["unattributed"] == shares["used"] - 1750

        # A restart keeps the kernel's id, and the worker outlives it.
        house.client.jupyter("POST", f"api/kernels/{kernel_id}/restart").expect(200)
        restarted = house.pid(kernel_id)
        assert restarted != kernel
        found = house.occupy(("0", restarted, 300), ("0", worker, 250))
        assert kernel_of(found, kernel_id)["memory"] == 550 * MIB

    # The notebook is closed; what its worker still has is told to be the notebook's.
    found = house.occupy(("0", worker, 250))
    assert kernel_id not in {one["kernel_id"] for one in found["kernels"]}
    [process] = found["processes"]
    assert (process["pid"], process["memory"]) == (worker, 250 * MIB)
    assert process["notebook"].endswith("model.ipynb")
    assert (process["environment"], process["generation"]) == (demo.name, 2)


def test_fake_nvml_two_notebooks_on_one_kernel_and_an_earlier_generation(
    house: House, demo: Demo
) -> None:
    name = f"conda-env-{demo.name}-py"
    house.client.post(environment(demo.name, "rollback"), {}).expect(200)
    try:
        with session(house.client, "first.ipynb", name) as opened:
            kernel_id = opened["kernel"]["id"]
            # What is current changes; what runs does not.
            house.client.post(environment(demo.name, "rollback"), {"generation": 2}).expect(200)
            body = {"path": "sub/second.ipynb", "name": "", "type": "notebook",
                    "kernel": {"id": kernel_id}}  # fmt: skip
            second = house.client.jupyter("POST", "api/sessions", json=body).expect(201)

            found = house.occupy(("0", house.pid(kernel_id), 700))

            mine = kernel_of(found, kernel_id)
            assert mine["notebooks"] == ["first.ipynb", "sub/second.ipynb"]
            assert (mine["environment"], mine["generation"]) == (demo.name, 1)
            assert mine["memory"] == 700 * MIB

            # A notebook that is renamed is shown by its new name, its worker still with it.
            worker = house.run(kernel_id, WORKER)
            renamed = {"path": "sub/renamed.ipynb"}
            house.client.jupyter("PATCH", f"api/sessions/{second['id']}", json=renamed)
            found = house.occupy(("0", worker, 10))
            mine = kernel_of(found, kernel_id)
            assert mine["notebooks"] == ["first.ipynb", "sub/renamed.ipynb"]
            assert mine["memory"] == 10 * MIB
    finally:
        house.client.post(environment(demo.name, "rollback"), {"generation": 2})


def test_fake_nvml_kernels_that_are_not_ours_and_consoles(house: House) -> None:
    with session(house.client, "console-1", "python3", "console") as opened:
        kernel_id = opened["kernel"]["id"]
        mine = kernel_of(house.occupy(("0", house.pid(kernel_id), 20)), kernel_id)
        assert (mine["notebooks"], mine["environment"]) == ([], None)
        assert (mine["kernel"], mine["memory"]) == ("python3", 20 * MIB)


def test_fake_nvml_one_s_own_processes_and_those_of_others(house: House) -> None:
    mine = house.own("sleep", "901")
    # Process 1 is somebody else's wherever we are not root.
    other = house.own("sleep", "902", user=65534).pid if os.getuid() == 0 else 1

    found = house.occupy(("0", mine.pid, 100), ("0", other, 40), ("1.1", other, 60))

    assert [(one["pid"], one["name"]) for one in found["processes"]] == [(mine.pid, "sleep")]
    shares = shares_of(found, A5000)
    assert (shares["own"], shares["others"], shares["kernels"]) == (100, 40, 0)
    assert shares_of(found, LARGE)["others"] == 60
    # One process is told, with one pid.
    assert str(found).count("'pid'") == 1 + len(found["kernels"])


def test_fake_nvml_a_process_that_has_ended_meanwhile(house: House) -> None:
    mine = house.own("sleep", "903")
    gone = house.own("true")
    gone.wait(20)
    found = house.occupy(("0", mine.pid, 100), ("0", gone.pid, 900))
    shares = shares_of(found, A5000)
    assert (shares["own"], shares["unattributed"]) == (100, shares["used"] - 100)
