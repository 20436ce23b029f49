"""What the records leave possible, line by line.

The solver's account shows one obstacle per version; here the dependencies are followed in the
records themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from rattler import MatchSpec, PackageRecord

from .near_names import Line

# In a set of possible records (by index): the package is not installed at all, ...
ABSENT = -1
# ... or, for a virtual package, it is as on some other machine. Records that no channel has
# get the numbers below this one, one for each requirement that nothing fits.
ELSEWHERE = -2

_Possible = frozenset[int] | None
NOTHING: frozenset[int] = frozenset()


class Options:
    """Which records of one package each line leaves possible, and what it demands of it."""

    def __init__(
        self,
        lines: Sequence[Line],
        records: Mapping[str, Sequence[PackageRecord]],
        contested: Sequence[str],
    ) -> None:
        self.lines = lines
        self.records = records
        self.contested = contested
        self._own: dict[int, frozenset[int]] = {}
        self._needs: dict[str, list[_Need]] = {}
        self._fitting: dict[str, frozenset[int]] = {}
        self._left: dict[tuple[str, str, frozenset[int]], _Possible] = {}

    def left(self, i: int, subject: str, held: frozenset[int]) -> _Possible:
        """Records of ``subject`` that line ``i`` leaves possible; None when it says nothing.

        The empty set means that no version of the line can be had at all for other reasons.
        """
        candidates = self.viable(i, subject, held) if held else self.own(i)
        return self._through(self.lines[i].name, candidates, subject, held, ())

    def viable(self, i: int, subject: str, held: frozenset[int]) -> list[int]:
        """Records of the line that do not fail beside ``held`` for another package's sake."""
        name = self.lines[i].name
        others = [y for y in self.contested if y not in (subject, name) and not is_virtual(y)]
        needs = self._needs_of(name)
        return [
            index
            for index in self.own(i)
            if all(self._candidate(needs[index], y, held, (name,)) != NOTHING for y in others)
        ]

    def own(self, i: int) -> frozenset[int]:
        """Records of the line's own package that it allows, its channel included."""
        if i not in self._own:
            line = self.lines[i]
            channel = line.spec.channel.base_url if line.spec.channel else None
            self._own[i] = frozenset(
                index
                for index, record in enumerate(self.records.get(line.name, ()))
                if line.spec.matches(record)
                and (channel is None or getattr(record, "channel", None) == channel)
            )
        return self._own[i]

    def demands(
        self, i: int, subject: str, held: frozenset[int], against: frozenset[int]
    ) -> list[Demand]:
        """The constraints on ``subject`` that line ``i`` brings in, by the shortest ways.

        Only those that leave nothing of ``against``; the empty list when on those ways there
        are others too, so that no single constraint tells it.
        """
        candidates = frozenset(self.viable(i, subject, held) if held else self.own(i))
        ahead: list[_Step] = [(self.lines[i].name, candidates, ())]
        seen: set[str] = set()
        while ahead:
            seen |= {package for package, _, _ in ahead}
            level, ahead = ahead, []
            found: dict[str, Demand] = {}
            for package, indexes, via in level:
                for other, constraint in self._brought_in(package, indexes, subject, held):
                    if other == subject:
                        found.setdefault(constraint, Demand(constraint, via))
                    elif other not in seen:
                        fitting = self._bound(other, self._fit(other, constraint), held)
                        ahead.append((other, fitting, (*via, other)))
            telling = [d for d in found.values() if not self._fit(subject, d.constraint) & against]
            if telling:
                return telling if len(telling) == len(found) or is_virtual(subject) else []
        return []

    def _brought_in(
        self, package: str, indexes: Iterable[int], subject: str, held: frozenset[int]
    ) -> Iterable[tuple[str, str]]:
        needs = self._needs_of(package)
        pairs = (
            pair
            for index in sorted(indexes)
            if index >= 0 and self._candidate(needs[index], subject, held, (package,)) != NOTHING
            for pair in needs[index].depends + needs[index].constrains
            if pair in needs[index].depends or pair[0] == subject
        )
        return dict.fromkeys(pairs)

    def _through(
        self,
        name: str,
        candidates: Iterable[int],
        subject: str,
        held: frozenset[int],
        above: tuple[str, ...],
    ) -> _Possible:
        if name == subject:
            return frozenset(candidates)
        needs = self._needs_of(name)
        union = NOTHING
        for index in candidates:
            if index < 0:
                continue
            possible = self._candidate(needs[index], subject, held, (*above, name))
            if possible is None:
                return None
            union |= possible
        return union

    def _candidate(
        self, need: _Need, subject: str, held: frozenset[int], above: tuple[str, ...]
    ) -> _Possible:
        result: _Possible = None
        for name, constraint in need.depends:
            possible = self._requirement(name, constraint, subject, held, above)
            if possible is not None:
                result = possible if result is None else result & possible
        for name, constraint in need.constrains:
            if name == subject:
                possible = self._fit(name, constraint) | {ABSENT}
                result = possible if result is None else result & possible
        return result

    def _requirement(
        self,
        name: str,
        constraint: str,
        subject: str,
        held: frozenset[int],
        above: tuple[str, ...],
    ) -> _Possible:
        if name == subject:
            return self._fit(name, constraint)
        if name in above or is_virtual(name):
            return None
        key = (f"{name} {constraint}", subject, held)
        if key not in self._left:
            fitting = self._bound(name, self._fit(name, constraint), held)
            self._left[key] = self._through(name, fitting, subject, held, above)
        return self._left[key]

    def _bound(self, name: str, fitting: frozenset[int], held: frozenset[int]) -> frozenset[int]:
        for i in held:
            if self.lines[i].name == name:
                fitting &= self.own(i)
        return fitting

    def _fit(self, name: str, constraint: str) -> frozenset[int]:
        text = f"{name} {constraint}".strip()
        if text not in self._fitting:
            found = set(fitting_records(text, self.records.get(name, ())))
            if is_virtual(name):
                found.add(ELSEWHERE)
            self._fitting[text] = frozenset(found or {ELSEWHERE - 1 - len(self._fitting)})
        return self._fitting[text]

    def _needs_of(self, name: str) -> list[_Need]:
        if name not in self._needs:
            self._needs[name] = [
                _Need(self._known(record.depends), self._known(record.constrains))
                for record in self.records.get(name, ())
            ]
        return self._needs[name]

    def _known(self, texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
        pairs = (text.partition(" ") for text in texts)
        return tuple((name, rest.strip()) for name, _, rest in pairs if name in self.records)


class _Need(msgspec.Struct, frozen=True):
    """What one record asks of the packages that were looked up: (name, constraint) pairs."""

    depends: tuple[tuple[str, str], ...]
    constrains: tuple[tuple[str, str], ...]


class Demand(msgspec.Struct, frozen=True):
    """A constraint, and the packages through which it comes."""

    constraint: str
    via: tuple[str, ...]


_Step = tuple[str, frozenset[int], tuple[str, ...]]


def fitting_records(text: str, records: Sequence[PackageRecord]) -> list[int]:
    try:
        spec = MatchSpec(text, strict=False)
    except Exception:  # noqa: BLE001 - rattler raises its own; a text it cannot read says nothing
        return list(range(len(records)))
    return [index for index, record in enumerate(records) if spec.matches(record)]


def is_virtual(name: str) -> bool:
    return name.startswith("__")
