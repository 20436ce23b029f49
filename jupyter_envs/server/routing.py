"""The form of a route, and what an endpoint gets and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from .messages import NoQuery
from .services import Services

BodyT = TypeVar("BodyT")
QueryT = TypeVar("QueryT")


@dataclass(frozen=True)
class Call(Generic[BodyT, QueryT]):
    """One authorized request, decoded. ``path`` holds the parts in braces of the route's path,
    ``actor`` is who the ledger names."""

    services: Services
    path: dict[str, str]
    body: BodyT
    query: QueryT
    actor: str


@dataclass(frozen=True)
class Accepted:
    """An operation was started: answered by 202, its Location and itself."""

    operation: str


@dataclass(frozen=True)
class File:
    """Bytes that are sent as they are, with a name to save them under."""

    data: bytes
    media_type: str
    file_name: str


Endpoint = Callable[[Call[Any, Any]], Awaitable[Any]]


class Route(msgspec.Struct, frozen=True):
    """One line of the table. ``answer`` None means 204, without a body; ``file`` that a file
    is sent. ``body`` None means that the request has none."""

    method: str
    path: str
    endpoint: Endpoint
    summary: str
    answer: Any = None
    status: int = 200
    body: Any = None
    query: type[NoQuery] = NoQuery
    file: bool = False
    tag: str = ""
