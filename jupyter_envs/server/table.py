"""Which route a path belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tornado.escape import url_unescape
from tornado.web import HTTPError

from .routing import Route

_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Found:
    """The routes of a path, by method, and what stands where they have braces, decoded."""

    routes: dict[str, Route]
    parts: dict[str, str]


class Table:
    """All routes, by their paths."""

    def __init__(self, routes: Iterable[Route]) -> None:
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            by_path.setdefault(route.path, {})[route.method] = route
        self._paths = [(re.compile(pattern(path)), found) for path, found in by_path.items()]

    def find(self, path: str) -> Found | None:
        """What belongs to ``path``, which is below our prefix and as it came, so that an escaped
        slash is no slash; None for nothing. Raises HTTPError for what is no text."""
        for expression, routes in self._paths:
            match = expression.fullmatch(path)
            if match is not None:
                parts = {name: _decoded(text) for name, text in match.groupdict().items()}
                return Found(routes, parts)
        return None


def pattern(path: str) -> str:
    """The regular expression of a route's path below our prefix; a part in braces is anything but
    a slash."""
    if not path:
        return "/?"
    pieces = re.split(r"(\{\w+\})", path)
    inner = (_PART.sub(r"(?P<\1>[^/]+)", p) if p.startswith("{") else re.escape(p) for p in pieces)
    return f"/{''.join(inner)}"


def _decoded(text: str) -> str:
    try:
        return url_unescape(text, encoding=None, plus=False).decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPError(400) from error
