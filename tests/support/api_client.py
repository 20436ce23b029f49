"""A client of the REST API: what a program of ours, or a test, says to a running server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

PREFIX = "jupyter-envs/api"
ENDED = ("succeeded", "failed", "cancelled", "interrupted")

_ANSWER_SECONDS = 60.0
_FOLLOW_SECONDS = 120.0
_POLL_SECONDS = 0.05


class Answer(msgspec.Struct, frozen=True):
    """What a server answered."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def json(self) -> Any:
        """The body, decoded; None where there is none."""
        return json.loads(self.content) if self.content else None

    def expect(self, status: int) -> Any:
        """The body of an answer with this status. Raises AssertionError for another one."""
        if self.status != status:
            text = self.content.decode("utf-8", "replace")
            raise AssertionError(f"{self.status} instead of {status}: {text}")
        return self.json

    def problem(self, status: int, code: str) -> dict[str, Any]:
        """The error that was expected. Raises AssertionError for any other answer."""
        body: dict[str, Any] = self.expect(status)
        if body["code"] != code:
            raise AssertionError(f"{body['code']} instead of {code}: {body}")
        return body


class ApiClient:
    """``url`` is the server's, base_url included; paths are below our prefix, like
    ``environments/demo``. ``check`` is called with every answer of our API.
    """

    def __init__(
        self, url: str, token: str, *, check: Callable[[httpx.Response], None] | None = None
    ) -> None:
        self._check = check
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"token {token}"},
            timeout=_ANSWER_SECONDS,
            trust_env=False,
        )

    def move(self, url: str) -> None:
        """The server is somewhere else now."""
        self._http.base_url = httpx.URL(url)

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def get(self, path: str, /, **query: Any) -> Answer:
        """Read."""
        return self.request("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> Answer:
        """Start or make something; ``body`` None sends none."""
        return self.request("POST", path, json=body)

    def put(self, path: str, body: Any = None) -> Answer:
        """Give something a new source."""
        return self.request("PUT", path, json=body)

    def delete(self, path: str, **query: Any) -> Answer:
        """Remove or cancel."""
        return self.request("DELETE", path, params=query)

    def request(self, method: str, path: str, **more: Any) -> Answer:
        """Any request to our API; ``more`` as httpx takes it."""
        if more.get("json", ...) is None:
            del more["json"]
        answer = self._http.request(method, f"{PREFIX}/{path}".rstrip("/"), **more)
        if self._check is not None:
            self._check(answer)
        return _answer(answer)

    def jupyter(self, method: str, path: str, **more: Any) -> Answer:
        """A request to Jupyter's own API, like ``api/kernels``."""
        return _answer(self._http.request(method, path, **more))

    def answers(self) -> bool:
        """Whether the server is there, and takes us for who we are."""
        try:
            return self._http.get("api/me", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def follow(self, operation: str, *, seconds: float = _FOLLOW_SECONDS) -> dict[str, Any]:
        """The operation when it has ended, however. Raises AssertionError if it does not."""
        return self.wait(operation, lambda found: found["state"] in ENDED, seconds=seconds)

    def wait(
        self,
        operation: str,
        until: Callable[[dict[str, Any]], object],
        *,
        seconds: float = _FOLLOW_SECONDS,
    ) -> dict[str, Any]:
        """The operation as soon as it is as wanted."""
        deadline = time.monotonic() + seconds
        while True:
            found: dict[str, Any] = self.get(f"operations/{operation}").expect(200)
            if until(found):
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not happen in {seconds:.0f} seconds: {found}")
            time.sleep(_POLL_SECONDS)

    def done(self, started: Answer, *, seconds: float = _FOLLOW_SECONDS) -> dict[str, Any]:
        """The result of what a 202 promised. Raises AssertionError where it has failed."""
        ended = self.follow(started.expect(202)["id"], seconds=seconds)
        if ended["state"] != "succeeded":
            raise AssertionError(ended["error"])
        result: dict[str, Any] = ended["result"]
        return result


def environment(name: str, below: str = "") -> str:
    """The path of an environment, or of something below it."""
    return f"environments/{quote(name, safe='')}" + (f"/{below}" if below else "")


def _answer(answer: httpx.Response) -> Answer:
    return Answer(answer.status_code, answer.headers, answer.content)
