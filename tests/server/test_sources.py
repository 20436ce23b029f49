"""What environments are made from, over REST: files, texts and bodies that are refused."""

from __future__ import annotations

import json
import os

import pytest

from tests.server import file_source, spec_text
from tests.support.api_client import ApiClient
from tests.support.server import JupyterServer

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
    checked = client.post("specs/check", {"source": {"kind": "spec", "text": text}}).expect(200)
    # What a refusal tells of is recorded too, so it repeats no line of the file: it has no fixes.
    for one in checked["diagnostics"]:
        del one["fix"]
    assert checked["diagnostics"] == found


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
        (b'{"source": {"kind": "star", "id": "torch"}}', "Invalid value 'star'"),
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
