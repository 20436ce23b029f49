"""How a rule is written: a function over facts, with its texts beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from jupyter_envs.doctor.facts import Facts
from jupyter_envs.doctor.model import Action, Evidence, Layer, Severity, Who


class Found(NamedTuple):
    """What a rule has seen: params for its texts, evidence, and whom an action is for."""

    params: dict[str, str]
    evidence: tuple[Evidence, ...]
    subject: str | None = None


Check = Callable[[Facts], Iterator[Found]]


class Rule(NamedTuple):
    """One line of the table. ``message`` and ``fix`` are templates over a finding's params."""

    id: str
    layer: Layer
    severity: Severity
    who: Who
    blocking: bool
    message: str
    fix: str
    action: Action | None
    check: Check


class Book:
    """The rules of one layer, in the order in which they stand in their module."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.rules: list[Rule] = []

    def rule(
        self,
        severity: Severity,
        *,
        message: str,
        fix: str,
        who: Who = "you",
        blocking: bool = False,
        action: Action | None = None,
    ) -> Callable[[Check], Check]:
        """Enter a function as a rule; its name is the finding's id."""

        def enter(check: Check) -> Check:
            name = getattr(check, "__name__", "")
            self.rules.append(
                Rule(name, self.layer, severity, who, blocking, message, fix, action, check)
            )
            return check

        return enter


def found(*seen: tuple[str, object], subject: str | None = None, **params: object) -> Found:
    """What a rule yields: ``seen`` are pairs of a source and what it said."""
    evidence = tuple(Evidence(source, str(value)) for source, value in seen)
    return Found({name: str(value) for name, value in params.items()}, evidence, subject)
