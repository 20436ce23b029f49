"""The Spec: what an ``environment.yml`` asks for, as plain values."""

from __future__ import annotations

import msgspec

from .urls import without_credentials


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed ``environment.yml`` (CEP 24).

    ``dependencies`` and ``pip`` keep the strings as written; where there is a pip section but no
    conda package ``pip``, that is added at the end. ``channels`` is in order of priority,
    without ``nodefaults``; empty means "the channels that are configured". Strings may hold
    credentials if the file does: take them out with ``without_credentials`` before they are shown
    or written.
    """

    name: str | None = None
    channels: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    platforms: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without credentials and without the values of variables, which often are secrets."""
        shown = ", ".join(
            f"{field}={getattr(self, field)!r}" for field in self.__struct_fields__[:4]
        )
        variables = ", ".join(self.variables)
        text = f"Spec({shown}, variables=({variables}), platforms={self.platforms!r})"
        return without_credentials(text)
