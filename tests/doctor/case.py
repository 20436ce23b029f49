"""The form of a rule's two fixtures."""

from __future__ import annotations

from typing import NamedTuple

from .world import Plant, World


class Fixture(NamedTuple):
    """``fault`` plants what the rule is about, ``clean`` what is close to it and no fault.

    ``also`` are other findings that are true of the machine with the fault; ``still`` are those
    of the clean one.
    """

    fault: Plant
    clean: Plant
    also: tuple[str, ...] = ()
    still: tuple[str, ...] = ()


def both(*plants: Plant) -> Plant:
    """One after the other."""

    def plant(world: World) -> None:
        for one in plants:
            one(world)

    return plant
