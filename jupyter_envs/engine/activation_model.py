"""What activation does to an environment, as a value that fits into JSON.

A package's script is a program; measuring turns it into a small table per variable: under which
condition of the caller's variables it gets which value.
"""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["unset", "empty", "filled"]
"""How a variable can be before activation, as far as a shell's usual tests can tell."""

Condition = Literal["unset", "present", "empty", "blank", "filled"]
"""A set of states: ``present`` is empty or filled, ``blank`` is unset or empty."""


class Old(msgspec.Struct, frozen=True):
    """Stands for the value that the variable ``old`` has before activation; unset counts as ''."""

    old: str


Template = tuple[str | Old, ...]
"""A value: texts and old values, one after the other. The empty tuple is the empty value."""


class Case(msgspec.Struct, frozen=True):
    """The value a variable gets when each named variable is as stated; None unsets it."""

    when: dict[str, Condition]
    value: Template | None


class Effect(msgspec.Struct, frozen=True):
    """What happens to one variable. The cases exclude each other; if none holds, nothing."""

    name: str
    cases: tuple[Case, ...]

    def inputs(self) -> set[str]:
        """Variables whose values before activation decide or make up the new value."""
        parts = {p.old for c in self.cases for p in c.value or () if isinstance(p, Old)}
        return parts.union(*(c.when for c in self.cases))

    def keeps(self, case: Case) -> bool:
        """Whether the case leaves the variable as the caller has it."""
        return case.value == (Old(self.name),)


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that activating a prefix does to the environment of a program.

    ``settings`` come first (conda's own variables, then ``variables:``), then ``effects``, whose
    conditions and old values all mean the caller's environment. ``PATH`` is the one variable whose
    default effect is not "nothing": the prefix's ``bin`` is put in front.
    ``unexplained`` names variables that scripts change in a way that no table reproduces; they
    get the value they have where the caller sets none of the variables that the scripts mention.
    """

    settings: dict[str, str]
    effects: tuple[Effect, ...] = ()
    unexplained: tuple[str, ...] = ()
