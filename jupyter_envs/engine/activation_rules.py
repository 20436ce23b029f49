"""From observed runs of activation scripts to the smallest table that explains each variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

import msgspec

from .activation_model import Case, Condition, Effect, Old, State, Template

_HOLDS: Mapping[Condition, frozenset[State]] = {
    "unset": frozenset({"unset"}),
    "present": frozenset({"empty", "filled"}),
    "empty": frozenset({"empty"}),
    "blank": frozenset({"unset", "empty"}),
    "filled": frozenset({"filled"}),
}

# The distinctions that a shell can make about a variable without looking at its text.
_DISTINCTIONS: tuple[tuple[Condition, ...], ...] = (
    ("blank", "filled"),
    ("unset", "present"),
    ("unset", "empty", "filled"),
)

# A value made of more old values than this is not worth the search.
_LIKELY_CAUSES = 5


class Row(msgspec.Struct, frozen=True):
    """One run: the states of the seeded variables before it, all exported values before and after.

    A name that is missing in ``states`` is unset; one that is missing in ``before`` or ``after``
    is not in the environment.
    """

    states: dict[str, State]
    before: dict[str, Template]
    after: dict[str, Template]

    def state(self, name: str) -> State:
        """The state of a variable before the run."""
        return self.states.get(name, "unset")


def touched(rows: Sequence[Row]) -> list[str]:
    """Names of the variables that some run has changed, sorted."""
    names = {name for row in rows for name in (*row.before, *row.after)}
    return sorted(n for n in names if any(r.before.get(n) != r.after.get(n) for r in rows))


def explain(name: str, rows: Sequence[Row]) -> Effect | None:
    """The smallest effect that reproduces every row, or None where there is none."""
    for controls in _hypotheses(name, rows):
        cases = _fit(name, controls, rows)
        if cases is not None:
            return Effect(name, tuple(cases))
    return None


def reproduces(effect: Effect, row: Row) -> bool:
    """Whether the effect gives the value that the run gave."""
    for case in effect.cases:
        if all(row.state(n) in _HOLDS[c] for n, c in case.when.items()):
            return _value(effect.name, case.value, row) == row.after.get(effect.name)
    return False


def _value(name: str, template: Template | None, row: Row) -> Template | None:
    """What the template comes to in this row, in the form that is read back from a run."""
    if template is None:
        return None
    if template == (Old(name),):
        return row.before.get(name)
    parts: list[str | Old] = []
    for part in template:
        if isinstance(part, Old):
            parts += [part] if row.state(part.old) == "filled" else []
        elif parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    return tuple(parts)


def _fit(
    name: str, controls: Mapping[str, tuple[Condition, ...]], rows: Sequence[Row]
) -> list[Case] | None:
    """One case per combination of conditions that occurs, or None if a combination has no rule."""
    cases = []
    for conditions in product(*controls.values()):
        when = dict(zip(controls, conditions, strict=True))
        group = [r for r in rows if all(r.state(n) in _HOLDS[c] for n, c in when.items())]
        if not group:
            continue
        found, value = _common_value(name, group)
        if not found:
            return None
        cases.append(Case(when, value))
    return cases


def _common_value(name: str, group: Sequence[Row]) -> tuple[bool, Template | None]:
    """A value that holds for all rows; those with the most old values are the most general."""
    keep: Template = (Old(name),)
    values = {row.after.get(name) for row in group}
    for value in (keep, *sorted(values, key=_generality, reverse=True)):
        if all(_value(name, value, r) == r.after.get(name) for r in group):
            return True, value
    return False, None


def _generality(value: Template | None) -> tuple[int, int]:
    if value is None:
        return (0, 0)
    return (sum(isinstance(p, Old) for p in value), len(value))


def _hypotheses(name: str, rows: Sequence[Row]) -> Iterator[dict[str, tuple[Condition, ...]]]:
    """Sets of variables that may decide, and by which distinction; the simplest first."""
    seeded = {n: None for row in rows for n in row.states}
    likely = [n for n in _mentioned(name, rows) if n in seeded][:_LIKELY_CAUSES]
    others = [n for n in seeded if n not in likely]
    yield {}
    yield from _distinguish(combinations([*likely, *others], 1))
    yield from _distinguish(combinations(likely, 2))
    yield from _distinguish(product(likely, others))
    yield from _distinguish(combinations(likely, 3))


def _mentioned(name: str, rows: Sequence[Row]) -> dict[str, None]:
    """The variable itself, then those whose old values show up in it."""
    names = {name: None}
    for row in rows:
        names.update({p.old: None for p in row.after.get(name, ()) if isinstance(p, Old)})
    return names


def _distinguish(
    groups: Iterable[tuple[str, ...]],
) -> Iterator[dict[str, tuple[Condition, ...]]]:
    for group in groups:
        for distinctions in product(_DISTINCTIONS, repeat=len(group)):
            yield dict(zip(group, distinctions, strict=True))
