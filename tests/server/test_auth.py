"""Who may ask what. Each test goes over the route table, so that no route can be forgotten."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jupyter_envs.server import drift, lifecycle, messages, probes
from jupyter_envs.server.routes import ROUTES
from jupyter_envs.server.routing import Route
from tests.server import FORGED, belongings, filled, paths, route_id, spec_source, until
from tests.support.api_client import PREFIX
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ANONYMOUS: dict[str, str] = {}
WRONG = {"Authorization": "token 0123456789abcdef"}

#: Reading the certificates of the world takes longer than a request, and none is needed here.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

#: For each body a request may have: one that would be carried out, and one that is refused.
BODIES: dict[Any, tuple[dict[str, Any], dict[str, Any]]] = {
    None: ({}, {}),
    messages.CreateBody: (
        {"source": spec_source("text-prefix", name="forged")},
        {"source": {"kind": "spec", "text": "?"}},
    ),
    messages.UpdateBody: ({"source": spec_source("text-prefix", "bulk")}, {}),
    messages.RollbackBody: ({"generation": 1}, {}),
    messages.CloneBody: ({"name": "forged"}, {"name": "forged"}),
    messages.CheckBody: ({"source": spec_source("text-prefix")}, {"source": spec_source("x")}),
    messages.PlanBody: (
        {"source": spec_source("text-prefix")},
        {"source": {"kind": "spec", "text": "?"}},
    ),
    messages.LockBody: ({"path": "environment.yml"}, {"path": ""}),
    messages.CleanBody: ({"generations": True}, {"packages": "?"}),
    drift.AdoptBody: ({"write_file": True}, {}),
    drift.KeepBody: ({}, {}),
    probes.ProbeBody: ({"frameworks": ["torch"]}, {"frameworks": "?"}),
    lifecycle.ArchiveBody: ({"force": True}, {}),
}

#: Refuses everything that is ours, and writes down what it was asked.
DENYING = """
from jupyter_server.auth import Authorizer

