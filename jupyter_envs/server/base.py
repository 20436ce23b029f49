"""The one handler class: decodes, authorizes, calls the endpoint, encodes, tells errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from jupyter_envs.errors import EnvsError, Problem, RequestInvalid, disk_error
from jupyter_envs.operations import read_operation

from .routing import PREFIX, Accepted, Call, File, Route
from .services import Services
from .shapes import operation_view

AUTH_RESOURCE = "jupyter_envs"

#: An environment.yml is at most 1 MB, a lock a few; JSON may double that.
MAX_BODY_BYTES = 16_000_000

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_PART = re.compile(r"\{(\w+)\}")

#: What tornado and jupyter_server refuse on their own, in our form.
_CODES = {400: "request_invalid", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}


class Handler(APIHandler):
    """Serves the routes of one path; :func:`handler_for` makes the subclasses.

    Every verb is authenticated and authorized here, so that no route can be without. The
    decorated methods serve one resource only: ``authorized`` remembers the first it saw.
    """

    auth_resource = AUTH_RESOURCE
    routes: ClassVar[dict[str, Route]] = {}

    def initialize(self, services: Services) -> None:
        """``services`` come from the extension, by the table of handlers."""
        self.services = services

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler's own
        """A verb that the path does not have is refused before anyone is asked who they are."""
        if self.request.method != "OPTIONS" and self.request.method not in self.routes:
            raise HTTPError(405)
        await super().prepare()

    @authenticated
    @authorized
    async def get(self, **path: str) -> None:
        """Read."""
        await self._answer(path)

    @authenticated
    @authorized
    async def post(self, **path: str) -> None:
        """Start or make something."""
        await self._answer(path)

    @authenticated
    @authorized
    async def put(self, **path: str) -> None:
        """Give something a new source."""
        await self._answer(path)

    @authenticated
    @authorized
    async def delete(self, **path: str) -> None:
        """Remove or cancel."""
        await self._answer(path)

    async def _answer(self, path: dict[str, str]) -> None:
        route = self.routes[str(self.request.method)]
        call: Call[Any, Any] = Call(
            services=self.services,
            path=path,
            body=self._body(route),
            query=self._query(route),
            actor=self.services.actor(self.current_user.username),
        )
        await self._send(route, await route.endpoint(call))

    def _body(self, route: Route) -> Any:
        if route.body is None:
            return None
        if len(self.request.body) > MAX_BODY_BYTES:
            raise RequestInvalid(reason=f"it has more than {MAX_BODY_BYTES} bytes")
        if not self.request.body:
            raise RequestInvalid(reason="it has no body")
        try:
            return msgspec.json.decode(self.request.body, type=route.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RequestInvalid(reason=str(error)) from error

    def _query(self, route: Route) -> Any:
        known = route.query.__struct_fields__
        given = {k: self.get_query_argument(k) for k in known if k in self.request.arguments}
        try:
            query = msgspec.convert(given, route.query, strict=False)
        except msgspec.ValidationError as error:
            raise RequestInvalid(reason=str(error)) from error
        for key, text in given.items():
            # Numbers are text here, so not strict; but then "null" is read as None, too.
            if getattr(query, key) is None:
                raise RequestInvalid(reason=f"Invalid value {text!r} - at `$.{key}`")
        return query

    async def _send(self, route: Route, answer: Any) -> None:
        self.set_header("Cache-Control", "no-store")
        if isinstance(answer, File):
            await self._send_file(answer)
            return
        self.set_status(route.status)
        if isinstance(answer, Accepted):
            # Its worker is this server's child: somebody has to see it end.
            self.services.interest()
            store = await self.services.run(self.services.store)
            found, _ = await self.services.run(read_operation, store, answer.operation)
            self.set_header("Location", f"{self.base_url}{PREFIX}/operations/{found.id}")
            answer = await self.services.run(operation_view, store, found)
        if answer is None:
            await self.finish()
        else:
            await self.finish(_ENCODER.encode(answer))

    async def _send_file(self, answer: File) -> None:
        name = quote(answer.file_name)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.set_header("X-Content-Type-Options", "nosniff")
        await self.finish(answer.data, set_content_type=answer.media_type)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Every error as a Problem; of one that is our fault, no more than its kind."""
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
            self.set_header("Allow", ", ".join(sorted(self.routes)))
        self.set_header("Cache-Control", "no-store")
        self.finish(_ENCODER.encode(body))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """What a person did wrong is no fault of the server's: it goes to the client alone."""
        if not isinstance(value, EnvsError):
            super().log_exception(typ, value, tb)


class UnknownPath(Handler):
    """Whatever is below our prefix and in no route: a Problem, not a page of HTML."""

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler's own
        """Refuse."""
        raise HTTPError(404)


def pattern(path: str) -> str:
    """The regular expression of a route's path, without base_url, which the server puts before
    it; a part in braces is anything but a slash."""
    parts = re.split(r"(\{\w+\})", path)
    inner = (_PART.sub(r"(?P<\1>[^/]+)", p) if p.startswith("{") else re.escape(p) for p in parts)
    return f"/{PREFIX}/{''.join(inner)}" if path else f"/{PREFIX}/?"


#: For :class:`UnknownPath`, after all others.
ANYTHING = f"/{PREFIX}/.*"


def handler_for(path: str, routes: list[Route]) -> type[Handler]:
    """A handler class that serves these routes of one path."""
    name = "".join(part.title() for part in re.findall(r"\w+", path)) or "Root"
    return type(f"{name}Handler", (Handler,), {"routes": {r.method: r for r in routes}})
