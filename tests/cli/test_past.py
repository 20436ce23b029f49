"""audit, history, diff and stamp as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Failed, Sandbox

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_the_past_of_an_environment(sandbox: Sandbox, kernels: KernelSession) -> None:
    first = sandbox.create("python", "demo-lib=1.0")
    notebook = sandbox.write("model.ipynb", json.dumps(NOTEBOOK))
    with pytest.raises(Failed) as caught:
        sandbox.json("stamp", notebook)
    assert caught.value.error["code"] == "invalid_input"
    stamped = sandbox.json("stamp", notebook, "--name", "demo")
    assert (stamped["changed"], stamped["lock_digest"]) == (True, first["lock_digest"])
    kernels.once("conda-env-demo-py", "1")
    before = sandbox.json("audit")["at"]
    sandbox.json("update", "demo", sandbox.spec("python", "demo-lib=2.0"))
    kernel = kernels.start("conda-env-demo-py")
    kernels.restart(kernel)
    kernels.stop(kernel)

    known = sandbox.json("history", "demo")["events"]
    assert [(e["action"], e["generation"]) for e in known] == [
        ("environment_created", 1),
        ("kernel_started", 1),
        ("environment_updated", 2),
        ("kernel_started", 2),
        ("kernel_started", 2),
    ]
    assert known[1]["kernel"] == "conda-env-demo-py"

    # A notebook that names its kernel needs no name of an environment.
    content = {**NOTEBOOK, "metadata": {"kernelspec": {"name": "conda-env-demo-py"}}}
    notebook.write_text(json.dumps(content))
    text = sandbox.run("stamp", notebook)
    assert known[2]["lock_digest"][:12] in text
    assert "no lock digest any more" in sandbox.run("stamp", notebook, "--remove")
    assert json.loads(notebook.read_text()) == content

    text = sandbox.run("diff", f"demo@{before}", "demo")
    assert "~ demo-lib 1.0" in text
    assert '-  "demo-lib=1.0"' in text
    assert "1 package(s) differ" in text
    assert "the same" in sandbox.run("diff", "demo@2", "demo")
    lock = sandbox.folder / "then.yml"
    said = sandbox.json("audit", "--at", before, "--environment", "demo", "--export", lock)
    assert said["exported"] == {"digest": first["lock_digest"], "file": str(lock)}
    assert sandbox.json("diff", lock, "demo@1")["kept"] > 0
    assert "The record holds" in sandbox.run("audit", "--verify")


def test_a_question_that_has_no_answer(sandbox: Sandbox) -> None:
    assert sandbox.json("audit") | {"at": ""} == {
        "at": "",
        "kernels": [],
        "current": [],
        "clock_note": None,
        "other": None,
    }
    assert "No kernel start is recorded" in sandbox.run("audit", "--at", "2026-11-18 15:00")
    for options, code in (
        (("--at", "noon"), "time_invalid"),
        (("--digest", "abcdef"), "lock_not_found"),
        (("--export", sandbox.folder / "x.yml"), "lock_not_found"),
    ):
        with pytest.raises(Failed) as caught:
            sandbox.json("audit", *options)
        assert caught.value.error["code"] == code
    assert not Path(sandbox.folder / "x.yml").exists()
    assert not (sandbox.home / ".local").exists()  # who only asks leaves nothing behind
