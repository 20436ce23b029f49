"""The doctor over REST."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jupyter_envs.server.recent import Recent
from tests.server import spec_source, until
from tests.server.conftest import Demo, Serve
from tests.support.api_client import ApiClient, environment
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer

_NOTEBOOK = {"metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def worse_than_notes(report: dict[str, Any]) -> list[str]:
    return [one["id"] for one in report["findings"] if one["severity"] != "note"]


def test_a_machine_and_an_environment(client: ApiClient, demo: Demo, person: Sandbox) -> None:
    alone = client.get("doctor").expect(200)
    report = client.get("doctor", environment=demo.name, fresh=True).expect(200)

    assert (alone["environment"], report["environment"]) == (None, demo.name)
    assert worse_than_notes(report) == []
    assert report["healthy"] is True
    assert report["machine"]["system"]
    assert str(person.home) not in str(report)


def test_it_is_kept_for_a_moment_and_looked_for_anew_on_demand(
    client: ApiClient, demo: Demo
) -> None:
    first = client.get("doctor", environment=demo.name, fresh=True).expect(200)
    time.sleep(1.1)  # it is dated to the second
    again = client.get("doctor", environment=demo.name).expect(200)
    fresh = client.get("doctor", environment=demo.name, fresh=True).expect(200)
    assert again["checked_at"] == first["checked_at"] < fresh["checked_at"]


def test_an_environment_that_does_not_exist(client: ApiClient) -> None:
    for name in ("", "nope", "../demo", "a/b"):
        client.get("doctor", environment=name).problem(404, "environment_not_found")


@pytest.mark.parametrize("query", [{"environment": "x" * 1001}, {"fresh": 3}])
def test_a_question_of_the_wrong_form(client: ApiClient, query: dict[str, Any]) -> None:
    client.get("doctor", **query).problem(400, "request_invalid")


def test_it_answers_where_nothing_else_does(start_server: Serve, sandbox: Sandbox) -> None:
    (sandbox.home / ".condarc").write_text("channels: [a\n")
    client = start_server(sandbox).client
    client.get("environments").problem(422, "configuration_invalid")
    assert worse_than_notes(client.get("doctor").expect(200)) == ["conda_settings_invalid"]


def test_a_kernel_that_was_taken_away_is_registered_again(
    client: ApiClient, person: Sandbox, name: str
) -> None:
    client.done(client.post("environments", {"source": spec_source("python", name=name)}))
    kernel = f"conda-env-{name}-py"
    shutil.rmtree(person.home / "jupyter" / "kernels" / kernel)
    report = client.get("doctor", environment=name, fresh=True).expect(200)
    (finding,) = (one for one in report["findings"] if one["severity"] == "error")
    assert (finding["id"], finding["fix"]["action"]) == ("kernel_missing", "register-kernel")

    found = client.post(environment(finding["fix"]["subject"], "kernel"), {}).expect(200)

    assert found["kernel"] == kernel
    assert kernel in person.kernel_names()
    report = client.get("doctor", environment=name, fresh=True).expect(200)
    assert worse_than_notes(report) == []
    client.post(environment("nope", "kernel"), {}).problem(404, "environment_not_found")


def test_what_runs_and_what_its_notebook_has_saved(
    server: JupyterServer, client: ApiClient, name: str
) -> None:
    """Real kernels: one that stays on an earlier generation, with a notebook that has failed."""
    spec = spec_source("python", "demo-lib=1.0", name=name)
    client.done(client.post("environments", {"source": spec}))
    notebook = server.root / "failed.ipynb"
    said = "Cannot re-initialize CUDA in forked subprocess"
    error = {"output_type": "error", "ename": "RuntimeError", "evalue": said, "traceback": []}
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [error]}
    notebook.write_text(json.dumps({**_NOTEBOOK, "cells": [{**cell, "execution_count": None}]}))
    body = {
        "path": notebook.name,
        "name": notebook.name,
        "type": "notebook",
        "kernel": {"name": f"conda-env-{name}-py"},
    }
    opened = client.jupyter("POST", "api/sessions", json=body).expect(201)
    try:
        until(lambda: client.get(environment(name, "usage")).expect(200)["processes"])
        report = client.get("doctor", environment=name, fresh=True).expect(200)
        assert worse_than_notes(report) == ["forked_after_cuda"]
        newer = spec_source("python", "demo-lib=1.1", name=name)
        client.done(client.put(environment(name), {"source": newer}))

        report = client.get("doctor", environment=name, fresh=True).expect(200)

        found = {one["id"]: one for one in report["findings"]}
        earlier = found["earlier_generation"]
        assert (earlier["params"]["generation"], earlier["params"]["current"]) == ("1", "2")
        assert earlier["fix"]["action"] == "restart-kernel"
        assert earlier["fix"]["subject"] == opened["kernel"]["id"]
        assert found["forked_after_cuda"]["evidence"] == [
            {"source": "failed.ipynb", "value": f"RuntimeError: {said}"}
        ]
        assert "other_python" not in found
    finally:
        client.jupyter("DELETE", f"api/sessions/{opened['id']}").expect(204)


# -- what is kept ------------------------------------------------------------------------------


class Slow:
    """Something that takes a moment, and counts."""

    def __init__(self) -> None:
        self.calls = 0
        self.at_once = 0
        self.most = 0

    def __call__(self) -> Awaitable[int]:
        return self._find()

    async def _find(self) -> int:
        self.calls += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.02)
        self.at_once -= 1
        return self.calls


def test_who_asks_at_once_waits_for_the_same_answer() -> None:
    async def ask() -> None:
        recent, slow = Recent[str | None, int](60), Slow()
        asked = (recent.get(key, slow) for key in ("a", "a", "b", "a", "b"))
        assert await asyncio.gather(*asked) == [1, 1, 2, 1, 2]
        assert slow.most == 1
        assert await recent.get("a", slow) == 1
        assert await recent.get("a", slow, fresh=True) == 3

    asyncio.run(ask())


def test_an_answer_grows_old_and_a_failure_is_not_kept() -> None:
    async def ask() -> None:
        recent, slow = Recent[str | None, int](0.01), Slow()
        assert await recent.get(None, slow) == 1
        await asyncio.sleep(0.02)
        assert await recent.get(None, slow) == 2

        async def fails() -> int:
            raise ValueError("no")

        find: Callable[[], Awaitable[int]] = fails
        with pytest.raises(ValueError, match="no"):
            await recent.get("x", find)
        assert await recent.get("x", slow) == 3

    asyncio.run(ask())


def test_who_goes_away_does_not_take_the_answer_along() -> None:
    async def ask() -> None:
        recent, slow = Recent[str | None, int](60), Slow()
        first = asyncio.ensure_future(recent.get("a", slow))
        second = asyncio.ensure_future(recent.get("a", slow))
        await asyncio.sleep(0.005)
        first.cancel()
        assert await second == 1

    asyncio.run(ask())
