"""Making environments over REST: from a file, from a text, from a lock; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server import file_source, spec_source, spec_text
from tests.server.conftest import BASE_URL, Demo, Serve
from tests.support.api_client import PREFIX, ApiClient, environment
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder
from tests.support.server import JupyterServer


def test_from_a_file_of_the_file_browser(
    server: JupyterServer, client: ApiClient, name: str
) -> None:
    (server.root / "here").mkdir()
    file = server.root / "here" / "my spec.yml"
    file.write_text(spec_text("text-prefix", name=name))

    answer = client.post("environments", {"source": file_source("here/my spec.yml")})

    started = answer.expect(202)
    assert (started["verb"], started["name"], started["error"]) == ("create", name, None)
    assert client.done(answer)["name"] == name
    made = client.get(environment(name)).expect(200)
    assert made["source"]["file"] == str(file)
    assert made["behind"] is False
    assert Path(made["path"]).resolve() == Path(made["prefix"])
    assert (Path(made["prefix"]) / "conda-meta" / "history").is_file()


def test_the_location_is_below_the_base_url_and_can_be_read(
    server: JupyterServer, client: ApiClient, name: str
) -> None:
    answer = client.post("environments", {"source": spec_source("text-prefix", name=name)})

    location = answer.headers["location"]
    assert location == f"{BASE_URL}{PREFIX}/operations/{answer.json['id']}"
    read = client.jupyter("GET", f"http://127.0.0.1:{server.port}{location}").expect(200)
    assert (read["id"], read["name"]) == (answer.json["id"], name)
    client.done(answer)


def test_from_a_text_the_name_given_wins(client: ApiClient, name: str) -> None:
    source = spec_source("text-prefix", name="another")

    made = client.done(client.post("environments", {"source": source, "name": name}))

    assert made["name"] == name
    assert client.get(environment("another")).problem(404, "environment_not_found")
    # No file was named, so none can have changed.
    assert client.get(environment(name)).expect(200)["behind"] is None


def test_from_the_text_of_a_lock_without_a_solve(client: ApiClient, name: str) -> None:
    source = spec_source("bulk=1.0", name=name)
    first = client.done(client.post("environments", {"source": source}))
    lock = client.get(environment(name, "generations/1/lock")).content.decode()

    body = {"source": {"kind": "lock", "text": lock}, "name": f"{name}-again"}
    started = client.post("environments", body)

    assert client.done(started)["lock_digest"] == first["lock_digest"]
    events = client.get(f"operations/{started.json['id']}/events").expect(200)["events"]
    assert "solve" not in [event["phase"] for event in events]


def test_a_lock_in_a_file_is_known_by_its_content(
    server: JupyterServer, client: ApiClient, demo: Demo, name: str
) -> None:
    lock = client.get(environment(demo.name, "export"), format="lock").content
    (server.root / f"{name}.yml").write_bytes(lock)

    unnamed = client.post("environments", {"source": file_source(f"{name}.yml")})
    unnamed.problem(422, "name_missing")
    made = client.done(
        client.post("environments", {"source": file_source(f"{name}.yml"), "name": name})
    )

    assert made["lock_digest"] == demo.digests[1]


def test_a_display_name_may_be_of_any_script(client: ApiClient) -> None:
    name = "Météo 気象"
    source = spec_source("text-prefix", name=name)

    made = client.done(client.post("environments", {"source": source}))

    shown = client.get(environment(name)).expect(200)
    assert shown["name"] == made["name"] == name
    assert shown["slug"].isascii()
    assert client.get(environment(shown["slug"])).expect(200) == shown


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("../up", "name_forbidden"),
        ("a/b", "name_forbidden"),
        (".hidden", "name_forbidden"),
        ("-n", "name_forbidden"),
        ("nul\0", "name_forbidden"),
        ("line\nbreak", "name_forbidden"),
        ("x" * 500, "name_forbidden"),
        ("base", "name_forbidden"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_a_name_that_cannot_be_one(client: ApiClient, given: str, code: str) -> None:
    body = {"source": spec_source("text-prefix"), "name": given}

    problem = client.post("environments", body).problem(422, code)

    assert problem["params"]["suggestion"]
    assert problem["hint"]


@pytest.mark.parametrize("twist", [str, str.upper])
def test_a_name_that_is_taken(client: ApiClient, demo: Demo, twist: Any) -> None:
    before = client.get(environment(demo.name)).expect(200)
    body = {"source": spec_source("text-prefix"), "name": twist(demo.name)}

    problem = client.post("environments", body).problem(409, "name_taken")

    assert problem["params"] == {"name": demo.name}
    assert client.get(environment(demo.name)).expect(200) == before


@pytest.mark.parametrize("twist", [str, str.upper])
def test_a_name_that_is_about_to_be_taken(
    client: ApiClient, name: str, parked: ServedFolder, twist: Any
) -> None:
    source = spec_source("text-prefix", channels=[parked.url], name=name)
    first = client.post("environments", {"source": source}).expect(202)

    body = {"source": spec_source("text-prefix"), "name": twist(name)}
    problem = client.post("environments", body).problem(409, "environment_busy")

    assert problem["params"]["operation"] == first["id"]
    client.delete(f"operations/{first['id']}").expect(204)


def test_kernels_that_run_elsewhere_are_not_promised(start_server: Serve, sandbox: Sandbox) -> None:
    gateway = {"GatewayClient": {"url": "http://127.0.0.1:9"}}
    client = start_server(sandbox, config=gateway).client

    problem = client.post("environments", {"source": spec_source("text-prefix")})

    problem.problem(409, "kernels_elsewhere")
    assert client.get("environments").expect(200) == {"environments": []}
