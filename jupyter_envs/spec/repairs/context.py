"""What a repair may look at: the text, its tree, and where in its list each item stands."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from jupyter_envs.errors import MatchSpecInvalid
from jupyter_envs.spec.diagnostics import Found
from jupyter_envs.spec.fixes import Repair
from jupyter_envs.spec.lines import Lines
from jupyter_envs.spec.lists import remove_item, replace
from jupyter_envs.spec.machine import GpuMachine
from jupyter_envs.spec.match_specs import Dependency, split_dependency
from jupyter_envs.spec.package_lists import list_of, value_of
from jupyter_envs.spec.splice import Change
from jupyter_envs.spec.tree import Mapping, Node, Scalar, Sequence

_MAX_SHOWN = 60


class Spot(NamedTuple):
    """An item of a list."""

    sequence: Sequence
    place: int

    @property
    def item(self) -> Node:
        """The item itself."""
        return self.sequence.items[self.place]


class PairSpot(NamedTuple):
    """A key of a mapping."""

    mapping: Mapping
    place: int

    @property
    def key(self) -> Node:
        """The key."""
        return self.mapping.pairs[self.place][0]

    @property
    def value(self) -> Node:
        """Its value."""
        return self.mapping.pairs[self.place][1]


class Context:
    """One text with its tree, and the machine that it is for where that is known."""

    def __init__(self, lines: Lines, root: Node, machine: GpuMachine | None = None) -> None:
        self.lines = lines
        self.root = root
        self.machine = machine

    @cached_property
    def dependencies(self) -> Sequence | None:
        """The list of dependencies."""
        node = list_of(self.root, "conda")
        return node if isinstance(node, Sequence) else None

    @cached_property
    def pip(self) -> Sequence | None:
        """The list below ``pip:``."""
        node = list_of(self.root, "pip")
        return node if isinstance(node, Sequence) else None

    @cached_property
    def channels(self) -> Sequence | None:
        """The list of channels."""
        node = value_of(self.root, "channels")
        return node if isinstance(node, Sequence) else None

    @cached_property
    def conda(self) -> list[tuple[Dependency, Spot]]:
        """The dependencies that can be read."""
        if self.dependencies is None:
            return []
        found = []
        for index, item in enumerate(self.dependencies.items):
            if isinstance(item, Scalar) and (read := readable(item.text)) is not None:
                found.append((read, Spot(self.dependencies, index)))
        return found

    @cached_property
    def _spots(self) -> dict[int, Spot]:
        spots: dict[int, Spot] = {}
        for _, value in self.root.pairs if isinstance(self.root, Mapping) else ():
            self._add_spots(value, spots)
        if self.pip is not None:
            self._add_spots(self.pip, spots)
        return spots

    def _add_spots(self, node: Node, spots: dict[int, Spot]) -> None:
        if isinstance(node, Sequence):
            spots.update((item.start, Spot(node, i)) for i, item in enumerate(node.items))

    @cached_property
    def _pairs(self) -> dict[int, PairSpot]:
        pairs: dict[int, PairSpot] = {}
        nodes = [self.root, value_of(self.root, "variables")]
        nodes += self.dependencies.items if self.dependencies is not None else ()
        for node in nodes:
            if isinstance(node, Mapping):
                pairs.update((k.start, PairSpot(node, i)) for i, (k, _) in enumerate(node.pairs))
        return pairs

    def spot(self, found: Found) -> Spot | None:
        """The item at which something was found."""
        return self._spots.get(found.start)

    def scalar(self, found: Found) -> tuple[Spot, Scalar] | None:
        """The same, where the item is a text."""
        spot = self.spot(found)
        return (spot, spot.item) if spot and isinstance(spot.item, Scalar) else None

    def pair(self, found: Found) -> PairSpot | None:
        """The key at which something was found."""
        return self._pairs.get(found.start)

    def remove(self, spot: Spot, *, safe: bool = True) -> Repair | None:
        """Take an item out."""
        change = remove_item(self.lines, spot.sequence, spot.place)
        text = self.lines.text[spot.item.start : spot.item.end].strip()
        if change is None:
            return None
        code = "remove" if text else "remove_line"
        return Repair(code, (change,), short(text), safe)

    def write(self, spot: Spot, text: str, *, safe: bool = True) -> Repair:
        """Write another text in an item's place."""
        change = replace(self.lines, spot.item, text, flow=spot.sequence.flow)
        return Repair("write", (change,), text, safe)


def short(text: str) -> str:
    """The first line of a text, as it can stand in a title."""
    first = text.splitlines()[0] if text else ""
    return first if len(first) <= _MAX_SHOWN else first[:_MAX_SHOWN] + "…"


def readable(text: str) -> Dependency | None:
    """A dependency taken apart; None where it is not one."""
    try:
        return split_dependency(text.strip())
    except MatchSpecInvalid:
        return None


def moved(*changes: Change | None) -> tuple[Change, ...] | None:
    """All changes, or None where one of them cannot be made."""
    real = tuple(change for change in changes if change is not None)
    return real if len(real) == len(changes) else None
