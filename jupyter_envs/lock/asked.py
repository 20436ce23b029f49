"""The lines of the spec that a lock was made from, kept in the lock.

A hash tells *that* a spec is another one than it was; with its lines in the lock, one can say
*how*. They are ``custom_metadata``, which other programs pass over: a key for each package, so
that a changed line is one changed line of the lock too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from jupyter_envs.spec import Spec, classify_pip_line, dependency_name, without_credentials

from .model import Lock

_PREFIX = "asked."
_CHANNELS = f"{_PREFIX}channels"
_ADDED = f"{_PREFIX}added"
_LONGEST_KEY = 200

Change = Literal["added", "removed", "changed"]


class LineChange(msgspec.Struct, frozen=True, kw_only=True):
    """One line that the spec and the lock do not agree on; ``section`` is where it stands."""

    change: Change
    section: Literal["dependencies", "pip", "channels"]
    before: str | None = None
    after: str | None = None

    @property
    def text(self) -> str:
        """The change as people write it: ``+``, ``-``, ``~``."""
        where = "" if self.section == "dependencies" else f"{self.section}: "
        if self.change == "changed":
            return f"~ {where}{self.before} -> {self.after}"
        sign, line = ("+", self.after) if self.change == "added" else ("-", self.before)
        return f"{sign} {where}{line}"


def with_asked(lock: Lock, spec: Spec, *, added: Iterable[str] = ()) -> Lock:
    """The lock with the lines of ``spec``, without logins; ``added`` are packages of our own."""
    kept = {key: text for key, text in lock.custom.items() if not key.startswith(_PREFIX)}
    asked = _lines(spec)
    if names := ", ".join(sorted(added)):
        asked[_ADDED] = names
    return replace(lock, custom={**kept, **asked})


def added_by_us(lock: Lock) -> tuple[str, ...]:
    """The packages that were added to the spec when the lock was made."""
    return tuple(name for name in lock.custom.get(_ADDED, "").split(", ") if name)


def line_changes(lock: Lock, spec: Spec) -> tuple[LineChange, ...] | None:
    """How ``spec`` differs from the one the lock was made from, in the spec's sections.

    None where the lock does not tell, as locks of other programs.
    """
    if _CHANNELS not in lock.custom:
        return None
    before = {key: text for key, text in lock.custom.items() if key.startswith(_PREFIX)}
    before.pop(_ADDED, None)
    after = _lines(spec)
    found = [
        _change(key, before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]
    return tuple(found)


def _change(key: str, before: str | None, after: str | None) -> LineChange:
    kind: Change = "added" if before is None else "removed" if after is None else "changed"
    if key == _CHANNELS:
        return LineChange(change="changed", section="channels", before=before, after=after)
    section: Literal["dependencies", "pip"] = (
        "pip" if key.startswith(f"{_PREFIX}pip.") else "dependencies"
    )
    return LineChange(change=kind, section=section, before=before, after=after)


def _lines(spec: Spec) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for text in spec.dependencies:
        found.setdefault(_key("conda", dependency_name(text), text), []).append(_plain(text))
    for text in spec.pip:
        name = classify_pip_line(text).name
        name = canonicalize_name(name) if name else None
        found.setdefault(_key("pip", name, text), []).append(_plain(text))
    # In a fixed order: where lines stand changes nothing, and so no byte of the lock.
    asked = {key: " & ".join(sorted(lines)) for key, lines in found.items()}
    return {_CHANNELS: ", ".join(map(_plain, spec.channels)) or "as configured", **asked}


def _key(manager: str, name: str | None, text: str) -> str:
    return f"{_PREFIX}{manager}.{name or _plain(text)}"[:_LONGEST_KEY]


def _plain(text: str) -> str:
    return " ".join(without_credentials(text).split())
