"""A conflict as a tree: what the solver says, as values instead of a drawing.

The shapes are those of resolvo, the solver inside py-rattler (``DisplayUnsat``): each line of
the drawing is one requirement, one set of versions or one reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

Kind = Literal[
    "conflict",  # the head: what is below cannot be had together
    "blocked",  # a requirement that nothing fits
    "possible",  # a requirement that something fits, by itself
    "requires",  # versions of a package, with what they need below
    "constrains",  # versions of a package, with what they do not allow below
    "unavailable",  # a requirement for which there is no package at all
    "clashes",  # versions or a requirement that contradict what was said above
    "excluded",  # a version that may not be used, for the reason in the text
    "locked",  # a version that is held
    "choice",  # versions that could be used
    "other",  # anything else: only the text counts
]

# Deeper than any account that a person could read.
_MAX_DEPTH = 40

_BRANCH = re.compile(r"(?:│  |   |├─ |└─ )*")
_NO_CANDIDATES = re.compile(r"No candidates were found for (.+?)\.?$")
_SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("conflict", re.compile(r"^()The following packages are incompatible$")),
    ("unavailable", _NO_CANDIDATES),
    ("unavailable", re.compile(r"^(.+?), for which no candidates were found\.?$")),
    ("blocked", re.compile(r"^(.+?),? (?:which )?cannot be installed because there are no viable")),
    ("possible", re.compile(r"^(.+?),? (?:which )?can be installed with any of the following")),
    ("requires", re.compile(r"^(.+?) would require$")),
    ("constrains", re.compile(r"^(.+?) would constrain$")),
    ("clashes", re.compile(r"^(.+?),? which conflicts with ")),
    ("clashes", re.compile(r"^the constraint (.+?) cannot be fulfilled$")),
    ("locked", re.compile(r"^(.+?) is locked, but ")),
    ("excluded", re.compile(r"^(.+?) is excluded because ")),
    ("choice", re.compile(r"^([A-Za-z0-9_.-]+ [0-9][^\s,]*(?: \| \S+)*)$")),
)
_SUBJECT = re.compile(r"^(?P<package>[A-Za-z0-9_.-]+)(?:\s+(?P<spec>.*))?$", re.DOTALL)
_BRACKETS = re.compile(r"\[[^\]]*\]\s*$")


class ConflictNode(msgspec.Struct, frozen=True):
    """One line of the account; ``spec`` is the constraint or the versions it speaks of."""

    text: str
    package: str | None
    spec: str | None
    kind: Kind
    children: tuple[ConflictNode, ...] = ()


def parse_conflict(text: str) -> ConflictNode:
    """The account as a tree. Never raises: a line of unknown shape is a node with its text."""
    lines = [_place(line) for line in text.splitlines() if line.strip()]
    roots = _build(lines, 0, 0)[0]
    if len(roots) == 1:
        return roots[0]
    if not roots:
        return ConflictNode(text.strip(), None, None, "other")
    return ConflictNode("", None, None, "conflict", tuple(roots))


def walk(node: ConflictNode) -> Iterator[ConflictNode]:
    """``node`` and all below it, from the top."""
    yield node
    for child in node.children:
        yield from walk(child)


def shortened(node: ConflictNode, *, siblings: int = 8) -> ConflictNode:
    """The tree for a person to unfold: of more than ``siblings`` in one place, the first."""
    kept = tuple(shortened(child, siblings=siblings) for child in node.children[:siblings])
    left = len(node.children) - len(kept)
    if left > 0:
        kept += (ConflictNode(f"... and {left} more", None, None, "other"),)
    return msgspec.structs.replace(node, children=kept)


def contested_names(tree: ConflictNode) -> tuple[str, ...]:
    """Packages at which a branch of the account ends, the most frequent first."""
    counts: dict[str, int] = {}
    for node in walk(tree):
        if node.package and node.kind in {"unavailable", "clashes", "excluded", "locked"}:
            counts[node.package] = counts.get(node.package, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def _place(line: str) -> tuple[int, str]:
    branch = _BRANCH.match(line)
    width = branch.end() if branch else 0
    return min(width // 3, _MAX_DEPTH), line[width:].strip()


def _build(lines: list[tuple[int, str]], start: int, depth: int) -> tuple[list[ConflictNode], int]:
    nodes: list[ConflictNode] = []
    position = start
    while position < len(lines) and lines[position][0] >= depth:
        text = lines[position][1]
        children, position = _build(lines, position + 1, lines[position][0] + 1)
        nodes.append(_node(text, tuple(children)))
    return nodes, position


def _node(text: str, children: tuple[ConflictNode, ...]) -> ConflictNode:
    for kind, shape in _SHAPES:
        if found := shape.search(text):
            subject = _SUBJECT.match(_BRACKETS.sub("", found.group(1)).strip())
            package = subject.group("package") if subject else None
            spec = (subject.group("spec") or None) if subject else None
            return ConflictNode(text, package, spec, kind, children)
    return ConflictNode(text, None, None, "other", children)
