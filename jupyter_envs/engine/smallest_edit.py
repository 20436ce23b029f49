"""The smallest change of the dependencies that lets a solve succeed, found by trying."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Literal

import msgspec

from jupyter_envs.spec import dependency_name

# A try answers with the version of each package, or None when there is no solution.
Try = Callable[[tuple[str, ...]], Mapping[str, str] | None]

_LINE = re.compile(
    r"^(?P<head>\s*(?:[^\s\[\]]+::)?[A-Za-z0-9_.-]+)\s*(?P<rule>[^\[]*)(?P<extra>\[.*)?$"
)
_RULE = re.compile(r"^(?P<sign>==|>=|<=|~=|=|>|<|)\s*(?P<version>[0-9][\w.!+*-]*)(?:[ =].*)?$")
_VARIANT = "-gpu"


class SuggestedEdit(msgspec.Struct, frozen=True):
    """A change of one line, as written: another text, or (``remove``) none.

    ``loosen`` asks for another version or less; ``change`` for another package. ``outcome``
    is the version of the line's package that the changed file would give.
    """

    kind: Literal["loosen", "remove", "change"]
    line: str
    replacement: str | None
    outcome: str | None


# Edits that solve it when made together; mostly it is one.
Suggestion = tuple[SuggestedEdit, ...]


def find_edits(
    dependencies: Sequence[str],
    at_fault: Sequence[int],
    attempt: Try,
    *,
    lacking: str | None = None,
    seconds: float = 3.0,
    tries: int = 40,
    limit: int = 3,
) -> tuple[Suggestion, ...]:
    """At most ``limit`` alternatives of the smallest size that works, the best first.

    ``at_fault`` are indexes of the lines in the conflict, the one to change first at the
    front; where they do not help, others are tried too. ``lacking`` is the virtual package that
    the target lacks, if that is the cause: then only the lines at fault are changed, since
    another version of an innocent line would only dodge the matter. It ends after ``seconds``
    or that many ``tries``, with what was found until then.
    """
    search = _Search(tuple(dependencies), attempt, time.monotonic() + seconds, tries)
    suspects = list(dict.fromkeys(at_fault))
    others = [i for i in range(len(dependencies)) if i not in suspects and lacking is None]
    everyone = suspects + others
    plans = (
        ([(i,) for i in suspects if lacking == "__cuda"], search.variant),
        ([(i,) for i in suspects], search.loosened),
        ([(i,) for i in others], search.loosened),
        (list(combinations(suspects, 2)), search.loosened),
        ([(i,) for i in everyone], search.removed),
    )
    for choices, change in plans:
        found = search.first(choices, change, limit)
        if found:
            return found
    return ()


def describe(suggestions: Sequence[Suggestion]) -> str | None:
    """One sentence that offers the first one or two alternatives."""
    if not suggestions:
        return None
    first = f"{_words(suggestions[0])} would solve it"
    if len(suggestions) == 1:
        return f"{first}."
    second = _words(suggestions[1])
    return f"{first}; so would {second[0].lower()}{second[1:]}."


def loosened(text: str) -> str | None:
    """The line without version and build, or None where it has neither."""
    found = _LINE.match(text)
    if found is None or not (found.group("rule").strip() or found.group("extra")):
        return None
    return found.group("head").strip()


def with_version(text: str, version: str) -> str:
    """The line, asking for ``version`` in the manner in which it asked for another.

    A pin keeps its precision, a bound stays a bound::

        python=3.13 with 3.9.23    python=3.9
        pytorch>=2.12 with 2.10.0  pytorch>=2.10
        numpy<1.20 with 2.3.5      numpy<2.4
    """
    found = _LINE.match(text)
    if found is None:
        return text
    head = found.group("head").strip()
    rule = _RULE.match(found.group("rule").strip())
    if rule is None:
        return f"{head}={_cut(version, 2)}"
    sign, asked = rule.group("sign"), rule.group("version").removesuffix("*").rstrip(".")
    precision = asked.count(".") + 1
    if sign in {"==", "<="}:
        return f"{head}{sign}{version}"
    if sign == "<":
        return f"{head}<{_after(version, precision)}"
    if sign in {">", ">=", "~="}:
        return f"{head}>={_cut(version, precision)}"
    return f"{head}={_cut(version, precision)}"


class _Search:
    """Tries changes until time or tries run out."""

    def __init__(
        self, dependencies: tuple[str, ...], attempt: Try, deadline: float, tries: int
    ) -> None:
        self.dependencies = dependencies
        self.attempt = attempt
        self.deadline = deadline
        self.tries = tries

    def first(
        self,
        choices: Iterable[tuple[int, ...]],
        change: Callable[[int], tuple[Literal["loosen", "remove", "change"], str | None] | None],
        limit: int,
    ) -> tuple[Suggestion, ...]:
        found: list[Suggestion] = []
        for choice in choices:
            changes = {i: made for i in choice if (made := change(i)) is not None}
            if len(changes) < len(choice):
                continue
            versions = self._try({i: text for i, (_, text) in changes.items()})
            if versions is not None:
                found.append(tuple(self._edit(i, *changes[i], versions) for i in choice))
            if len(found) == limit:
                break
        return tuple(found)

    def variant(self, i: int) -> tuple[Literal["change"], str] | None:
        """The package without the GPU for one that insists on it, in any version."""
        head = loosened(self.dependencies[i]) or self.dependencies[i].strip()
        if not head.lower().endswith(_VARIANT):
            return None
        return "change", head[: -len(_VARIANT)]

    def loosened(self, i: int) -> tuple[Literal["loosen"], str] | None:
        text = loosened(self.dependencies[i])
        return None if text is None else ("loosen", text)

    def removed(self, i: int) -> tuple[Literal["remove"], None] | None:
        return ("remove", None) if len(self.dependencies) > 1 else None

    def _try(self, texts: Mapping[int, str | None]) -> Mapping[str, str] | None:
        if self.tries <= 0 or time.monotonic() > self.deadline:
            return None
        self.tries -= 1
        changed = (texts.get(i, line) for i, line in enumerate(self.dependencies))
        return self.attempt(tuple(line for line in changed if line is not None))

    def _edit(
        self,
        i: int,
        kind: Literal["loosen", "remove", "change"],
        text: str | None,
        versions: Mapping[str, str],
    ) -> SuggestedEdit:
        line = self.dependencies[i]
        outcome = versions.get(dependency_name(text or line) or "")
        if kind == "loosen" and outcome is not None and _asks_version(line):
            text = with_version(line, outcome)
        return SuggestedEdit(kind, line, text, outcome)


def _asks_version(text: str) -> bool:
    found = _LINE.match(text)
    rule = found.group("rule").strip() if found else ""
    return bool(rule) and not rule.startswith(("*", "=*"))


def _words(suggestion: Suggestion) -> str:
    parts = [
        f"removing {edit.line!r}"
        if edit.replacement is None
        else f"changing {edit.line!r} to {edit.replacement!r}"
        for edit in suggestion
    ]
    text = " and ".join(parts)
    return text[0].upper() + text[1:]


def _cut(version: str, precision: int) -> str:
    return ".".join(version.split(".")[:precision])


def _after(version: str, precision: int) -> str:
    """The first version, of that precision, above every ``version.*``."""
    *front, last = _cut(version, precision).split(".")
    digits = re.match(r"\d+", last)
    return ".".join((*front, str(int(digits.group()) + 1 if digits else 1)))
