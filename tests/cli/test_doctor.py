"""doctor as a person types it, on this machine, for an environment of the local channel."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.hardware import machine_identity
from jupyter_envs.store import ProbeRecord, ProbeResult, Store, get_environment, write_probes
from tests.support.sandbox import Failed, Sandbox

_KERNEL = "conda-env-demo-py"


def report(sandbox: Sandbox, *arguments: str) -> dict[str, Any]:
    """What it says as JSON, whether it ends with 0 or with 1."""
    try:
        text = sandbox.run("doctor", *arguments, "--json")
    except Failed as failed:
        text = failed.stdout
    found: dict[str, Any] = json.loads(text)
    return found


def ids(found: dict[str, Any]) -> set[str]:
    """What was found that is more than a note, which a machine with or without a GPU may have."""
    return {one["id"] for one in found["findings"] if one["severity"] != "note"}


def test_there_is_no_false_alarm_here(sandbox: Sandbox) -> None:
    sandbox.create("python")

    alone, both = report(sandbox), report(sandbox, "demo")

    assert (ids(alone), ids(both)) == (set(), set())
    assert (alone["healthy"], both["healthy"]) == (True, True)
    assert (alone["environment"], both["environment"]) == (None, "demo")
    assert both["rules"] >= 40
    # Looking leaves nothing behind: the start script that was asked had written a lease.
    assert list((sandbox.envs / ".jupyter-envs" / "demo" / "leases").iterdir()) == []


def test_what_it_says_can_be_put_right_as_it_says(sandbox: Sandbox) -> None:
    sandbox.create("python")
    shutil.rmtree(sandbox.home / "jupyter" / "kernels" / _KERNEL)

    with pytest.raises(Failed) as failed:
        sandbox.run("doctor", "demo")

    assert failed.value.returncode == 1
    assert f"error kernel_missing: The kernel {_KERNEL} of demo is not registered" in (
        failed.value.stdout
    )
    assert "run jupyter envs list" in failed.value.stdout
    sandbox.run("list")
    assert ids(report(sandbox, "demo")) == set()

    (sandbox.envs / "demo" / "conda-meta" / "jupyter-envs" / "start").unlink()
    found = report(sandbox, "demo")
    assert "start_gone" in ids(found)
    assert next(f["fix"] for f in found["findings"] if f["id"] == "start_gone") == {
        "text": "Build it anew from its lock.",
        "action": "repair",
        "subject": "demo",
    }
    sandbox.run("repair", "demo")
    assert ids(report(sandbox, "demo")) == set()


def test_settings_that_nothing_else_can_use(sandbox: Sandbox) -> None:
    (sandbox.home / ".condarc").write_text("channels: [a\n")
    with pytest.raises(Failed):
        sandbox.run("list")

    found = report(sandbox)

    assert ids(found) == {"conda_settings_invalid"}
    (finding,) = (one for one in found["findings"] if one["severity"] == "error")
    assert finding["params"]["file"] == "~/.condarc"


def test_a_report_names_neither_the_home_nor_a_login(sandbox: Sandbox) -> None:
    sandbox.create("python")
    channel = "https://ada:secret@conda.example.org/conda-forge"
    sandbox.configure(channels=[channel, "defaults"], envs_dirs=[str(sandbox.envs)])
    sandbox.environ["PYTHONPATH"] = f"{sandbox.home}/tools"
    sandbox.environ["PIP_TARGET"] = "/home/eve/site"

    for text in (sandbox.run("doctor", "demo"), json.dumps(report(sandbox, "demo"))):
        assert "conda_channels_mixed" in text
        assert "~/tools" in text
        for secret in (str(sandbox.home), "ada:", "secret", "/eve"):
            assert secret not in text


def test_a_notebook_that_has_failed(sandbox: Sandbox) -> None:
    said = "CUDA error: no kernel image is available for execution on the device"
    cell = {"outputs": [{"output_type": "error", "ename": "RuntimeError", "evalue": said}]}
    notebook = sandbox.write("train.ipynb", json.dumps({"cells": [cell]}))
    assert ids(report(sandbox)) == set()
    assert ids(report(sandbox, "--notebook", str(notebook))) == {"no_kernel_image"}
    with pytest.raises(Failed) as failed:
        sandbox.json("doctor", "--notebook", "gone.ipynb")
    assert failed.value.error["code"] == "source_not_found"


def test_what_a_probe_has_shown_here(sandbox: Sandbox) -> None:
    sandbox.create("text-prefix")
    store = Store(sandbox.envs)
    info = get_environment(store, "demo").info
    assert info is not None
    crashed = ProbeResult(
        framework="torch",
        state="crashed",
        code="probe_crashed",
        params={"framework": "torch", "ending": "SIGSEGV", "stage": "imported"},
        when="2026-01-01T00:00:00+00:00",
        seconds=1.0,
        answer={"returncode": -11, "stage": "imported"},
    )
    for machine, found in ((machine_identity().digest, {"probe_crashed"}), ("another", set())):
        shutil.rmtree(sandbox.envs / ".jupyter-envs" / "demo" / "probes", ignore_errors=True)
        record = ProbeRecord(operation=info.operation, machine=machine, results=(crashed,))
        write_probes(store, "demo", info.number, record)
        assert ids(report(sandbox, "demo")) == found


@pytest.mark.parametrize("name", ["nope", "../demo", "demo/..", "a\x1bb", ".jupyter-envs"])
def test_an_environment_that_does_not_exist(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(Failed) as failed:
        sandbox.json("doctor", name)
    assert failed.value.error["code"] == "environment_not_found"


def test_an_archived_environment(sandbox: Sandbox) -> None:
    sandbox.create("text-prefix")
    sandbox.run("archive", "demo", "--yes")
    found = report(sandbox, "demo")
    assert ids(found) == set()
    assert "environment_archived" in {one["id"] for one in found["findings"]}


def test_files_of_a_kernel_that_are_hostile(sandbox: Sandbox) -> None:
    kernels = sandbox.home / "jupyter" / "kernels"
    contents = {
        "deep": "[" * 100_000,
        "list": "[]",
        "number": '{"argv": 3}',
        "nothing": '{"argv": []}',
        "odd": '{"argv": [["x"]], "metadata": [], "env": 7}',
        "bytes": "\udcff",
    }
    for name, text in contents.items():
        path = kernels / name / "kernel.json"
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    (kernels / "loop").symlink_to(kernels / "loop")

    found = report(sandbox)

    unreadable = {
        one["params"]["kernel"] for one in found["findings"] if one["id"] == "kernel_unreadable"
    }
    assert unreadable == {"deep", "list", "number", "nothing", "bytes"}
    assert ids(found) == {"kernel_unreadable"}


def test_an_environment_that_conda_made(sandbox: Sandbox, tmp_path: Path) -> None:
    other = sandbox.envs / "other"
    (other / "conda-meta").mkdir(parents=True)
    (other / "conda-meta" / "history").touch()
    (other / "conda-meta" / "broken.json").write_text("{")
    assert ids(report(sandbox, "other")) == set()
