"""From facts to findings: the rules in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .facts import Facts
from .model import Finding, Layer, Remedy
from .rules import RULES, Found, Rule

#: Two hundred GPUs with the same fault are told of once or twice.
_MOST = 8


def diagnose(facts: Facts, *, failed: Callable[[str], None] | None = None) -> tuple[Finding, ...]:
    """Everything that the rules find, layer by layer.

    With ``failed`` a rule that raises is told to it by its id, and the others go on.

    The first *blocking* finding of a layer ends that layer: what its later rules would say is only
    a consequence, or not to be known.
    """
    found: list[Finding] = []
    closed: set[Layer] = set()
    for rule in RULES:
        if rule.layer in closed:
            continue
        try:
            fresh = list(_findings(rule, facts))
        except Exception:
            if failed is None:
                raise
            failed(rule.id)
            continue
        found += fresh
        if fresh and rule.blocking:
            closed.add(rule.layer)
    return tuple(found)


def _findings(rule: Rule, facts: Facts) -> Iterator[Finding]:
    for number, seen in enumerate(rule.check(facts)):
        if number == _MOST:
            return
        yield finding(rule, seen)


def finding(rule: Rule, seen: Found) -> Finding:
    """What a rule has found, in words."""
    action = rule.action
    if action in ("stop-kernel", "restart-kernel") and seen.subject is None:
        action = None  # nobody knows which
    return Finding(
        id=rule.id,
        layer=rule.layer,
        severity=rule.severity,
        blocking=rule.blocking,
        who=rule.who,
        message=rule.message.format_map(seen.params),
        fix=Remedy(text=rule.fix.format_map(seen.params), action=action, subject=seen.subject),
        params=seen.params,
        evidence=seen.evidence,
    )
