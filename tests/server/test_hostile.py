"""Requests that no client of ours makes: never an answer 500, a traceback, or a way out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_envs.server.routes import ROUTES
from jupyter_envs.server.routing import Route
from tests.server import FORGED, filled, route_id
from tests.support.api_client import PREFIX
from tests.support.sandbox import Sandbox, manifest
from tests.support.server import JupyterServer

NAMES = {
    "a path": quote("../../../etc/passwd", safe=""),
    "the folder above": "%2E%2E",
    "our own folder": ".jupyter-envs",
    "the folder of journals": "operations",
    "an option": "--force",
    "base": "base",
    "300 characters": "x" * 300,
    "5000 characters": "x" * 5000,
    "no UTF-8": "%ff%fe",
    "a zero byte": "demo%00",
    "a line": "a%0Ab",
    "an escape sequence": "%1B%5B2J",
    "another alphabet": quote("環境"),
    "half a character": "%ed%a0%80",
    "another direction": quote("\u202edemo"),
    "a store and a name": "shared:demo",
    "a number beyond all": "9" * 400,
    "a negative number": "-1",
    "a digit of another script": quote("\N{SUPERSCRIPT TWO}"),
    "markup": quote("<script>alert(1)</script>"),
}

BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"name": "\xff"}',
    "half a character": b'{"name": "\\ud800", "source": {"kind": "spec", "text": "\\ud800"}}',
    "NaN": b'{"generation": NaN, "timeout": NaN}',
    "beyond all numbers": b'{"generation": 1e999, "timeout": 1e999}',
    "a huge number": b'{"generation": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 200_000,
    "deep inside": b'{"source": ' + b'{"a":' * 100_000,
    "a list": b"[]",
    "null": b"null",
    "twice the same key": b'{"name": "a", "name": "b"}',
    "a bomb": json.dumps(
        {
            "source": {
                "kind": "spec",
                "text": "a0: &a0 [x, x]\n"
                + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
                + "dependencies: *a59\n",
            }
        }
    ).encode(),
}

#: Of a file browser; no path leads out of what it shows, and none is read from elsewhere.
PATHS = ["../../../etc/passwd", "/etc/passwd", "..", "", "\0", "a/../../b", "C:\\x", "x" * 5000]


@pytest.fixture(scope="module")
def strange(server: JupyterServer) -> Iterator[httpx.Client]:
    """A client that sends what it is given."""
    headers = {"Authorization": f"token {server.token}"}
    with httpx.Client(headers=headers, timeout=60, trust_env=False) as client:
        yield client


def refused(answer: httpx.Response, *allowed: int) -> dict[str, Any]:
    """The error of an answer, which has one in our form and tells nothing of our insides."""
    assert answer.status_code in (400, 404, 409, 422, *allowed), answer.text[:500]
    body: dict[str, Any] = answer.json()
    assert body["code"] != "internal_error"
    assert body["message"]
    assert "Traceback" not in answer.text
    return body


def address(server: JupyterServer, route: Route, **parts: str) -> str:
    return f"{server.url}{PREFIX}/{filled(route.path, {**FORGED, **parts})}"


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.usefixtures("unchanged")
def test_names_in_an_address(server: JupyterServer, strange: httpx.Client, kind: str) -> None:
    name = NAMES[kind]
    for route in ROUTES:
        if "{" in route.path:
            parts = dict.fromkeys(FORGED, name)
            body = {"name": "copy", "generation": 1, "source": None} if route.body else None
            answer = strange.request(route.method, address(server, route, **parts), json=body)
            refused(answer)


WITH_BODY = [route for route in ROUTES if route.body is not None]


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.usefixtures("unchanged")
def test_bodies(server: JupyterServer, strange: httpx.Client, kind: str) -> None:
    for route in WITH_BODY:
        answer = strange.request(route.method, address(server, route), content=BODIES[kind])
        # What is wrong with a file is the answer of a check.
        if answer.status_code != 200 or "check" not in route.path:
            refused(answer)


@pytest.mark.usefixtures("unchanged")
def test_types_of_content_and_sizes(server: JupyterServer, strange: httpx.Client) -> None:
    body = b'{"source": {"kind": "spec", "text": "?"}}'
    url = f"{server.url}{PREFIX}/environments"
    for kind in ("text/html", "application/x-www-form-urlencoded", "multipart/form-data", "\\"):
        refused(strange.post(url, content=body, headers={"Content-Type": kind}))
    assert refused(strange.post(url, content=b" " * 17_000_000))["code"] == "request_invalid"


@pytest.mark.parametrize("path", PATHS, ids=repr)
@pytest.mark.usefixtures("unchanged")
def test_paths_of_files(
    server: JupyterServer, strange: httpx.Client, person: Sandbox, path: str
) -> None:
    before = manifest(server.root)
    api = f"{server.url}{PREFIX}"
    source = {"kind": "file", "path": path}
    answers = [
        strange.post(f"{api}/environments", json={"source": source, "name": "new"}),
        strange.post(f"{api}/specs/check", json={"source": source}),
        strange.post(f"{api}/specs/plan", json={"source": source, "name": "new"}),
        strange.post(f"{api}/specs/lock", json={"path": path}),
        strange.get(f"{api}/specs/lock", params={"path": path}),
    ]
    for answer in answers:
        refused(answer)
        assert "root:" not in answer.text
    assert manifest(server.root) == before


@pytest.mark.usefixtures("unchanged")
def test_a_requirements_file_of_another_folder(
    server: JupyterServer, strange: httpx.Client
) -> None:
    text = "name: new\ndependencies:\n- python\n- pip:\n  - -r ../../../../etc/passwd\n"
    (server.root / "hostile.yml").write_text(text)
    for source in ({"kind": "spec", "text": text}, {"kind": "file", "path": "hostile.yml"}):
        answer = strange.post(f"{server.url}{PREFIX}/environments", json={"source": source})
        assert refused(answer)["code"] == "pip_unsupported"
        assert "root:" not in answer.text


READING = [route for route in ROUTES if route.method == "GET" and "{" not in route.path]

_QUERY = st.dictionaries(
    st.sampled_from(
        sorted({name for route in READING for name in route.query.__struct_fields__})
        or ["environment"]
    ),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["\0", "-1", "9" * 400, "1e999", "NaN", "../..", "9999-12-31"]),
        st.integers().map(str),
    ),
    max_size=4,
)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=list(HealthCheck),
)
@given(query=_QUERY, route=st.sampled_from([r for r in READING if r.query.__struct_fields__]))
def test_queries(
    server: JupyterServer, strange: httpx.Client, query: dict[str, str], route: Route
) -> None:
    answer = strange.get(address(server, route), params=query)

    if answer.status_code != 200:
        refused(answer)


@pytest.mark.parametrize("route", WITH_BODY, ids=route_id)
def test_a_body_that_is_not_what_the_header_says(server: JupyterServer, route: Route) -> None:
    """Whoever announces more than comes, or nothing, is answered or hung up on."""
    headers = {"Authorization": f"token {server.token}", "Transfer-Encoding": "chunked"}
    with httpx.Client(timeout=30, trust_env=False) as client:
        answer = client.request(
            route.method, address(server, route), content=iter([b"{", b'"'] * 3), headers=headers
        )
    refused(answer)
