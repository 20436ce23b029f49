"""Probes of environments through the command line: what was seen, of which generation, where."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.refusals import call, refuse
from tests.support.frameworks import from_wheels, torch, wheel
from tests.support.machines import machine_with_gpu
from tests.support.nvml import Driver
from tests.support.sandbox import Sandbox

NAMED: dict[str, Any] = {"x-jupyter-envs": {"probe": ["torch"]}}


def create(sandbox: Sandbox, text: str, *, version: str = "2.13.0", **sections: Any) -> Any:
    """An environment with a stand-in for torch."""
    folder = sandbox.folder / "wheels"
    wheel(folder, text, version=version)
    sandbox.environ.update(from_wheels(folder))
    return sandbox.create("python", pip=["torch"], **sections)


def shown(sandbox: Sandbox, name: str = "demo") -> Any:
    return sandbox.json("show", name)


def ended(sandbox: Sandbox, operation: str) -> Any:
    """The operation, once it has ended."""
    sandbox.run("operations", "follow", operation)
    found = sandbox.json("operations")["operations"]
    return next(one for one in found if one["id"] == operation)


def test_what_the_file_names_is_tried_once_the_environment_is_there(sandbox: Sandbox) -> None:
    made = create(sandbox, torch(), **NAMED)
    assert made["changed"] is True
    operation = ended(sandbox, made["probe"])
    assert (operation["verb"], operation["state"]) == ("probe", "succeeded")
    found = shown(sandbox)
    assert found["probe"] == found["probes"][0]
    expected = {
        "framework": "torch",
        "state": "cpu_only_build",
        "message": "torch 2.13.0 is a build for the CPU: it cannot use a GPU",
        "version": "2.13.0",
        "here": True,
        "cpu_ok": True,
    }
    assert expected.items() <= found["probe"].items()
    assert f"GPU:       {expected['message']}" in sandbox.run("show", "demo")
    # Nobody used the environment, and nobody changed it.
    assert (found["processes"], found["drift"]["state"]) == (0, "clean")
    assert sandbox.json("history", "demo")["events"][-1]["action"] == "environment_created"

    # A result is of one generation: the next one has shown nothing yet.
    sandbox.environ["JUPYTER_ENVS_PROBE"] = "0"
    sandbox.spec("python", "demo-lib", pip=["torch"], **NAMED)
    assert "probe" not in sandbox.json("update", "demo")
    assert shown(sandbox)["probe"] is None
    sandbox.run("rollback", "demo")
    assert shown(sandbox)["probe"]["state"] == "cpu_only_build"


def test_a_probe_that_fails_leaves_the_environment_as_it_is(sandbox: Sandbox) -> None:
    made = create(sandbox, "import os; os.abort()", **NAMED)
    assert ended(sandbox, made["probe"])["state"] == "succeeded"
    found = shown(sandbox)
    assert (found["probe"]["state"], found["generation"]) == ("crashed", 1)
    assert "SIGABRT" in found["probe"]["message"]


def test_it_is_tried_with_what_kernels_get(sandbox: Sandbox, libcuda: Path) -> None:
    hidden = {"CUDA_VISIBLE_DEVICES": "-1"}
    create(sandbox, torch(cuda="12.9"), variables=hidden)
    assert shown(sandbox)["probe"] is None  # nobody asked
    sandbox.environ.update(LD_LIBRARY_PATH=str(libcuda), DOUBLE_CUINIT="100")
    done = sandbox.json("probe", "demo")
    (found,) = done["probes"]
    assert (done["name"], done["generation"]) == ("demo", 1)
    assert (found["state"], found["code"]) == ("gpu_hidden", "hidden_by_variable")
    text = sandbox.run("probe", "demo")
    assert "gpu_hidden: torch sees no GPU because CUDA_VISIBLE_DEVICES is '-1'" in text
    assert "On the CPU it computes as it should." in text
    assert call(sandbox, "probe", "demo", "--require-gpu").returncode == 1

    several = sandbox.json("probe", "demo", "pytorch", "jax", "rapids")["probes"]
    assert [(one["framework"], one["state"]) for one in several] == [
        ("torch", "gpu_hidden"),
        ("jax", "missing"),
        ("cudf", "missing"),
    ]
    # The first is what there is most to do about.
    assert [one["framework"] for one in shown(sandbox)["probes"]] == ["torch", "cudf", "jax"]

    refusal = refuse(sandbox, "probe", "demo", "theano")
    assert (refusal.code, "'theano'" in refusal.message) == ("invalid_input", True)
    assert refuse(sandbox, "probe", "demo", "--timeout", "0").code == "invalid_input"
    assert refuse(sandbox, "probe", "absent").code == "environment_not_found"


def test_without_anything_to_try(sandbox: Sandbox) -> None:
    sandbox.create("python")
    assert refuse(sandbox, "probe", "demo").code == "nothing_to_probe"
    assert sandbox.json("probe", "demo", "torch")["probes"][0]["state"] == "missing"


def test_it_works_here_and_that_says_nothing_of_other_machines(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    machine = machine_with_gpu(tmp_path / "bus")
    if machine is None:
        pytest.skip("needs root to make another machine")
    create(sandbox, torch(cuda="12.9", gpus=1), version="2.13.0+cu129")
    assert call(sandbox, "probe", "demo", "--require-gpu", before=machine).returncode == 0
    there = call(sandbox, "show", "demo", "--json", before=machine)
    found = json.loads(there.stdout)["probe"]
    assert (found["state"], found["here"]) == ("gpu_ok", True)
    # On this one nothing was tried.
    here = shown(sandbox)
    assert [(one["state"], one["here"]) for one in here["probes"]] == [("gpu_ok", False)]
    assert "(seen on another machine)" in sandbox.run("show", "demo")
    assert sandbox.json("list")["environments"][0]["probe"]["here"] is False


def test_two_probes_do_not_meet(sandbox: Sandbox) -> None:
    log = sandbox.folder / "times"
    first = f"import time; _f = open({str(log)!r}, 'a'); _f.write('in '); _f.flush()"
    first += "; time.sleep(1); _f.write('out '); _f.flush()"
    create(sandbox, torch(first=first))
    started = [sandbox.start("probe", "demo", "--json") for _ in range(2)]
    assert [process.wait(60) for process in started] == [0, 0]
    assert log.read_text().split() == ["in", "out"] * 2


def test_cancelling_ends_what_it_started(sandbox: Sandbox) -> None:
    mark = sandbox.folder / "mark"
    first = f"import time\nwhile True: open({str(mark)!r}, 'w').write('x'); time.sleep(0.05)"
    create(sandbox, torch(first=first))
    process = sandbox.start("probe", "demo")
    deadline = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert shown(sandbox)["processes"] == 0  # nobody works with it
    (running,) = sandbox.json("operations")["operations"][:1]
    sandbox.run("operations", "cancel", running["id"])
    process.wait(30)
    time.sleep(0.5)
    mark.unlink(missing_ok=True)
    time.sleep(0.5)
    assert not mark.exists()


def test_an_environment_can_be_removed_while_it_is_tried(sandbox: Sandbox) -> None:
    mark = sandbox.folder / "mark"
    create(sandbox, torch(first=f"import time; open({str(mark)!r}, 'w').close(); time.sleep(600)"))
    process = sandbox.start("probe", "demo", "--timeout", "3", "--json")
    deadline = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    sandbox.json("remove", "demo", "--yes")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(output.splitlines()[-1])["probes"][0]["state"] == "timeout"
    assert sandbox.names() == []
    assert not (sandbox.envs / ".jupyter-envs" / "demo").exists()


def test_a_gpu_that_is_nearly_full_is_left_alone_unless_somebody_asks(
    sandbox: Sandbox, nvml_library: Path, tmp_path: Path
) -> None:
    driver = Driver(nvml_library, tmp_path, "two 0:used:24000 1:used:81000")
    sandbox.environ.update(driver.environ)
    made = create(sandbox, torch(), **NAMED)
    operation = ended(sandbox, made["probe"])
    assert operation["result"]["skipped"] == "gpu_full"
    assert shown(sandbox)["probe"] is None
    assert sandbox.json("probe", "demo")["probes"][0]["state"] == "cpu_only_build"
