"""From the names of channels to clean URLs, within what conda's configuration allows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from jupyter_envs.errors import ChannelInvalid, PolicyDenied

from .channel_places import Place, locate, without_subdir
from .configuration import CondaConfiguration
from .redaction import Login, split_url, strip_url

__all__ = [
    "Resolution",
    "ResolvedChannel",
    "resolve_channel",
    "resolve_channels",
    "resolve_mirrors",
]

_SCHEMES = ("http", "https", "file", "s3", "gcs", "oci")


class ResolvedChannel(msgspec.Struct, frozen=True):
    """A channel's conda name and its URL, without credentials and trailing slash."""

    name: str
    url: str


class Resolution(msgspec.Struct, frozen=True):
    """Channels in order of priority, and the logins that were written into their URLs."""

    channels: tuple[ResolvedChannel, ...]
    logins: tuple[Login, ...] = ()

    def __repr__(self) -> str:
        return f"Resolution(channels={self.channels!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("channels", self.channels)]


def resolve_channels(
    names: Sequence[str],
    configuration: CondaConfiguration,
    *,
    base: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Resolution:
    """The channels behind ``names``; with no names, the configured ones.

    ``base`` is the folder that ``./channel`` starts from. ``$NAME`` in a name is replaced
    from ``environ`` (default: the process's), as conda does. A subdir at the end
    (``conda-forge/linux-64``) is dropped: the solve says which subdirs it needs.

    Raises ChannelInvalid, or PolicyDenied by conda's own ``denylist_channels`` and
    ``allowlist_channels``.
    """
    environ = os.environ if environ is None else environ
    channels: dict[str, ResolvedChannel] = {}
    logins: dict[Login, None] = {}
    for name in names or configuration.channels:
        for place in locate(name, configuration, base, environ):
            url, found = _split(place)
            _check_allowed(place.name, url, configuration)
            channels.setdefault(url, ResolvedChannel(place.name, url))
            logins.update(dict.fromkeys(found))
    return Resolution(tuple(channels.values()), tuple(logins))


def resolve_channel(
    name: str, configuration: CondaConfiguration, *, base: Path | None = None
) -> ResolvedChannel:
    """One channel, as in ``channel::package``.

    Raises ChannelInvalid, also for a name like ``defaults`` that stands for several channels.
    """
    channels = resolve_channels((name,), configuration, base=base).channels
    if len(channels) != 1:
        raise ChannelInvalid(channel=name, reason=f"it stands for {len(channels)} channels here")
    return channels[0]


def resolve_mirrors(configuration: CondaConfiguration) -> dict[str, tuple[str, ...]]:
    """The configured mirrors by the clean URL of what they stand in for.

    The mirrors' own URLs are as configured, credentials included. Raises ChannelInvalid.
    """
    return {
        _split(place)[0]: targets
        for name, targets in configuration.mirrors.items()
        if targets
        for place in locate(name, configuration, None, {})
    }


def _split(place: Place) -> tuple[str, tuple[Login, ...]]:
    try:
        url, logins = split_url(place.url, place.source)
    except ValueError as error:
        reason = "it is not a valid URL"
        raise ChannelInvalid(channel=strip_url(place.url), reason=reason) from error
    parts = urlsplit(url)
    fault = _fault(parts.scheme, parts.netloc, parts.path)
    if fault:
        raise ChannelInvalid(channel=url, reason=fault)
    return without_subdir(url), logins


def _fault(scheme: str, host: str, path: str) -> str | None:
    if scheme not in _SCHEMES:
        return f"{scheme}:// is not one of {', '.join(_SCHEMES)}"
    if scheme == "file":
        return None if host in ("", "localhost") else "a file URL names no other host"
    if not host:
        return "it names no host"
    return "its path has '..'" if ".." in unquote(path).split("/") else None


def _check_allowed(name: str, url: str, configuration: CondaConfiguration) -> None:
    denied = _urls(configuration.denylist_channels, configuration)
    # A label (.../label/dev) is part of its channel, so it goes with it.
    if any(url == root or url.startswith(f"{root}/") for root in denied):
        raise _refusal(name, "denylist_channels", configuration)
    allowed = _urls(configuration.allowlist_channels, configuration)
    if configuration.allowlist_channels and url not in allowed:
        raise _refusal(name, "allowlist_channels", configuration)


def _urls(names: Sequence[str], configuration: CondaConfiguration) -> set[str]:
    return {_split(place)[0] for name in names for place in locate(name, configuration, None, {})}


def _refusal(name: str, setting: str, configuration: CondaConfiguration) -> PolicyDenied:
    file = configuration.sources.get(setting, setting)
    return PolicyDenied(what=f"the channel {name} ({setting})", file=file)
