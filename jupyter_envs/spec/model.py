"""The Spec: what an ``environment.yml`` asks for, as plain values."""

from __future__ import annotations

import msgspec


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed ``environment.yml`` (CEP 24).

    ``dependencies`` and ``pip`` keep the strings as written. ``channels`` is in order of
    priority, without ``nodefaults``; empty means "the channels that are configured".
    """

    name: str | None = None
    channels: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    platforms: tuple[str, ...] = ()
