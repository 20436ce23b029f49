"""The node tree of a YAML text: raw scalars, and the offsets of everything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec
import yaml

MAX_DEPTH = 50
MAX_NODES = 20_000
MAX_ALIASES = 100

_CORE = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(_CORE + t for t in ("str", "int", "float", "bool", "null", "seq", "map"))

# What YAML 1.1 and 1.2 (core schema) readers take for nothing and for numbers.
_NULL = re.compile(r"~|null|Null|NULL|")
_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?0x[0-9a-fA-F_]+|[-+]?0o[0-7_]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


class Scalar(msgspec.Struct, frozen=True):
    """A single value; ``text`` is never interpreted: ``3.10`` stays ``3.10``."""

    text: str
    start: int
    end: int
    plain: bool
    tag: str | None = None

    @property
    def is_null(self) -> bool:
        """Whether YAML readers see no value here."""
        if self.tag is not None:
            return self.tag == _CORE + "null"
        return self.plain and _NULL.fullmatch(self.text) is not None

    @property
    def is_number(self) -> bool:
        """Whether YAML readers see a number here."""
        if self.tag is not None:
            return self.tag in (_CORE + "int", _CORE + "float")
        return self.plain and _NUMBER.fullmatch(self.text) is not None


class Sequence(msgspec.Struct, frozen=True):
    """A list. A block list ends where its last item ends, not where the next token begins."""

    items: tuple[Node, ...]
    start: int
    end: int
    flow: bool


class Mapping(msgspec.Struct, frozen=True):
    """Keys with values, in the order of the file; keys may repeat."""

    pairs: tuple[tuple[Node, Node], ...]
    start: int
    end: int
    flow: bool


Node: TypeAlias = Scalar | Sequence | Mapping


class RefusedError(Exception):
    """A text that makes no tree; ``code`` is one of the catalogue."""

    def __init__(self, code: str, start: int, end: int, **params: object) -> None:
        self.code = code
        self.start = start
        self.end = end
        self.params = params
        super().__init__(code, start, end)


class _Open:
    """A collection whose end has not come yet."""

    def __init__(self, event: yaml.CollectionStartEvent) -> None:
        self.event = event
        self.children: list[Node] = []

    def closed(self, end_event: yaml.Event) -> Sequence | Mapping:
        (start, _), (_, closing) = _span(self.event), _span(end_event)
        flow = bool(self.event.flow_style)
        children = self.children
        last = children[-1].end if children else start
        end = closing if flow else last
        if isinstance(self.event, yaml.SequenceStartEvent):
            return Sequence(tuple(children), start, end, flow)
        pairs = tuple(zip(children[0::2], children[1::2], strict=True))
        return Mapping(pairs, start, end, flow)


def build(events: Iterable[yaml.Event]) -> Node | None:
    """Make the tree from a parser's events; None for a text without a document.

    It is what the composer of PyYAML does, but without recursion (its C form has no guard
    against deep nesting) and within the limits above, checked before anything grows.
    Raises RefusedError, and what the parser raises.
    """
    builder = _Builder()
    for event in events:
        builder.feed(event)
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self._aliases = 0

    def feed(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._count(event)
            self._place(_scalar(event), event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._count(event)
            _checked_tag(event)
            self._open.append(_Open(event))
            if len(self._open) > MAX_DEPTH:
                raise _refused("too_deep", event, limit=MAX_DEPTH)
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self._open.pop()
            self._place(ended.closed(event), ended.event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._place(self._aliased(event), None)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise _refused("several_documents", event)

    def _count(self, event: yaml.NodeEvent) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _refused("too_many_nodes", event, limit=MAX_NODES)

    def _place(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node

    def _aliased(self, event: yaml.AliasEvent) -> Node:
        """The node an alias stands for, at the place of the alias.

        An alias inside its own anchor is unknown here: the anchor is set at the node's end.
        """
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise _refused("too_many_aliases", event, limit=MAX_ALIASES)
        anchor = event.anchor or ""
        node = self._anchors.get(anchor)
        if node is None:
            raise _refused("alias_unknown", event, alias=anchor)
        start, end = _span(event)
        return msgspec.structs.replace(node, start=start, end=end)


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    tag = _checked_tag(event)
    start, end = _span(event)
    # "" is how the C parser calls the plain style, None how the Python one does.
    return Scalar(event.value, start, end, not event.style, tag)


def _checked_tag(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> str | None:
    tag = event.tag
    if tag is None:
        return None
    if tag == "!":
        return _CORE + "str"
    if tag not in _KNOWN_TAGS:
        raise _refused("tag_unsupported", event, tag=tag)
    return tag


def _refused(code: str, event: yaml.Event, **params: object) -> RefusedError:
    start, end = _span(event)
    return RefusedError(code, start, end, **params)


def _span(event: yaml.Event) -> tuple[int, int]:
    start, end = event.start_mark, event.end_mark
    return (start.index if start else 0), (end.index if end else 0)
