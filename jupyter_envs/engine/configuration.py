"""conda's configuration as this program uses it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args
from urllib.parse import quote, unquote, urlsplit

import msgspec

from jupyter_envs.errors import ConfigurationInvalid

from .condarc import expand_variables, find_files, read_file, root_prefix
from .settings import Values, as_flag, merge_settings

ChannelPriority = Literal["strict", "flexible", "disabled"]

# conda's own defaults (conda/base/constants.py). Ours differ in two: channel priority is
# strict, which conda-forge asks for, and conda-forge is the channel where none is configured.
DEFAULT_CHANNEL_ALIAS = "https://conda.anaconda.org"
DEFAULT_CHANNELS = (
    "https://repo.anaconda.com/pkgs/main",
    "https://repo.anaconda.com/pkgs/r",
)
DEFAULT_CUSTOM_CHANNELS = {"pkgs/pro": "https://repo.anaconda.com"}
OUR_CHANNELS = ("conda-forge",)

_PROXIED = ("http", "https", "all")


class CondaConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """The merged configuration. Its URLs may hold credentials: never write it anywhere.

    ``envs_dirs`` and ``pkgs_dirs`` are absolute, conda's defaults included. ``mirrors`` maps
    a channel, by name or URL, to the URLs to use instead, best first. ``ssl_verify`` is a
    yes or no, a CA bundle (file or folder), or ``"truststore"`` for the system's. Timeouts
    are in seconds. ``proxy_servers`` holds ``http``, ``https`` and ``all``. ``sources`` tells
    for each setting which file has the last word; ``files`` are those that were read.
    """

    home: Path
    root: Path | None = None
    files: tuple[Path, ...] = ()
    sources: dict[str, str] = {}

    channels: tuple[str, ...] = OUR_CHANNELS
    default_channels: tuple[str, ...] = DEFAULT_CHANNELS
    channel_alias: str = DEFAULT_CHANNEL_ALIAS
    custom_channels: dict[str, str] = msgspec.field(default_factory=DEFAULT_CUSTOM_CHANNELS.copy)
    custom_multichannels: dict[str, tuple[str, ...]] = {}
    migrated_channel_aliases: tuple[str, ...] = ()
    migrated_custom_channels: dict[str, str] = {}
    channel_priority: ChannelPriority = "strict"
    channel_settings: tuple[dict[str, str], ...] = ()
    mirrors: dict[str, tuple[str, ...]] = {}
    allowlist_channels: tuple[str, ...] = ()
    denylist_channels: tuple[str, ...] = ()
    add_anaconda_token: bool = True

    envs_dirs: tuple[Path, ...] = ()
    pkgs_dirs: tuple[Path, ...] = ()
    subdir: str | None = None
    pinned_packages: tuple[str, ...] = ()
    create_default_packages: tuple[str, ...] = ()

    proxy_servers: dict[str, str] = {}
    no_proxy: tuple[str, ...] = ()
    ssl_verify: bool | str = True
    client_ssl_cert: str | None = None
    client_ssl_cert_key: str | None = None
    connect_timeout: float = 9.15
    read_timeout: float = 60.0
    max_retries: int = 3
    fetch_threads: int | None = None
    offline: bool = False

    def __repr__(self) -> str:
        # The generated one would show the credentials inside URLs.
        return f"CondaConfiguration(files={[str(file) for file in self.files]})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("files", [str(file) for file in self.files])]


def read_configuration(
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    *,
    system_root: Path = Path("/"),
) -> CondaConfiguration:
    """Read what conda would read, in conda's order, and merge it by conda's rules.

    Settings this program has no use for are ignored. Raises ConfigurationInvalid for a file
    that cannot be read, is not YAML, or sets a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    home = Path.home() if home is None else home
    files = find_files(environ, home, system_root)
    values = merge_settings([read_file(file) for file in files], environ)
    root = root_prefix(environ)
    return CondaConfiguration(
        home=home,
        root=root,
        files=files,
        sources=values.sources,
        channels=_channels(values),
        default_channels=values.texts("default_channels") or DEFAULT_CHANNELS,
        channel_alias=_channel_alias(values),
        custom_channels={**DEFAULT_CUSTOM_CHANNELS, **values.mapping("custom_channels")},
        custom_multichannels=values.lists("custom_multichannels"),
        migrated_channel_aliases=values.texts("migrated_channel_aliases"),
        migrated_custom_channels=values.mapping("migrated_custom_channels"),
        channel_priority=_channel_priority(values),
        channel_settings=_channel_settings(values),
        mirrors=values.lists("mirrored_channels"),
        allowlist_channels=values.texts("allowlist_channels"),
        denylist_channels=values.texts("denylist_channels"),
        add_anaconda_token=values.flag("add_anaconda_token", True),
        envs_dirs=_folders(values.texts("envs_dirs"), environ, home, _default_envs(root, home)),
        pkgs_dirs=_pkgs_dirs(values, environ, root, home),
        subdir=values.text("subdir"),
        pinned_packages=values.texts("pinned_packages"),
        create_default_packages=values.texts("create_default_packages"),
        proxy_servers=_proxies(values, environ),
        no_proxy=_no_proxy(environ),
        ssl_verify=_ssl_verify(values, environ, home),
        client_ssl_cert=values.text("client_ssl_cert"),
        client_ssl_cert_key=values.text("client_ssl_cert_key"),
        connect_timeout=values.number("remote_connect_timeout_secs", 9.15),
        read_timeout=values.number("remote_read_timeout_secs", 60.0),
        max_retries=int(values.number("remote_max_retries", 3)),
        fetch_threads=int(values.number("fetch_threads", 0)) or None,
        offline=values.flag("offline", False),
    )


