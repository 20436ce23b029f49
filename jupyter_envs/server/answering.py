"""One authorized request: decoded, given to its endpoint, and the answer encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from jupyter_envs.errors import RequestInvalid
from jupyter_envs.operations import read_operation

from .door import PREFIX
from .routing import Accepted, Call, File, Route
from .services import Services
from .shapes import operation_view
from .table import Found

if TYPE_CHECKING:
    from jupyter_server.base.handlers import APIHandler

#: An environment.yml is at most 1 MB, a lock a few; JSON may double that.
MAX_BODY_BYTES = 16_000_000

_ENCODER = msgspec.json.Encoder(enc_hook=str)


async def answer(handler: APIHandler, found: Found, services: Services) -> None:
    """Answer the request of a handler. Raises RequestInvalid and what the endpoint raises."""
    route = found.routes[str(handler.request.method)]
    call: Call[Any, Any] = Call(
        services=services,
        path=found.parts,
        body=_body(handler, route),
        query=_query(handler, route),
        actor=services.actor(handler.current_user.username),
    )
    await _send(handler, route, await route.endpoint(call), services)


def _body(handler: APIHandler, route: Route) -> Any:
    body = handler.request.body
    if route.body is None:
        return None
    if len(body) > MAX_BODY_BYTES:
        raise RequestInvalid(reason=f"it has more than {MAX_BODY_BYTES} bytes")
    if not body:
        raise RequestInvalid(reason="it has no body")
    try:
        return msgspec.json.decode(body, type=route.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestInvalid(reason=str(error)) from error


def _query(handler: APIHandler, route: Route) -> Any:
    known = route.query.__struct_fields__
    asked = handler.request.arguments
    given = {key: handler.get_query_argument(key) for key in known if key in asked}
    try:
        query = msgspec.convert(given, route.query, strict=False)
    except msgspec.ValidationError as error:
        raise RequestInvalid(reason=str(error)) from error
    for key, text in given.items():
        # Numbers are text here, so not strict; but then "null" is read as None, too.
        if getattr(query, key) is None:
            raise RequestInvalid(reason=f"Invalid value {text!r} - at `$.{key}`")
    return query


async def _send(handler: APIHandler, route: Route, answer: Any, services: Services) -> None:
    handler.set_header("Cache-Control", "no-store")
    if isinstance(answer, File):
        await _send_file(handler, answer)
        return
    handler.set_status(route.status)
    if isinstance(answer, Accepted):
        # Its worker is this server's child: somebody has to see it end.
        services.interest()
        store = await services.run(services.store)
        operation, _ = await services.run(read_operation, store, answer.operation)
        handler.set_header("Location", f"{handler.base_url}{PREFIX}/operations/{operation.id}")
        answer = await services.run(operation_view, store, operation)
    if answer is None:
        await handler.finish()
    else:
        await handler.finish(_ENCODER.encode(answer))


async def _send_file(handler: APIHandler, answer: File) -> None:
    name = quote(answer.file_name)
    handler.set_header("Content-Disposition", f'attachment; filename="{name}"')
    handler.set_header("X-Content-Type-Options", "nosniff")
    await handler.finish(answer.data, set_content_type=answer.media_type)
