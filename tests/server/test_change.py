"""Changing environments over REST: update, rollback, clone, remove."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import file_source, spec_source, spec_text, until
from tests.server.conftest import Demo
from tests.support.api_client import ApiClient, environment
from tests.support.sandbox import Sandbox, manifest
from tests.support.serve import ServedFolder
from tests.support.server import JupyterServer


class Made:
    """An environment of one test, with the file that it was made from."""

    def __init__(self, server: JupyterServer, name: str) -> None:
        self.client = server.client
        self.name = name
        self.path = f"{name}.yml"
        self.file = server.root / self.path
        self.write("text-prefix")
        answer = self.client.post("environments", {"source": file_source(self.path)})
        self.prefix = Path(self.client.done(answer)["prefix"])

    def write(self, *dependencies: str) -> None:
        self.file.write_text(spec_text(*dependencies, name=self.name))

    def now(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(environment(self.name)).expect(200)
        return found

    def put(self, **body: Any) -> dict[str, Any]:
        return self.client.done(self.client.put(environment(self.name), body))

    def rollback(self, **body: Any) -> dict[str, Any]:
        answer = self.client.post(environment(self.name, "rollback"), body)
        operation: dict[str, Any] = answer.expect(200)
        return operation


@pytest.fixture
def made(server: JupyterServer, name: str) -> Made:
    return Made(server, name)


@pytest.fixture
def updated(made: Made) -> Made:
    """With a second generation."""
    made.write("text-prefix", "activation-demo")
    assert made.put()["generation"] == 2
    return made


@pytest.fixture
def busy(client: ApiClient, parked: ServedFolder) -> Iterator[str]:
    """The id of an operation on another environment, which goes on during the whole test."""
    source = spec_source("text-prefix", name="elsewhere", channels=[parked.url])
    started = client.post("environments", {"source": source}).expect(202)
    until(lambda: client.get(f"operations/{started['id']}").json["phase"] == "metadata")
    yield started["id"]
    client.delete(f"operations/{started['id']}").expect(204)


# -- update ------------------------------------------------------------------------------------


def test_the_file_changes_and_the_environment_follows(made: Made) -> None:
    assert made.now()["behind"] is False
    before = manifest(made.prefix)

    made.write("text-prefix", "activation-demo")
    assert made.now()["behind"] is True
    assert listed(made)["behind"] is True
    result = made.put()

    assert result["changes"]["added"] == ["activation-demo 1.0"]
    assert (made.now()["generation"], made.now()["behind"]) == (2, False)
    assert listed(made)["behind"] is False
    assert manifest(made.prefix) == before


def listed(made: Made) -> dict[str, Any]:
    """The environment, as the list has it."""
    found = made.client.get("environments").expect(200)["environments"]
    return next(one for one in found if one["name"] == made.name)


def test_a_file_that_is_touched_or_gone_is_not_behind(made: Made) -> None:
    made.write("text-prefix")
    assert made.now()["behind"] is False

    made.file.unlink()

    assert made.now()["behind"] is None
    # There is no file to build from, so what it was made from is built again: nothing to do.
    assert made.put()["changed"] is False


def test_a_lock_changes_and_the_environment_follows(
    server: JupyterServer, client: ApiClient, demo: Demo, name: str
) -> None:
    locks = [
        client.get(f"environments/{demo.name}/generations/{number}/lock").content
        for number in (1, 2)
    ]
    file = server.root / f"{name}-lock.yml"
    file.write_bytes(locks[0])
    client.done(client.post("environments", {"source": file_source(file.name), "name": name}))

    file.write_bytes(locks[1])
    assert client.get(environment(name)).json["behind"] is True
    client.done(client.put(environment(name), {}))

    now = client.get(environment(name)).json
    assert (now["behind"], now["lock_digest"]) == (
        False,
        client.get(environment(demo.name)).json["lock_digest"],
    )


def test_from_another_source(made: Made) -> None:
    result = made.put(source=spec_source("text-prefix", "activation-demo", name="whatever"))

    assert (result["name"], result["generation"]) == (made.name, 2)
    now = made.now()
    assert (now["name"], now["source"]["file"], now["behind"]) == (made.name, None, None)


def test_packages_stay_where_they_are_unless_they_are_to_move(
    server: JupyterServer, client: ApiClient, name: str
) -> None:
    source = spec_source("bulk=1.0", name=name)
    client.done(client.post("environments", {"source": source}))
    loose = spec_source("bulk", name=name)

    def versions(**body: Any) -> list[str]:
        client.done(client.put(environment(name), body))
        found = client.get(environment(name, "packages")).expect(200)["packages"]
        return [one["version"] for one in found if one["name"] == "bulk"]

    assert versions(source=loose) == ["1.0"]
    assert versions(source=loose, upgrade=True) == ["1.1"]


def test_while_another_operation_works_on_it(made: Made, parked: ServedFolder) -> None:
    source = spec_source("text-prefix", "bulk", channels=[parked.url])
    first = made.client.put(environment(made.name), {"source": source}).expect(202)
    until(lambda: made.client.get(f"operations/{first['id']}").json["phase"] == "metadata")

    for method, below, body in (
        ("PUT", "", {}),
        ("POST", "/rollback", {"generation": 1}),
        ("DELETE", "", None),
    ):
        answer = made.client.request(method, environment(made.name) + below, json=body)
        problem = answer.problem(409, "environment_busy")
        assert problem["params"] == {"name": made.name, "operation": first["id"]}

    made.client.delete(f"operations/{first['id']}").expect(204)
    assert made.now()["generation"] == 1


def test_an_update_that_fails_leaves_everything(made: Made) -> None:
    before = made.now()

    answer = made.client.put(environment(made.name), {"source": spec_source("tqdmm")})

    ended = made.client.follow(answer.expect(202)["id"])
    assert ended["state"] == "failed"
    assert ended["error"]["code"] == "package_not_found"
    assert "tqdmm" in ended["error"]["message"]
    assert ended["error"]["hint"]
    assert made.now() == before


def test_an_update_from_nonsense_is_refused_at_once(made: Made) -> None:
    for source, code in (
        ({"kind": "spec", "text": "?"}, "spec_invalid"),
        ({"kind": "lock", "text": "?"}, "lock_invalid"),
        (file_source("absent.yml"), "source_not_found"),
    ):
        made.client.put(environment(made.name), {"source": source}).problem(422, code)


# -- rollback ----------------------------------------------------------------------------------


def test_back_and_forth_at_once(updated: Made) -> None:
    back = updated.rollback()
    assert (back["verb"], back["state"]) == ("rollback", "succeeded")
    assert (back["result"]["generation"], updated.now()["generation"]) == (1, 1)
    assert Path(updated.now()["path"]).resolve() == updated.prefix

    forth = updated.rollback(generation=2)

    assert (forth["result"]["changed"], updated.now()["generation"]) == (True, 2)
    assert updated.rollback(generation=2)["result"]["changed"] is False


def test_back_while_another_operation_goes_on(updated: Made, busy: str) -> None:
    assert updated.rollback()["result"]["generation"] == 1

    assert updated.client.get(f"operations/{busy}").json["state"] == "running"


@pytest.mark.parametrize("body", [{"generation": 7}, {}])
def test_back_to_what_is_not_there(made: Made, body: dict[str, int]) -> None:
    operation = made.rollback(**body)

    assert (operation["state"], operation["result"]) == ("failed", None)
    assert operation["error"]["code"] == "generation_not_found"
    assert operation["error"]["params"]["generations"] == "1"
    assert made.now()["generation"] == 1


@pytest.mark.parametrize("number", [-1, 1.5, "1", 2**40, [1]])
def test_what_is_no_number_of_a_generation(client: ApiClient, demo: Demo, number: Any) -> None:
    answer = client.post(environment(demo.name, "rollback"), {"generation": number})

    answer.problem(400, "request_invalid")


# -- clone -------------------------------------------------------------------------------------


def test_a_clone_has_the_same_lock_and_its_own_files(updated: Made, name: str) -> None:
    client, twin = updated.client, f"{name}-twin"

    made = client.done(client.post(environment(updated.name, "clone"), {"name": twin}))

    assert made["lock_digest"] == updated.now()["lock_digest"]
    assert made["generation"] == 1
    assert client.done(client.delete(environment(updated.name)))["removed"] is True
    marker = Path(made["prefix"]) / "conda-meta" / "history"
    assert marker.is_file()


def test_a_clone_over_something(client: ApiClient, demo: Demo) -> None:
    address = environment(demo.name, "clone")

    client.post(address, {"name": "Demo"}).problem(409, "name_taken")
    client.post(address, {"name": "../x"}).problem(422, "name_forbidden")
    client.post(environment("nonesuch", "clone"), {"name": "x"}).problem(
        404, "environment_not_found"
    )


# -- remove ------------------------------------------------------------------------------------


def test_removed_is_gone_and_known_by_the_ledger(person: Sandbox, made: Made) -> None:
    digest = made.now()["lock_digest"]

    result = made.client.done(made.client.delete(environment(made.name)))

    assert result == {"name": made.name, "removed": True, "phases": result["phases"]}
    made.client.get(environment(made.name)).problem(404, "environment_not_found")
    assert not (person.envs / made.name).is_symlink()
    assert str(person.envs / made.name) not in person.registered()
    until(lambda: not (person.envs / ".jupyter-envs" / made.name).exists())
    events = made.client.get("ledger", environment=made.name).expect(200)["events"]
    assert [(e["action"], e["lock_digest"]) for e in events] == [
        ("environment_created", digest),
        ("environment_removed", digest),
    ]


def test_not_while_a_kernel_runs_unless_it_must_be(
    client: ApiClient, demo: Demo, name: str
) -> None:
    """The kernel of a clone, so that the shared environment stays."""
    client.done(client.post(environment(demo.name, "clone"), {"name": name}))
    body = {"name": f"conda-env-{name}-py"}
    kernel = client.jupyter("POST", "api/kernels", json=body).expect(201)["id"]
    until(lambda: client.get(environment(name)).expect(200)["processes"])

    refused = client.delete(environment(name)).problem(409, "kernels_running")
    assert refused["params"] == {"name": name, "count": 1}
    assert client.get(environment(name)).expect(200)["processes"] == 1

    assert client.done(client.delete(environment(name), force=True))["removed"] is True
    client.get(environment(name)).problem(404, "environment_not_found")
    client.jupyter("DELETE", f"api/kernels/{kernel}").expect(204)


@pytest.mark.parametrize("force", ["maybe", "", "null", "2"])
def test_force_is_yes_or_no(client: ApiClient, demo: Demo, force: str) -> None:
    client.delete(environment(demo.name), force=force).problem(400, "request_invalid")


def test_what_somebody_took_the_files_of_is_shown_as_broken(made: Made) -> None:
    shutil.rmtree(made.prefix)
    listed = made.client.get("environments").expect(200)["environments"]
    assert [one["broken"] for one in listed if one["name"] == made.name] == [True]
    assert made.client.get(environment(made.name)).expect(200)["broken"] is True
