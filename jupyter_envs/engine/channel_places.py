"""Where a channel's name points: conda's rules for names, multichannels, aliases and moves.

Source of the rules: conda's documentation ("Manage channels", "Mirroring channels") and the
behaviour of its ``Channel`` class.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from jupyter_envs.errors import ChannelInvalid

from .condarc import expand_variables
from .configuration import CondaConfiguration
from .redaction import split_url, strip_url

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+/-]*")
_PATH = re.compile(r"\.{1,2}(?:/|$)|~(?:/|$)|/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_UNSET = re.compile(r"\$(?:\w+|\{[^}]*\})")

# conda/base/constants.py, KNOWN_SUBDIRS
_SUBDIR = re.compile(
    r"noarch|zos-z|(?:emscripten|wasi)-wasm32|(?:linux|osx|win|freebsd)-"
    r"(?:32|64|arm64|aarch64|armv6l|armv7l|ppc64|ppc64le|riscv32|riscv64|s390x)"
)


class Place(msgspec.Struct, frozen=True):
    """A channel's conda name and its URL as configured, credentials included.

    ``source`` says what the URL comes from.
    """

    name: str
    url: str
    source: str

    def __repr__(self) -> str:
        return f"Place(name={self.name!r}, source={self.source!r})"


def locate(
    written: str, configuration: CondaConfiguration, base: Path | None, environ: Mapping[str, str]
) -> Iterator[Place]:
    """The channels that ``written`` stands for: several for ``defaults``, none for
    ``nodefaults``. Raises ChannelInvalid.
    """
    name = expand_variables(written.strip(), environ)
    _check_text(written, name)
    if name == "nodefaults":
        return
    if "://" in name:
        yield _from_url(name, configuration)
    elif _PATH.match(name):
        yield _from_path(name, configuration, base)
    elif name in _multichannels(configuration):
        for member in _multichannels(configuration)[name]:
            yield _member(member, configuration)
    else:
        yield _from_name(_check_name(written, name), configuration)


def _check_text(written: str, name: str) -> None:
    reason = None
    if not name:
        reason = "it is empty"
    elif _CONTROL.search(name):
        reason = "it has control characters or line breaks"
    elif name.startswith("-"):
        reason = "it begins like an option"
    elif _UNSET.search(name):
        reason = "it uses an environment variable that is not set here"
    elif name.endswith("]") and "://" not in name:
        reason = "a channel with [subdirs] is not supported; the target's platform decides"
    if reason:
        # Never the expanded name: the variable may hold a token.
        raise ChannelInvalid(channel=strip_url(written), reason=reason)


def _check_name(written: str, name: str) -> str:
    if not _NAME.fullmatch(name) or {"..", "."} & set(name.split("/")):
        raise ChannelInvalid(
            channel=strip_url(written),
            reason="a name has letters, digits, '.', '_', '+', '-' and '/'",
        )
    return name.rstrip("/")


def _from_url(url: str, configuration: CondaConfiguration) -> Place:
    migrated = _migrate(url, configuration)
    if isinstance(migrated, Place):
        return migrated
    return Place(_name_of(migrated, configuration), migrated, "the channel's URL")


def _migrate(url: str, configuration: CondaConfiguration) -> str | Place:
    """An address that the site has moved away from, at its new place."""
    clean = _clean(url)
    for name, old in configuration.migrated_custom_channels.items():
        rest = _below(clean, f"{_clean(old)}/{name}")
        if rest is not None:
            return _from_name(f"{name}/{rest}".rstrip("/"), configuration)
    for alias in configuration.migrated_channel_aliases:
        rest = _below(clean, _clean(alias))
        if rest:
            return _at_alias(rest, configuration)
    return url


def _clean(url: str) -> str:
    try:
        return split_url(url)[0]
    except ValueError:
        return strip_url(url)


def _below(url: str, root: str) -> str | None:
    """What follows ``root`` in ``url``, without regard to the scheme; None if outside."""
    _, _, place = url.partition("://")
    _, _, root_place = root.partition("://")
    if place == root_place:
        return ""
    return place[len(root_place) + 1 :] if place.startswith(f"{root_place}/") else None


def _from_path(text: str, configuration: CondaConfiguration, base: Path | None) -> Place:
    if text == "~" or text.startswith("~/"):
        path = configuration.home / text[2:]
    elif text.startswith("/"):
        path = Path(text)
    elif base is not None:
        path = base.absolute() / text
    else:
        raise ChannelInvalid(channel=text, reason="there is no folder it could be relative to")
    url = Path(os.path.normpath(path)).as_uri()
    return Place(url, url, "a folder")


def _multichannels(configuration: CondaConfiguration) -> dict[str, tuple[str, ...]]:
    # conda reserves "defaults": only default_channels can change what it stands for.
    return {**configuration.custom_multichannels, "defaults": configuration.default_channels}


def _member(text: str, configuration: CondaConfiguration) -> Place:
    if "://" in text:
        return _from_url(text, configuration)
    return _at_alias(_check_name(text, text), configuration)


def _from_name(name: str, configuration: CondaConfiguration) -> Place:
    name = without_subdir(name)
    known = name
    while True:
        place = _custom_place(known, configuration)
        if place is not None:
            return Place(name, f"{place.rstrip('/')}/{name}", "custom_channels")
        known, _, _ = known.rpartition("/")
        if not known:
            return _at_alias(name, configuration)


def _custom_place(name: str, configuration: CondaConfiguration) -> str | None:
    """Where ``custom_channels``, or the member of a multichannel, says ``name`` is."""
    if place := configuration.custom_channels.get(name):
        return place if "://" in place else f"{configuration.channel_alias.rstrip('/')}/{place}"
    for members in _multichannels(configuration).values():
        for member in members:
            if "://" in member and urlsplit(_clean(member)).path.strip("/") == name:
                return member.rstrip("/").removesuffix(f"/{name}")
    return None


def _at_alias(name: str, configuration: CondaConfiguration) -> Place:
    url = f"{configuration.channel_alias.rstrip('/')}/{name}"
    return Place(without_subdir(name), url, "channel_alias")


def without_subdir(text: str) -> str:
    """A name or URL without a subdir at its end."""
    head, separator, tail = text.rstrip("/").rpartition("/")
    return head if separator and _SUBDIR.fullmatch(tail) else text.rstrip("/")


def _name_of(url: str, configuration: CondaConfiguration) -> str:
    clean = without_subdir(_clean(url))
    return _below(clean, _clean(configuration.channel_alias)) or clean
