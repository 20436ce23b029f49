"""Reading one small file from an address, by conda's own proxies and certificates."""

from __future__ import annotations

import ssl
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from jupyter_envs.errors import InvalidInput, Unavailable
from jupyter_envs.spec import has_credentials

from .configuration import CondaConfiguration

_SECONDS = 30.0
_HERE = frozenset(("127.0.0.1", "localhost", "::1"))


def fetch(url: str, configuration: CondaConfiguration, *, limit: int) -> bytes:
    """The bytes behind an https address, at most ``limit`` of them.

    Raises InvalidInput for an address that is not asked (without TLS, with a login), and
    Unavailable where there is no answer.
    """
    _check(url)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler(_proxies(url, configuration)),
        urllib.request.HTTPSHandler(context=_context(configuration)),
        _Redirects(),
    )
    try:
        with opener.open(url, timeout=_SECONDS) as answer:
            data: bytes = answer.read(limit + 1)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise Unavailable(
            reason=f"{url} could not be read: {reason}", hint="Check the address and the network."
        ) from error
    if len(data) > limit:
        raise InvalidInput(reason=f"{url} gives more than {limit} bytes, which are not read")
    return data


def _check(url: str) -> None:
    parts = urlsplit(url)
    if has_credentials(url) or parts.username is not None:
        raise InvalidInput(
            reason="an address with a login is not asked, since it is written down",
            hint="Download the file, and give its path.",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise InvalidInput(
            reason=f"{url[:200]} is not an https address", hint="Give one that begins with https://"
        )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Where an address leads is held to the same rules."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str):  # type: ignore[no-untyped-def]
        _check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _proxies(url: str, configuration: CondaConfiguration) -> dict[str, str]:
    host = urlsplit(url).hostname or ""
    if host in _HERE or any(_covers(one, host) for one in configuration.no_proxy):
        return {}
    servers = configuration.proxy_servers
    found = {scheme: servers.get(scheme) or servers.get("all") for scheme in ("http", "https")}
    return {scheme: proxy for scheme, proxy in found.items() if proxy}


def _covers(entry: str, host: str) -> bool:
    name = entry.strip().lstrip(".").lower()
    return name == "*" or (bool(name) and (host == name or host.endswith(f".{name}")))


def _context(configuration: CondaConfiguration) -> ssl.SSLContext:
    verify = configuration.ssl_verify
    if verify is False:
        return ssl._create_unverified_context()  # noqa: S323 - conda's own setting says so
    context = ssl.create_default_context()
    if isinstance(verify, str) and verify != "truststore":
        context.load_verify_locations(verify)
    return context
