"""The OpenAPI document, and a server that is asked everything that it allows, and more."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, settings
from schemathesis.specs.openapi.checks import negative_data_rejection

import jupyter_envs.server
from jupyter_envs.server.routes import ROUTES
from tests.server import route_id
from tests.server.conformance import SCHEMA
from tests.server.conftest import Demo
from tests.support.api_client import ApiClient
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer

COMMITTED = Path(jupyter_envs.server.__file__).with_name("openapi.json")


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for path in document["paths"].values() for one in path.values()]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(COMMITTED.read_text("utf-8"))
    return loaded


# -- the document ------------------------------------------------------------------------------


def test_the_committed_document_is_what_the_routes_say() -> None:
    command = [sys.executable, "-m", "jupyter_envs.server"]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

    assert COMMITTED.read_bytes() == printed, "run: python -m jupyter_envs.server > openapi.json"


def test_a_server_gives_the_same_document(client: ApiClient, document: dict[str, Any]) -> None:
    assert client.get("openapi.json").expect(200) == document


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    SCHEMA.validate()
    assert document["openapi"] == "3.1.0"


def test_every_route_is_in_it_once_and_described(document: dict[str, Any]) -> None:
    found = operations(document)

    assert len(found) == len(ROUTES)
    assert len({one["operationId"] for one in found}) == len(found)
    for one in found:
        assert one["summary"]
        assert one["description"]
        assert all(p["schema"] for p in one.get("parameters", ()))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = COMMITTED.read_text("utf-8")
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert named == set(document["components"]["schemas"])


@pytest.mark.parametrize("route", ROUTES, ids=route_id)
def test_what_a_path_has_in_braces_is_a_parameter(route: Any, document: dict[str, Any]) -> None:
    described = document["paths"][f"/{route.path}"][route.method.lower()]
    named = {p["name"] for p in described.get("parameters", ()) if p["in"] == "path"}

    assert {f"{{{name}}}" for name in named} == {
        part for part in route.path.split("/") if part.startswith("{")
    }


# -- a server that is asked everything ---------------------------------------------------------

#: The same requests each time: a failure is the change's fault, not the day's.
bounded = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    max_examples=20,
)
#: Each accepted one is an operation with a worker.
few = settings(bounded, max_examples=4)

CLEANING = "/storage/clean"


@pytest.fixture(scope="module", autouse=True)
def nothing_comes_of_it(client: ApiClient, demo: Demo, person: Sandbox) -> Iterator[None]:
    """Whatever was accepted has made, changed and removed nothing, and works no more."""
    before = _lasting(client)
    yield
    person.wait_for_workers()
    assert person.workers() == []
    assert _lasting(client) == before


def _lasting(client: ApiClient) -> list[dict[str, Any]]:
    """The environments, but for when and how closely somebody looked at them last."""
    listed = client.get("environments").expect(200)["environments"]
    seen = {"checked_at": None, "level": None}
    return [{**one, "drift": one["drift"] and {**one["drift"], **seen}} for one in listed]


def ask(case: schemathesis.Case[Any], server: JupyterServer) -> None:
    """Send it; every check of schemathesis that has something to say has to be content."""
    # 7.0 is an integer to a JSON schema; to us it is no number of a generation.
    assume(not (isinstance(case.body, dict) and isinstance(case.body.get("generation"), float)))
    # Longer ones never reach us: Jupyter's server hangs up at headers of 64 kB.
    assume(sum(len(quote(str(value))) for value in (case.query or {}).values()) < 32_000)
    known = {parameter.name for parameter in case.operation.query}
    # JupyterLab adds the time to an address, against caches: what is not known is passed over.
    more = set(case.query or ()) - known
    case.call_and_validate(
        base_url=f"{server.url}jupyter-envs/api",
        headers={"Authorization": f"token {server.token}"},
        timeout=30,
        excluded_checks=[negative_data_rejection] if more else [],
    )


@SCHEMA.exclude(path=CLEANING).parametrize()
@bounded
def test_anything_at_all(case: schemathesis.Case[Any], server: JupyterServer) -> None:
    ask(case, server)


@SCHEMA.include(path=CLEANING).parametrize()
@few
def test_cleaning(case: schemathesis.Case[Any], server: JupyterServer, person: Sandbox) -> None:
    ask(case, server)
    person.wait_for_workers()


@SCHEMA.include(path_regex=r"\{env\}", method="GET").parametrize()
@bounded
def test_anything_about_an_environment_that_exists(
    case: schemathesis.Case[Any], server: JupyterServer, demo: Demo
) -> None:
    case.path_parameters["env"] = demo.name
    if "number" in case.path_parameters:
        case.path_parameters["number"] = "1"
    ask(case, server)


@SCHEMA.include(path_regex=r"\{id\}", method="GET").parametrize()
@bounded
def test_anything_about_an_operation_that_exists(
    case: schemathesis.Case[Any], server: JupyterServer, client: ApiClient, demo: Demo
) -> None:
    known = client.get("operations").expect(200)["operations"]
    case.path_parameters["id"] = next(o["id"] for o in known if o["name"] == demo.name)
    ask(case, server)
