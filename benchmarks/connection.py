"""Requests that cost the one who asks next to nothing, so that what is timed is the server."""

from __future__ import annotations

import http.client
import time
from types import TracebackType

from benchmarks.measure import stopwatch
from tests.support.server import JupyterServer

API = "/jupyter-envs/api"
#: The least that Jupyter's server does for somebody who is let in.
TRIVIAL = "/api/kernels"
#: The first list of a thousand environments takes long on a machine that does something else.
_PATIENCE_SECONDS = 300.0
_AGAIN_SECONDS = 0.002


class Connection:
    """One kept-alive connection to a server."""

    def __init__(self, server: JupyterServer) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_PATIENCE_SECONDS)
        self._headers = {"Authorization": f"token {server.token}"}

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str) -> bytes:
        """The body of an answer. Raises RuntimeError for one that is no success."""
        self._http.request("GET", path, headers=self._headers)
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body!r}")
        return body

    def seconds(self, path: str) -> float:
        """How long an answer takes, to its last byte."""
        with stopwatch() as clock:
            self.get(path)
        return clock.seconds

    def first_answer(self) -> float:
        """When a server that is only starting has answered (seconds, as perf_counter)."""
        deadline = time.perf_counter() + _PATIENCE_SECONDS
        while time.perf_counter() < deadline:
            try:
                self.get(TRIVIAL)
            except (ConnectionError, http.client.HTTPException):
                self._http.close()
                time.sleep(_AGAIN_SECONDS)
            else:
                return time.perf_counter()
        raise TimeoutError("the server did not answer")
