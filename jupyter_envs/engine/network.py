"""How rattler and uv reach the network: mirrors, proxies, certificates.

Tried with py-rattler 0.28: its TOML configuration takes mirrors, proxies and the choice of
certificate store; a CA bundle of the site's own it takes only from ``SSL_CERT_FILE`` or
``SSL_CERT_DIR``, and once the TOML has any proxy, the proxies and ``NO_PROXY`` of the
environment count no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from .channels import resolve_mirrors
from .configuration import CondaConfiguration
from .credentials import Credentials
from .redaction import split_url


def rattler_config_toml(
    configuration: CondaConfiguration,
    auth_file: Path | None,
    credentials: Credentials | None = None,
) -> str:
    """The text for ``rattler.Config.from_toml``.

    It may hold tokens (from ``credentials``) and the proxy's password: keep it in memory.
    Raises ChannelInvalid for a mirror whose channel makes no sense.
    """
    lines = []
    if auth_file is not None:
        lines.append(f"authentication-override-file = {_text(str(auth_file))}")
    if configuration.ssl_verify is False:
        lines.append("tls-no-verify = true")
    elif configuration.ssl_verify is not True:
        lines.append('tls-root-certs = "system"')
    lines += _mirrors(_routes(configuration) if credentials is None else credentials.routes)
    lines += _proxies(configuration)
    if configuration.fetch_threads:
        lines += ["[concurrency]", f"downloads = {configuration.fetch_threads}"]
    return "\n".join(lines) + "\n"


def _routes(configuration: CondaConfiguration) -> dict[str, tuple[str, ...]]:
    mirrors = resolve_mirrors(configuration).items()
    return {origin: tuple(split_url(url)[0] for url in targets) for origin, targets in mirrors}


def _mirrors(routes: Mapping[str, Iterable[str]]) -> list[str]:
    if not routes:
        return []
    table = [
        f"{_text(origin)} = [{', '.join(map(_text, targets))}]"
        for origin, targets in routes.items()
    ]
    return ["[mirrors]", *table]


def _proxies(configuration: CondaConfiguration) -> list[str]:
    servers = configuration.proxy_servers
    lines = [
        f"{scheme} = {_text(servers.get(scheme) or servers['all'])}"
        for scheme in ("http", "https")
        if scheme in servers or "all" in servers
    ]
    if not lines:
        return []
    hosts = ", ".join(_text(host) for host in configuration.no_proxy)
    return ["[proxy-config]", *lines, f"non-proxy-hosts = [{hosts}]"]


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are a part of TOML's, but for the one TOML forbids raw."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def network_environment(configuration: CondaConfiguration) -> dict[str, str]:
    """Variables to set before rattler's client is made and for every uv process.

    Proxies are given in both spellings, so that no program sees an older value in the other.
    """
    variables = {}
    for scheme, url in configuration.proxy_servers.items():
        variables[f"{scheme.upper()}_PROXY"] = variables[f"{scheme}_proxy"] = url
    if configuration.no_proxy:
        hosts = ",".join(configuration.no_proxy)
        variables["NO_PROXY"] = variables["no_proxy"] = hosts
    if isinstance(configuration.ssl_verify, str) and configuration.ssl_verify != "truststore":
        kind = "DIR" if Path(configuration.ssl_verify).is_dir() else "FILE"
        variables[f"SSL_CERT_{kind}"] = configuration.ssl_verify
    return variables
