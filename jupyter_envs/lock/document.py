"""The bytes of a lock file as a tree of mappings, lists and strings, within bounds.

Every scalar stays the text that was written, so an unquoted ``1.10`` is the version 1.10 and
not the number 1.1. Aliases, which let a small file stand for a huge one, are refused: no lock
writer makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Union

import yaml

from jupyter_envs.errors import LockInvalid

MAX_BYTES = 64 * 1024 * 1024
"""Largest file that is read. A lock of 500 packages has about a quarter of a megabyte."""

MAX_DEPTH = 8
"""A lock nests four levels deep."""

Node = Union[str, "list[Node]", "Table"]

# Wheels of PyYAML have the C parser; a build without libyaml is 20 times slower but the same.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Table(dict[str, Node]):
    """A mapping that knows the line (from 1) it begins on."""

    __slots__ = ("line",)

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def read_document(data: bytes, *, file: str) -> Node:
    """The tree of one YAML document.

    Raises LockInvalid with the line: not YAML, too large, too deep, a key given twice, an
    alias, a tag, or more than one document.
    """
    if len(data) > MAX_BYTES:
        raise LockInvalid(file=file, reason=f"it is larger than {MAX_BYTES // 2**20} MB")
    builder = _Builder(file)
    try:
        builder.feed(yaml.parse(data, Loader=_LOADER))
    except yaml.YAMLError as error:
        line = _line_of(getattr(error, "problem_mark", None))
        raise LockInvalid(file=file, reason=_explain(error, line), line=line) from error
    if builder.root is None:
        raise LockInvalid(file=file, reason="it is empty")
    return builder.root


_TOO_DEEP = "it is nested too deeply"


class _Builder:
    """Builds the tree from parser events; no more memory than the file's own contents."""

    def __init__(self, file: str) -> None:
        self.root: Node | None = None
        self._file = file
        self._open: list[list[Node] | Table] = []
        self._keys: list[str | None] = []
        self._handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def feed(self, events: Iterable[yaml.Event]) -> None:
        handlers = self._handlers
        for event in events:
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._keys and self._keys[-1] is None and isinstance(self._open[-1], Table):
            if event.value in self._open[-1]:
                raise self._refuse(f"{event.value[:80]!r} is given twice", event)
            self._keys[-1] = event.value
        else:
            self._place(event.value, event)

    def _mapping(self, event: yaml.MappingStartEvent) -> None:
        self._enter(Table(_line_of(event.start_mark) or 0), event)

    def _sequence(self, event: yaml.SequenceStartEvent) -> None:
        self._enter([], event)

    def _enter(self, container: list[Node] | Table, event: Any) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._refuse(_TOO_DEEP, event)
        self._place(container, event)
        self._open.append(container)
        self._keys.append(None)

    def _close(self, _event: Any) -> None:
        self._open.pop()
        self._keys.pop()

    def _place(self, value: Node, event: Any) -> None:
        if event.tag is not None:
            raise self._refuse("it has a YAML tag, which no lock has", event)
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        if isinstance(parent, list):
            parent.append(value)
            return
        key = self._keys[-1]
        if key is None:
            raise self._refuse("a key is not a text", event)
        parent[key] = value
        self._keys[-1] = None

    def _alias(self, event: yaml.AliasEvent) -> None:
        raise self._refuse("it has a YAML alias, which no lock has", event)

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        if self.root is not None:
            raise self._refuse("it holds more than one document", event)

    def _refuse(self, reason: str, event: Any) -> LockInvalid:
        line = _line_of(event.start_mark)
        return LockInvalid(file=self._file, reason=f"line {line}: {reason}", line=line)


def _line_of(mark: Any) -> int | None:
    return None if mark is None else int(mark.line) + 1


def _explain(error: yaml.YAMLError, line: int | None) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    if "nesting depth" in problem:  # libyaml has a limit of its own, and reads ahead of us
        return f"line {line}: {_TOO_DEEP}"
    return f"it is not YAML ({problem})" if line is None else f"line {line}: not YAML ({problem})"