def _channels(values: Values) -> tuple[str, ...]:
    if configured := values.texts("channels"):
        return configured
    # A site that only says where "defaults" is relies on conda using it for want of others.
    return ("defaults",) if values.texts("default_channels") else OUR_CHANNELS


def _channel_alias(values: Values) -> str:
    alias = values.text("channel_alias")
    if alias is None:
        return DEFAULT_CHANNEL_ALIAS
    if "://" not in alias:
        values.refuse("channel_alias", "it must be a URL, for example https://conda.example.org")
    return alias


def _channel_priority(values: Values) -> ChannelPriority:
    value = values.raw("channel_priority")
    if value is None:
        return "strict"
    word = str(value).strip().lower()
    if word in get_args(ChannelPriority):
        return cast("ChannelPriority", word)
    old_style = as_flag(value)
    if old_style is None:
        values.refuse("channel_priority", "it must be strict, flexible or disabled")
    return "flexible" if old_style else "disabled"


def _channel_settings(values: Values) -> tuple[dict[str, str], ...]:
    items = values.raw("channel_settings") or ()
    return tuple(
        {str(key): str(value) for key, value in item.items()}
        for item in items
        if isinstance(item, dict)
    )


def _default_envs(root: Path | None, home: Path) -> tuple[Path, ...]:
    personal = home / ".conda" / "envs"
    if root is None:
        return (personal,)
    # conda's own test of whether the installation belongs to this user
    writable = os.access(root / "conda-meta" / "history", os.W_OK)
    return (root / "envs", personal) if writable else (personal, root / "envs")


def _pkgs_dirs(
    values: Values, environ: Mapping[str, str], root: Path | None, home: Path
) -> tuple[Path, ...]:
    if configured := values.texts("pkgs_dirs"):
        return _folders(configured, environ, home, ())
    personal = home / ".conda" / "pkgs"
    return (personal,) if root is None else (root / "pkgs", personal)


def _folders(
    texts: Iterable[str], environ: Mapping[str, str], home: Path, defaults: Iterable[Path]
) -> tuple[Path, ...]:
    configured = (_absolute(expand_variables(text, environ), home) for text in texts)
    return tuple(dict.fromkeys((*configured, *defaults)))


def _absolute(text: str, home: Path) -> Path:
    """conda takes a relative folder from wherever it is started; home is at least one place."""
    if text == "~" or text.startswith("~/"):
        text = text[2:]
    return Path(os.path.normpath(home / text))


def _proxies(values: Values, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment wins over ``proxy_servers``, as it does in conda's HTTP library."""
    proxies = values.mapping("proxy_servers")
    for scheme in _PROXIED:
        name = f"{scheme}_proxy"
        if url := environ.get(name) or environ.get(name.upper()):
            proxies[scheme] = url
    found = {scheme: _proxy_url(url) for scheme, url in proxies.items()}
    if None in found.values():
        # The value stays out of the text: proxies carry passwords.
        raise ConfigurationInvalid(
            file=values.sources.get("proxy_servers", "the environment"),
            reason="proxy_servers: a proxy is written as http://host:port",
        )
    return {scheme: url for scheme, url in found.items() if url and scheme in _PROXIED}


def _proxy_url(text: str) -> str | None:
    """The proxy as a proper URL: people also write ``proxy:3128``, or odd passwords as they are."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if not parts.hostname:
        return None
    login = ":".join(quote(unquote(x), safe="") for x in (parts.username, parts.password) if x)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{login}{'@' if login else ''}{host}{port}"


def _no_proxy(environ: Mapping[str, str]) -> tuple[str, ...]:
    text = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return tuple(host.strip() for host in text.split(",") if host.strip())


def _ssl_verify(values: Values, environ: Mapping[str, str], home: Path) -> bool | str:
    value = values.text("ssl_verify")
    known = True if value is None else as_flag(value)
    if value == "<false>":  # mamba's spelling
        known = False
    if known is False:
        return False
    if known is True:
        if environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR"):
            return True  # rattler and uv read these themselves
        bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE")
        return bundle if bundle and Path(bundle).exists() else True
    if value in {"truststore", "<system>"}:
        return "truststore"
    path = _absolute(str(value), home)
    if not path.exists():
        values.refuse("ssl_verify", f"there is no certificate file or folder {path}")
    return str(path)
