"""Logins for channels: collected from where a site keeps them, handed to rattler in one file.

rattler knows logins by host alone: no port, no path, one login each. Where that is too coarse
(two tokens for two channels of one host, a token in the middle of a path), the channel's
requests are routed to the URL with the token instead, by rattler's mirror table.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from .channels import Resolution, resolve_mirrors
from .configuration import CondaConfiguration
from .credential_stores import (
    LoginProblem,
    anaconda_tokens,
    host_of,
    netrc_store,
    rattler_store,
)
from .redaction import Login, hide, split_url, strip_url

__all__ = [
    "Credentials",
    "LoginProblem",
    "find_credentials",
    "redact",
    "strip_url",
    "write_auth_file",
]

_TOKEN_VARIABLES = ("ANACONDA_API_TOKEN", "BINSTAR_API_TOKEN")


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Everything secret that a session knows. Never write it but by :func:`write_auth_file`.

    ``entries``: host to login, in rattler's JSON form. ``routes``: clean URL to the URLs to
    ask instead, best first, tokens included. ``problems``: logins that cannot be used.
    """

    entries: dict[str, Any] = {}
    routes: dict[str, tuple[str, ...]] = {}
    secrets: tuple[str, ...] = ()
    problems: tuple[LoginProblem, ...] = ()

    def __repr__(self) -> str:
        return f"Credentials(hosts={sorted(self.entries)}, routes={sorted(self.routes)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("hosts", sorted(self.entries)), ("routes", sorted(self.routes))]


def find_credentials(
    resolution: Resolution,
    configuration: CondaConfiguration,
    *,
    environ: Mapping[str, str],
    home: Path,
) -> Credentials:
    """Collect logins; the first place that has one for a host wins.

    In order: the channels' own URLs, the configured URLs, anaconda-client's tokens, rattler's
    files, netrc. Logins held by conda plugins or a keyring cannot be read: see ``problems``.
    """
    logins = [*resolution.logins, *_configured(configuration)]
    if configuration.add_anaconda_token:
        logins += anaconda_tokens(environ, home)
    table = _Table()
    for host in dict.fromkeys(login.host for login in logins):
        table.add_host(host, [login for login in logins if login.host == host])
    for store in (rattler_store(environ, home), netrc_store(environ, home)):
        table.add_store(store.entries)
        table.problems += store.problems
    table.add_mirrors(resolve_mirrors(configuration))
    table.problems += _unreadable(configuration, table.entries)
    known = (*(login.secret for login in logins), *_outside_secrets(configuration, environ))
    return Credentials(
        entries=table.entries,
        routes=table.routes,
        secrets=_all_forms((*known, *_secrets_in(table.entries))),
        problems=tuple(table.problems),
    )


def _configured(configuration: CondaConfiguration) -> Iterator[Login]:
    urls = [
        configuration.channel_alias,
        *configuration.custom_channels.values(),
        *configuration.default_channels,
        *(url for urls in configuration.custom_multichannels.values() for url in urls),
        *configuration.channels,
    ]
    for url in urls:
        if "://" in url:
            yield from split_url(url, "the configuration")[1]


def _unreadable(
    configuration: CondaConfiguration, entries: Mapping[str, Any]
) -> Iterator[LoginProblem]:
    for setting in configuration.channel_settings:
        channel, kind = setting.get("channel", ""), setting.get("auth")
        if kind and host_of(channel) not in entries:
            reason = f"its login is kept by the conda plugin {kind!r}, which is not read here"
            yield LoginProblem(strip_url(channel), reason)
    if configuration.client_ssl_cert:
        reason = "client certificates are not supported: py-rattler cannot present them"
        yield LoginProblem("client_ssl_cert", reason)


