"""The door: the one handler class. Who is let in is decided here, what they get behind it.

Everybody who starts Jupyter loads this module, whether they ever ask us for anything or not; what
answers is loaded when somebody does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

if TYPE_CHECKING:
    from .parts import Parts
    from .table import Found

PREFIX = "jupyter-envs/api"
#: Everything below our prefix: what is in no route is answered with a Problem, not with a page.
EVERYTHING = f"/{PREFIX}(?:/.*)?"

AUTH_RESOURCE = "jupyter_envs"

_VERBS = ("GET", "POST", "PUT", "DELETE")

#: What tornado and jupyter_server refuse on their own, in our form.
_CODES = {400: "request_invalid", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}


class Door(APIHandler):
    """Serves all routes. Every verb is authenticated and authorized here, so that no route can be
    without."""

    auth_resource = AUTH_RESOURCE
    _found: Found | None = None

    def initialize(
        self, parts: Callable[[], Awaitable[Parts]], loaded: Callable[[], Parts | None]
    ) -> None:
        """``parts`` gives what answers, from the extension; ``loaded`` does where it is there."""
        self._load = parts
        self._loaded = loaded

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler's own
        """A path or a verb that is not there is refused before anyone is asked who they are."""
        self._parts = await self._load()
        self._found = self._parts.table.find(self._path)
        if self._found is None:
            raise HTTPError(404)
        if self.request.method != "OPTIONS" and self.request.method not in self._found.routes:
            raise HTTPError(405)
        await super().prepare()

    @property
    def _path(self) -> str:
        """Below our prefix, as it came: an escaped slash is no slash."""
        return str(self.request.path)[len(self.base_url) - 1 :].removeprefix(f"/{PREFIX}")

    @authenticated
    @authorized
    async def get(self) -> None:
        """Read."""
        await self._answer()

    @authenticated
    @authorized
    async def post(self) -> None:
        """Start or make something."""
        await self._answer()

    @authenticated
    @authorized
    async def put(self) -> None:
        """Give something a new source."""
        await self._answer()

    @authenticated
    @authorized
    async def delete(self) -> None:
        """Remove or cancel."""
        await self._answer()

    async def _answer(self) -> None:
        assert self._found is not None, "a request is prepared before its verb"
        await self._parts.answer(self, self._found)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Every error as a Problem; of one that is our fault, no more than its kind."""
        import msgspec

        from jupyter_envs.errors import EnvsError, Problem, disk_error

        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, OSError):
            error = disk_error(error, Path.home()) or error
        if isinstance(error, EnvsError):
            self.set_status(error.status)
            body = Problem.of(error)
        elif error is None or isinstance(error, HTTPError):
            body = Problem(code=_CODES.get(status_code, "http_error"), message=self._reason)
        else:
            body = Problem.of(EnvsError(reason=type(error).__name__))
        if status_code == 405:
            # Here, since tornado forgets all headers before it asks for an error's body.
            self.set_header("Allow", ", ".join(sorted(self._allowed())))
        self.set_header("Cache-Control", "no-store")
        self.finish(msgspec.json.encode(body, enc_hook=str))

    def _allowed(self) -> Iterable[str]:
        """The verbs of the path; all of ours while the table is not there: what tornado does not
        know is refused before anything is loaded for it."""
        parts = self._loaded()
        found = parts.table.find(self._path) if parts is not None else None
        return found.routes if found is not None else _VERBS

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What a person did wrong is no fault of the server's: it goes to the client alone."""
        from jupyter_envs.errors import EnvsError

        if not isinstance(value, EnvsError):
            super().log_exception(typ, value, tb)
