"""Which of conda's settings are read, and their merged values out of files and environment.

Source of names, aliases and delimiters: ``conda config --describe`` (conda 26), and mamba's
documentation for ``mirrored_channels``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from jupyter_envs.errors import ConfigurationInvalid

from .condarc import Entry, Layer, expand_variables, merge, plain

Kind = Literal["text", "list", "map"]


class Setting(msgspec.Struct, frozen=True):
    """One setting: its other names, how the environment writes a list, whether ``$X`` counts."""

    name: str
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    delimiters: str = ","
    expand: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("add_anaconda_token", aliases=("add_binstar_token",)),
    Setting("allowlist_channels", "list", ("whitelist_channels",), expand=True),
    Setting("channel_alias", expand=True),
    Setting("channel_priority"),
    Setting("channel_settings", "list"),
    Setting("channels", "list", ("channel",), expand=True),
    Setting("client_ssl_cert", aliases=("client_cert",), expand=True),
    Setting("client_ssl_cert_key", aliases=("client_cert_key",), expand=True),
    Setting("create_default_packages", "list"),
    Setting("custom_channels", "map", expand=True),
    Setting("custom_multichannels", "map", expand=True),
    Setting("default_channels", "list", expand=True),
    Setting("denylist_channels", "list", expand=True),
    Setting("fetch_threads"),
    Setting("envs_dirs", "list", ("envs_path",), os.pathsep, expand=True),
    Setting("migrated_channel_aliases", "list"),
    Setting("migrated_custom_channels", "map", expand=True),
    Setting("mirrored_channels", "map", expand=True),
    Setting("offline"),
    Setting("pinned_packages", "list", delimiters="&"),
    # conda documents the comma; people write the colon, as for envs_dirs.
    Setting("pkgs_dirs", "list", delimiters="," + os.pathsep, expand=True),
    Setting("proxy_servers", "map", expand=True),
    Setting("remote_connect_timeout_secs"),
    Setting("remote_max_retries"),
    Setting("remote_read_timeout_secs"),
    Setting("ssl_verify", aliases=("verify_ssl",), expand=True),
    Setting("subdir"),
)


class Values:
    """Merged values by name, with typed getters that name the file when a value is wrong."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries

    @property
    def sources(self) -> dict[str, str]:
        """The file (or variable) that has the last word on each setting."""
        return {name: entry.source for name, entry in self._entries.items()}

    def has(self, name: str) -> bool:
        """Whether anything sets ``name``."""
        return name in self._entries

    def raw(self, name: str) -> Any:
        """The plain value, or None."""
        entry = self._entries.get(name)
        return None if entry is None else plain(entry)

    def text(self, name: str) -> str | None:
        """The value as text; an empty one counts as not set."""
        value = self.raw(name)
        return str(value) if value not in (None, "") else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list's items as texts."""
        return tuple(str(item) for item in self.raw(name) or () if item not in (None, ""))

    def mapping(self, name: str) -> dict[str, str]:
        """A map's values as texts; empty ones are left out."""
        items = (self.raw(name) or {}).items()
        return {str(key): str(value) for key, value in items if value not in (None, "")}

    def lists(self, name: str) -> dict[str, tuple[str, ...]]:
        """A map of lists; a single text counts as a list of one."""
        items = (self.raw(name) or {}).items()
        return {
            str(key): tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)
            for key, value in items
            if value is not None
        }

    def flag(self, name: str, default: bool) -> bool:
        """A yes or no; raises ConfigurationInvalid for anything else."""
        value = self.raw(name)
        if value is None:
            return default
        known = as_flag(value)
        return self.refuse(name, "it must be true or false") if known is None else known

    def number(self, name: str, default: float) -> float:
        """A number that is not negative; raises ConfigurationInvalid."""
        value = self.raw(name)
        if value is None:
            return default
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = -1
        return number if number >= 0 else self.refuse(name, "it must be a number, 0 or more")

    def refuse(self, name: str, reason: str) -> Any:
        """Raise ConfigurationInvalid for the value of ``name``; never returns."""
        entry = self._entries[name]
        place = f"line {entry.line}: " if entry.line else ""
        raise ConfigurationInvalid(file=entry.source, reason=f"{place}{name}: {reason}")


def as_flag(value: object) -> bool | None:
    """YAML's and the environment's ways to say yes or no; None for other values."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in {"true", "yes", "on", "y", "1"}:
        return True
    return False if word in {"false", "no", "off", "n", "0"} else None


def merge_settings(layers: Sequence[Layer], environ: Mapping[str, str]) -> Values:
    """All settings of all layers; the environment's ``CONDA_<NAME>`` is the strongest.

    Raises ConfigurationInvalid for a value of the wrong kind.
    """
    merged: dict[str, Entry] = {}
    for setting in SETTINGS:
        entries = [entry for layer in layers if (entry := _in_layer(setting, layer)) is not None]
        if (from_environment := _in_environment(setting, environ)) is not None:
            entries.append(from_environment)
        if not entries:
            continue
        for entry in entries:
            _check_kind(setting, entry)
        entry = merge(setting.name, entries)
        merged[setting.name] = _expand(entry, environ) if setting.expand else entry
    return Values(merged)


def _in_layer(setting: Setting, layer: Layer) -> Entry | None:
    for name in (setting.name, *setting.aliases):
        entry = layer.entries.get(name)
        if entry is not None and entry.value is not None:
            return entry
    return None


def _in_environment(setting: Setting, environ: Mapping[str, str]) -> Entry | None:
    if setting.kind == "map" or setting.name == "channel_settings":
        return None  # conda has no way to write these in a variable
    for name in (setting.name, *setting.aliases):
        variable = f"CONDA_{name.upper()}"
        text = environ.get(variable, "").strip()
        if text:
            return _environment_entry(setting, text, f"${variable}")
    return None


def _environment_entry(setting: Setting, text: str, source: str) -> Entry:
    if setting.kind != "list":
        return Entry(text, source=source)
    for delimiter in setting.delimiters[1:]:
        text = text.replace(delimiter, setting.delimiters[0])
    items = (item.strip() for item in text.split(setting.delimiters[0]))
    return Entry(tuple(Entry(item, source=source) for item in items if item), source=source)


_KINDS: dict[Kind, tuple[type, str]] = {
    "list": (tuple, "must be a list"),
    "map": (dict, "must be a map of names to values"),
}


def _check_kind(setting: Setting, entry: Entry) -> None:
    wanted = _KINDS.get(setting.kind)
    if wanted is None:
        fits, reason = not isinstance(entry.value, tuple | dict), "must be a single value"
    else:
        fits, reason = isinstance(entry.value, wanted[0]), wanted[1]
    if not fits:
        raise ConfigurationInvalid(
            file=entry.source, reason=f"line {entry.line}: {setting.name!r} {reason}"
        )


def _expand(entry: Entry, environ: Mapping[str, str]) -> Entry:
    value = entry.value
    if isinstance(value, tuple):
        value = tuple(_expand(item, environ) for item in value)
    elif isinstance(value, dict):
        value = {key: _expand(item, environ) for key, item in value.items()}
    elif isinstance(value, str):
        value = expand_variables(value, environ)
    return msgspec.structs.replace(entry, value=value)