class _Table:
    """Entries and routes in the making."""

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}
        self.routes: dict[str, tuple[str, ...]] = {}
        self.problems: list[LoginProblem] = []

    def add_host(self, host: str, logins: list[Login]) -> None:
        distinct = {(x.kind, x.username, x.secret, x.token_base): x for x in reversed(logins)}
        only = next(iter(distinct.values())) if len(distinct) == 1 else None
        if only is not None and (only.kind != "token" or _at_root(only)):
            self.entries[host] = _as_entry(only)
            return
        for login in logins:
            if login.kind == "token":
                self.routes.setdefault(login.url, (_with_token(login.url, login),))
            elif host not in self.entries:
                self.entries[host] = _as_entry(login)
            elif self.entries[host] != _as_entry(login):
                reason = f"another login for {host} is already in use, and there can be only one"
                self.problems.append(LoginProblem(login.url, reason))

    def add_store(self, entries: Mapping[str, Any]) -> None:
        routed = {host_of(url) for url in self.routes}
        for host, entry in entries.items():
            # A second token would be put in front of the first.
            if host in self.entries or (host in routed and _token_of(entry)):
                continue
            self.entries[host] = entry

    def add_mirrors(self, mirrors: Mapping[str, tuple[str, ...]]) -> None:
        """Route each origin to its mirrors, with the mirrors' logins.

        rattler chooses the login by the host that was asked for, before it turns to a mirror.
        So the mirror's login is entered under the origin's host, and the origin's own is taken
        away: it is none of the mirror's business.
        """
        known = dict(self.entries)
        behind: dict[str, Any] = {}
        for origin, targets in mirrors.items():
            doors = [_door(target, known) for target in targets]
            self.routes[origin] = tuple(url for url, _ in doors)
            host, root = host_of(origin), _root(origin)
            behind[host] = behind.get(host) or next((e for _, e in doors if e), None)
            if token := _token_of(known.get(host)):
                self.routes.setdefault(root, (f"{root}/t/{token}",))
        for host, entry in behind.items():
            self._replace(host, entry)

    def _replace(self, host: str, entry: Any) -> None:
        own = self.entries.pop(host, None)
        if entry is not None:
            self.entries[host] = entry
        if own is not None and own != entry and not _token_of(own):
            reason = "its login is not used, because its mirror would receive it"
            self.problems.append(LoginProblem(host, reason))


def _door(url: str, known: Mapping[str, Any]) -> tuple[str, Any]:
    """A mirror's URL, with the token if it has one, and the login to send if it needs one."""
    clean, found = split_url(url)
    for login in found:
        if login.kind == "token":
            return _with_token(clean, login), None
        return clean, _as_entry(login)
    entry = known.get(host_of(clean))
    if token := _token_of(entry):
        root = _root(clean)
        return f"{root}/t/{token}{clean[len(root) :]}", None
    return clean, entry


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _at_root(login: Login) -> bool:
    return urlsplit(login.token_base).path in ("", "/")


def _with_token(url: str, login: Login) -> str:
    return f"{login.token_base}/t/{login.secret}{url[len(login.token_base) :]}"


def _as_entry(login: Login) -> dict[str, Any]:
    if login.kind == "token":
        return {"CondaToken": login.secret}
    if login.kind == "bearer":
        return {"BearerToken": login.secret}
    return {"BasicHTTP": {"username": login.username, "password": login.secret}}


def _token_of(entry: Any) -> str | None:
    token = entry.get("CondaToken") if isinstance(entry, dict) else None
    return token if isinstance(token, str) else None


def _outside_secrets(
    configuration: CondaConfiguration, environ: Mapping[str, str]
) -> Iterator[str]:
    """Secrets that no channel needs but that a text may show all the same."""
    yield from (environ[name] for name in _TOKEN_VARIABLES if environ.get(name))
    mirrors = (url for urls in configuration.mirrors.values() for url in urls)
    for url in (*configuration.proxy_servers.values(), *mirrors):
        if "://" in url:
            yield from (login.secret for login in split_url(url)[1])


def _secrets_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("username", "token_endpoint", "revocation_endpoint", "client_id"):
                yield from _secrets_in(item)


def _all_forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret as it is and as a URL writes it; a single letter is no secret."""
    whole = dict.fromkeys(secret for secret in secrets if len(secret) > 1)
    return tuple(dict.fromkeys(form for s in whole for form in (s, quote(s, safe=""))))


def write_auth_file(credentials: Credentials, path: Path) -> Path | None:
    """Write rattler's credentials file, readable by this user alone; returns ``path``.

    With no logins nothing is written and None is returned: rattler then looks into its own
    stores, the system's keyring included, which a given file would keep it from.
    """
    if not credentials.entries:
        return None
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(credentials.entries, file)
    return path


def redact(text: str, credentials: Credentials) -> str:
    """``text`` for people: without any known secret, any login and any ``/t/<token>``."""
    pairs = (
        f"{entry['BasicHTTP'].get('username')}:{entry['BasicHTTP'].get('password')}"
        for entry in credentials.entries.values()
        if isinstance(entry, dict) and isinstance(entry.get("BasicHTTP"), dict)
    )
    headers = (base64.b64encode(pair.encode()).decode() for pair in pairs)
    return hide(text, (*credentials.secrets, *headers))