class Denying(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        with open("asked", "a") as file:
            print(handler.request.method, action, resource, file=file)
        return resource != "jupyter_envs"

c.ServerApp.authorizer_class = Denying
"""

each_route = pytest.mark.parametrize("route", ROUTES, ids=route_id)
each_path = pytest.mark.parametrize("path", sorted(paths()))


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """A person with an environment, and with an operation that can be read again."""
    sandbox = Sandbox(tmp_path_factory.mktemp("house"), cache=shared_cache, channels=(channel.url,))
    sandbox.create("text-prefix")
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module", params=["as usual", "strict"])
def locked(request: pytest.FixtureRequest, house: Sandbox) -> Iterator[JupyterServer]:
    """A server, also one that refuses on its own whatever does not name who may ask."""
    strict = request.param == "strict"
    config = {"ServerApp": {"allow_unauthenticated_access": False}} if strict else {}
    folder = house.folder / request.param
    with JupyterServer(house.environ, folder, base_url="/user/ada/", config=config) as running:
        running.client.get("environments").expect(200)
        until(lambda: not _left_over(house))  # cleared up after its start, by nobody's request
        yield running


def _left_over(house: Sandbox) -> list[Path]:
    logs = house.envs.glob(".jupyter-envs/operations/*.log")
    return [path for path in logs if not path.stat().st_size]


@pytest.fixture(scope="module")
def denying(house: Sandbox) -> Iterator[JupyterServer]:
    """A server whose administrator lets this person read nothing of ours."""
    with JupyterServer(house.environ, house.folder / "denying", python=DENYING) as running:
        yield running


@pytest.fixture(scope="module")
def cookies(locked: JupyterServer) -> Iterator[httpx.Client]:
    """A browser after the login form, without any script that adds headers."""
    with httpx.Client(base_url=locked.url, trust_env=False, timeout=30) as browser:
        browser.get("login").raise_for_status()
        form = {"_xsrf": browser.cookies["_xsrf"], "password": locked.token}
        assert browser.post("login", data=form).status_code == 302
        yield browser


def request(method: str, url: str, headers: dict[str, str], body: Any = None) -> httpx.Response:
    """A request by somebody who keeps nothing from one to the next."""
    return httpx.request(
        method, url, headers=headers, json=body, timeout=30, verify=NO_CERTIFICATES
    )


def forged(url: str, route: Route) -> tuple[str, str, Any]:
    """A request that is refused at the latest by the endpoint: nothing has these ids."""
    body = BODIES[route.body][1] if route.body is not None else None
    return route.method, address(url, route.path, FORGED), body


def address(url: str, path: str, parts: dict[str, str]) -> str:
    """The whole URL of a path of the table."""
    return f"{url}{PREFIX}/{filled(path, parts)}".rstrip("/")


def send_in_earnest(
    server: JupyterServer, sandbox: Sandbox, route: Route, headers: dict[str, str]
) -> httpx.Response:
    """A request that would be carried out if it were allowed."""
    journals = sorted((sandbox.envs / ".jupyter-envs" / "operations").glob("*.jsonl"))
    locks = sandbox.home.glob(".local/share/jupyter_envs/locks/*.yml")
    parts = {"env": "demo", "id": journals[0].stem, "number": "1", "digest": next(locks).stem}
    body = BODIES[route.body][0] if route.body is not None else None
    return request(route.method, address(server.url, route.path, parts), headers, body)


def refused(answer: httpx.Response) -> bool:
    """Whether it was 403 in our form, and told nothing else."""
    assert answer.status_code == 403
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert {key for key, value in body.items() if value} == {"code", "message"}
    return bool(body["code"] == "forbidden")


@each_route
@pytest.mark.parametrize("headers", [ANONYMOUS, WRONG], ids=["no token", "wrong token"])
def test_a_stranger_is_told_and_can_do_nothing(
    locked: JupyterServer, house: Sandbox, route: Route, headers: dict[str, str]
) -> None:
    before = belongings(house.home)

    assert refused(send_in_earnest(locked, house, route, headers))

    assert belongings(house.home) == before


@each_route
def test_who_has_the_token_gets_an_answer(locked: JupyterServer, route: Route) -> None:
    method, url, body = forged(locked.url, route)

    answer = request(method, url, {"Authorization": f"token {locked.token}"}, body)

    assert answer.status_code in {200, 400, 404, 409, 422}, answer.text
    if answer.status_code == 200:
        assert "{" not in route.path or route.path.endswith("check")


@each_route
def test_another_page_cannot_make_a_browser_act(cookies: httpx.Client, route: Route) -> None:
    """A login cookie goes with every request; only our own page can add the header."""
    method, url, body = forged(str(cookies.base_url), route)

    answer = cookies.request(method, url, json=body)

    if route.method == "GET":
        # 400 where a query must have something: that is not asked before who asks is known.
        assert answer.status_code in {200, 400, 404}, answer.text
    else:
        assert refused(answer)
    token = {"X-XSRFToken": cookies.cookies["_xsrf"]}
    allowed = cookies.request(method, url, json=body, headers=token)
    assert allowed.status_code in {200, 400, 404, 409, 422}, allowed.text


def test_another_page_cannot_read_with_a_cookie(cookies: httpx.Client) -> None:
    answer = cookies.get(f"{PREFIX}/environments", headers={"Origin": "http://evil.example"})

    assert answer.status_code == 404
    assert "environments" not in answer.json()


@each_route
def test_an_administrator_can_take_the_right_away(
    denying: JupyterServer, house: Sandbox, route: Route
) -> None:
    before = belongings(house.home)
    asked = denying.folder / "asked"
    asked.write_text("")

    answer = send_in_earnest(denying, house, route, {"Authorization": f"token {denying.token}"})

    assert refused(answer)
    assert belongings(house.home) == before
    action = "read" if route.method == "GET" else "write"
    assert asked.read_text().splitlines() == [f"{route.method} {action} jupyter_envs"]


@each_path
def test_a_method_that_a_path_does_not_have(locked: JupyterServer, path: str) -> None:
    url = address(locked.url, path, FORGED)
    known = paths()[path]
    for method in sorted(set(METHODS) - known):
        for headers in ({"Authorization": f"token {locked.token}"}, ANONYMOUS):
            answer = request(method, url, headers)
            assert answer.status_code == 405, f"{method}: {answer.text}"
            assert answer.headers.get("allow") == ", ".join(sorted(known))
            if method != "HEAD":
                assert answer.json()["code"] == "method_not_allowed"


@each_path
def test_asking_what_is_possible_changes_nothing(
    locked: JupyterServer, house: Sandbox, path: str
) -> None:
    before = belongings(house.home)

    answer = request("OPTIONS", address(locked.url, path, FORGED), ANONYMOUS)

    assert (answer.status_code, answer.content) == (200, b"")
    assert "access-control-allow-origin" not in answer.headers
    assert belongings(house.home) == before


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["nonesuch", "environments/demo/nonesuch", "operations/x/y/z"])
def test_what_does_not_exist_is_said_in_our_form(
    locked: JupyterServer, method: str, path: str
) -> None:
    answer = locked.client.request(method, path)

    assert answer.problem(404, "not_found")["message"] == "Not Found"
    assert answer.headers["content-type"] == "application/json"


def test_no_answer_is_kept_by_a_browser(locked: JupyterServer) -> None:
    for path in ("environments", "environments/nonesuch", "nonesuch"):
        assert locked.client.get(path).headers["cache-control"] == "no-store"


def test_the_token_is_in_no_log(locked: JupyterServer) -> None:
    locked.client.get("environments").expect(200)

    assert locked.token not in locked.log_text()


def test_bodies_are_known_for_every_route() -> None:
    assert {route.body for route in ROUTES} == set(BODIES)
    for body, examples in BODIES.items():
        assert body is None or json.dumps(examples)
