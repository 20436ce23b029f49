"""Typed access to one mapping of a lock file, whose refusals say where."""

from __future__ import annotations

from jupyter_envs.errors import LockInvalid

from .document import Node, Table

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Section:
    """One mapping: ``metadata``, a package, a package's hash."""

    __slots__ = ("_file", "_table", "_what")

    def __init__(self, node: Node | None, *, file: str, what: str) -> None:
        """``what`` names the mapping in messages. Raises LockInvalid for another kind of node."""
        if not isinstance(node, Table):
            raise LockInvalid(file=file, reason=f"{what} is not a mapping")
        self._file = file
        self._table = node
        self._what = what

    @property
    def line(self) -> int:
        """Where the mapping begins, from 1."""
        return self._table.line

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        value = self._table.get(key)
        return value is not None and not (isinstance(value, str) and value in _NULLS)

    def text(self, key: str) -> str:
        """A text that must be there. Raises LockInvalid."""
        value = self._table.get(key)
        if value is None or value == "":
            raise self.refuse(f"it has no {key!r}")
        if not isinstance(value, str):
            raise self.refuse(f"{key!r} is not a text")
        return value

    def text_or(self, key: str, default: str) -> str:
        """A text, or the default when it is absent or null. Raises LockInvalid."""
        return self.text(key) if self.has(key) else default

    def texts(self, key: str) -> dict[str, str]:
        """A mapping of texts, empty when it is absent or null. Raises LockInvalid."""
        value = self._table.get(key)
        if isinstance(value, Table):
            found = {name: text for name, text in value.items() if isinstance(text, str)}
            if len(found) == len(value):
                return found
        elif not self.has(key):
            return {}
        raise self.refuse(f"{key!r} is not a mapping of texts")

    def items(self, key: str) -> list[Node]:
        """A list that must be there. Raises LockInvalid."""
        value = self._table.get(key)
        if not isinstance(value, list):
            raise self.refuse(f"{key!r} is not a list" if self.has(key) else f"it has no {key!r}")
        return value

    def section(self, key: str) -> Section:
        """A mapping that must be there. Raises LockInvalid."""
        if not self.has(key):
            raise self.refuse(f"it has no {key!r}")
        return Section(self._table[key], file=self._file, what=f"{self._what}: {key!r}")

    def sections(self, key: str) -> dict[str, Section]:
        """The mappings inside a mapping, empty when it is absent or null. Raises LockInvalid."""
        if not self.has(key):
            return {}
        outer = self.section(key)
        return {
            name: Section(node, file=self._file, what=f"{key!r}: {name!r}")
            for name, node in outer._table.items()
        }

    def refuse(self, reason: str) -> LockInvalid:
        """The error for this mapping; the caller raises it."""
        text = f"{self._what} (line {self.line}): {reason}"
        return LockInvalid(file=self._file, reason=text, line=self.line)
