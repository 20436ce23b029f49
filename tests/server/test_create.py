"""Making environments over REST: from a file, from a text, from a lock; and what is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import file_source, spec_source, spec_text
from tests.server.conftest import BASE_URL, Demo, Serve
from tests.support.api_client import PREFIX, ApiClient, environment
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder
from tests.support.server import JupyterServer


@pytest.fixture
def unchanged(person: Sandbox, client: ApiClient) -> Iterator[None]:
    """Nothing was begun, so a person has what they had before."""

    def everything() -> list[object]:
        hidden = person.envs / ".jupyter-envs"
        return [
            client.get("environments").expect(200),
            client.get("operations").expect(200),
            sorted(path.name for path in (*person.envs.glob("*"), *hidden.glob("*"))),
            person.kernel_names(),
            person.registered(),
        ]

    before = everything()
    yield
    assert everything() == before


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


def test_from_the_text_of_a_lock(client: ApiClient, demo: Demo, name: str) -> None:
    lock = client.get(environment(demo.name, "generations/1/lock")).content.decode()

    body = {"source": {"kind": "lock", "text": lock}, "name": name}
    made = client.done(client.post("environments", body))

    assert made["lock_digest"] == demo.digests[0]
    assert made["kernels"] == [f"conda-env-{name}-py"]


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


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("absent.yml", "No such file"),
        ("../secret.yml", "outside root"),
        ("a/../../secret.yml", "outside root"),
        (".hidden.yml", ".hidden.yml"),
        ("folder", "is a directory"),
        ("", ""),
        ("/", "is a directory"),
        ("nul\0", "not a valid path"),
        ("x" * 400, ""),
        ("pipe.yml", "non-file"),
    ],
)
def test_a_file_that_the_file_browser_does_not_show(
    server: JupyterServer, client: ApiClient, path: str, why: str
) -> None:
    (server.root.parent / "secret.yml").write_text(spec_text("text-prefix", name="secret"))
    (server.root / ".hidden.yml").write_text(spec_text("text-prefix", name="hidden"))
    (server.root / "folder").mkdir(exist_ok=True)
    if not (server.root / "pipe.yml").exists():
        os.mkfifo(server.root / "pipe.yml")

    answer = client.post("environments", {"source": file_source(path)})

    assert answer.status in {400, 422}, answer.content
    assert why in answer.json["message"]


def test_a_file_that_is_too_large(server: JupyterServer, client: ApiClient) -> None:
    with (server.root / "large.yml").open("wb") as file:
        file.truncate(20_000_000)

    problem = client.post("environments", {"source": file_source("large.yml")})

    assert "too large" in problem.problem(422, "source_not_found")["message"]


def test_a_file_that_is_no_text(server: JupyterServer, client: ApiClient) -> None:
    (server.root / "latin.yml").write_bytes("name: caf\xe9\ndependencies: []\n".encode("latin-1"))
    (server.root / "picture.yml").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")

    for file in ("latin.yml", "picture.yml"):
        answer = client.post("environments", {"source": file_source(file)})
        assert answer.problem(422, "spec_invalid")["details"]


# -- texts and bodies --------------------------------------------------------------------------


@pytest.mark.usefixtures("unchanged")
def test_what_is_wrong_with_a_spec_is_told_with_its_place(client: ApiClient) -> None:
    text = "name: demo\ndependencies:\n  - numpy\n  - pandas >> 2\n"

    problem = client.post("environments", {"source": {"kind": "spec", "text": text}})

    found = problem.problem(422, "spec_invalid")["details"]
    errors = [one for one in found if one["severity"] == "error"]
    assert [(one["start"]["line"]) for one in errors] == [4]
    assert (
        client.post("specs/check", {"source": {"kind": "spec", "text": text}}).expect(200)[
            "diagnostics"
        ]
        == found
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name: demo\ndependencies: [numpy\x00]\n",
        "name: demo\ndependencies: [numpy\x1b[31m]\n",
        "name: demo\ndependencies: " + "[" * 3000,
        "name: demo\ndependencies: " + "- " * 3000,
        "name: demo\ndependencies:\n" + "  - numpy\n" * 150_000,
        "name: demo\ndependencies:\n  - " + "x" * 1_500_000,
        "&a [*a]",
    ],
    ids=lambda text: f"{len(text)} characters",
)
@pytest.mark.usefixtures("unchanged")
def test_texts_that_are_no_spec(client: ApiClient, text: str) -> None:
    source = {"kind": "spec", "text": text}

    problem = client.post("environments", {"source": source}).problem(422, "spec_invalid")

    assert len(json.dumps(problem)) < 200_000
    checked = client.post("specs/check", {"source": source}).expect(200)
    assert checked["valid"] is False


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "it has no body"),
        (b"{", "truncated"),
        (b"\xff\xfe", "malformed"),
        (b"[]", "Expected `object`"),
        (b"null", "Expected `object`"),
        (b"{}", "missing required field `source`"),
        (b'{"source": {"kind": "stack", "id": "torch"}}', "Invalid value 'stack'"),
        (b'{"source": {"text": "name: x"}}', "missing required field `kind`"),
        (b'{"source": {"kind": "spec", "text": 1}}', "Expected `str`"),
        (b'{"source": {"kind": "spec", "text": "a", "file": "b"}}', "unknown field `file`"),
        (b'{"source": {"kind": "spec", "text": "a"}, "force": true}', "unknown field `force`"),
        (b'{"source": {"kind": "spec", "text": "a"}, "name": ""}', "length >= 1"),
        (b'{"source": {"kind": "spec", "text": "\\ud800"}}', ""),
        (b'{"source": ' + b'{"kind":' * 100_000, "depth"),
        (b"[" * 100_000, "Expected `object`"),
        (b'{"source": {"kind": "spec", "text": "' + b"x" * 5_000_000 + b'"}}', "length <="),
        (b" " * 17_000_000, "more than 16000000 bytes"),
    ],
    ids=range(17),
)
@pytest.mark.usefixtures("unchanged")
def test_a_request_that_is_not_of_the_form(client: ApiClient, body: bytes, says: str) -> None:
    problem = client.request("POST", "environments", content=body).problem(400, "request_invalid")

    assert says in problem["message"]
    assert len(problem["message"]) < 500


def test_kernels_that_run_elsewhere_are_not_promised(start_server: Serve, sandbox: Sandbox) -> None:
    gateway = {"GatewayClient": {"url": "http://127.0.0.1:9"}}
    client = start_server(sandbox, config=gateway).client

    problem = client.post("environments", {"source": spec_source("text-prefix")})

    problem.problem(409, "kernels_elsewhere")
    assert client.get("environments").expect(200) == {"environments": []}
