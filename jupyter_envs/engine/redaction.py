"""URLs and texts without credentials, and the credentials that were in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import msgspec

HIDDEN = "***"

_USERINFO = re.compile(r"(?<=://)[^/\s'\"<>]*@")
_TOKEN = re.compile(r"/t/[^/\s'\"<>)]+")
# The usual place of a token is right behind the host. Elsewhere "/t/" may be a folder (package
# indexes sort by first letter), so only what has the shape of anaconda.org's tokens counts.
_TOKEN_AT_ROOT = re.compile(r"(?<=://)([^/\s'\"<>@]+)/t/[^/\s'\"<>)]+")
_TOKEN_SHAPE = re.compile(r"/t/[a-z]{2}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")

LoginKind = Literal["token", "basic", "bearer"]


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """One way into the URLs below ``url`` (which is clean).

    ``token_base`` is the part of ``url`` that a token's ``/t/<token>`` follows.
    """

    url: str
    kind: LoginKind
    secret: str
    username: str = ""
    token_base: str = ""
    source: str = ""

    @property
    def host(self) -> str:
        """Host without port: the only thing rattler tells logins apart by."""
        return urlsplit(self.url).hostname or ""

    def __repr__(self) -> str:
        return f"Login(url={self.url!r}, kind={self.kind!r}, source={self.source!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("url", self.url), ("kind", self.kind), ("source", self.source)]


def split_url(url: str, source: str = "") -> tuple[str, tuple[Login, ...]]:
    """``url`` without credentials and trailing slash, and the logins that were in it.

    Raises ValueError for a text that is no URL.
    """
    parts = urlsplit(url.strip())
    host = _host(parts)
    path, token, base_path = _split_token(parts)
    clean = urlunsplit((parts.scheme.lower(), host, path.rstrip("/"), "", ""))
    logins = []
    if token:
        base = urlunsplit((parts.scheme.lower(), host, base_path.rstrip("/"), "", ""))
        logins.append(Login(url=clean, kind="token", secret=token, token_base=base, source=source))
    if parts.username or parts.password:
        logins.append(
            Login(
                url=clean,
                kind="basic",
                username=unquote(parts.username or ""),
                secret=unquote(parts.password or ""),
                source=source,
            )
        )
    return clean, tuple(logins)


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    return f"{host}:{parts.port}" if parts.port else host


def _split_token(parts: SplitResult) -> tuple[str, str, str]:
    path = parts.path
    found = re.search(r"/t/([^/]+)", path)
    # Only web servers know tokens; in the path of a file, "t" is a folder like any other.
    if found is None or parts.scheme.lower() == "file":
        return path, "", ""
    return path[: found.start()] + path[found.end() :], found.group(1), path[: found.start()]


def strip_url(text: str) -> str:
    """A URL, or a text with URLs in it, without logins and conda tokens.

    Made for what is kept: ``https://host/packages/t/tqdm/...`` stays as it is.
    """
    text = _USERINFO.sub("", text)
    return _TOKEN_SHAPE.sub("", _TOKEN_AT_ROOT.sub(r"\1", text))


def hide(text: str, secrets: Iterable[str]) -> str:
    """``text`` for people: no secret of ``secrets``, no login, nothing that may be a token."""
    text = _TOKEN.sub(f"/t/{HIDDEN}", _USERINFO.sub("", text))
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, HIDDEN)
    return text
