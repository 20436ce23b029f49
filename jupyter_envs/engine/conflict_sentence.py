"""Why lines of an environment.yml cannot be had together, in one sentence.

The solver's own account stops at the first obstacle of each version, so it may name a reason
that is true for some versions only. What is said here is checked against the records: "A needs
X >=2" means that *every* version that line A allows needs it, directly or through others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from rattler import MatchSpec, PackageRecord, RepoDataRecord

from jupyter_envs.spec import dependency_name

from .near_names import joined, newest_first, some

# In a set of possible records (by index): the package is not installed at all, ...
_ABSENT = -1
# ... or, for a virtual package, it is as on some other machine. Records that no channel has
# get the numbers below this one, one for each requirement that nothing fits.
_ELSEWHERE = -2

_Possible = frozenset[int] | None
_NOBODY: frozenset[int] = frozenset()

_PYTHON_SERIES = re.compile(r"^>=3\.(\d+)(?:\.0a0)?,<3\.(\d+)(?:\.0a0)?$")
_PYTHON_STAR = re.compile(r"^=?3\.(\d+)(?:\.\*)?(?: |$)")
_LEAST = re.compile(r">=?\s*([0-9][^,|\s]*)")
_PROCESSOR = re.compile(r"(?:^|[= ])([a-z][a-z0-9_]+)$")


class Line(msgspec.Struct, frozen=True):
    """A dependency as the person wrote it, and as the solver takes it."""

    text: str
    spec: MatchSpec

    @property
    def name(self) -> str:
        """The package asked for; empty for a URL or a pattern of names."""
        return dependency_name(self.text) or ""


class World(msgspec.Struct, frozen=True):
    """What a solve could choose from.

    ``records``: per package the records that channel priority leaves; for a virtual package
    what the target has, one or none. A package that was not looked up is absent from the map.
    ``hidden``: records that strict priority keeps out. ``channels`` maps a channel's URL, as
    records have it, to its name, in order of priority.
    """

    records: Mapping[str, Sequence[PackageRecord]]
    hidden: Mapping[str, Sequence[RepoDataRecord]] = {}
    channels: Mapping[str, str] = {}


class Cause(msgspec.Struct, frozen=True):
    """Why a solve was refused.

    ``lines`` are the indexes of the lines at fault, that to change first at the front.
    ``machine`` names the virtual package that the target lacks, where that is the cause.
    """

    sentence: str
    lines: tuple[int, ...]
    machine: str | None = None
    hint: str | None = None


def find_cause(
    lines: Sequence[Line], involved: Sequence[int], contested: Sequence[str], world: World
) -> Cause:
    """The simplest reason that holds for every version.

    ``involved`` are indexes of the lines in the solver's account, ``contested`` the packages
    at which its branches end. Where no single reason exists, the sentence names the lines.
    """
    own = [lines[i].name for i in involved if lines[i].name not in contested]
    subjects = sorted(contested, key=lambda name: (not _is_virtual(name), name in own))
    reasoning = _Reasoning(lines, world)
    for held in (_NOBODY, frozenset(involved)):
        for subject in dict.fromkeys((*subjects, *own)):
            if cause := reasoning.about(subject, involved, held):
                return cause
    texts = [repr(lines[i].text) for i in involved]
    if len(texts) == 1:
        sentence = f"{texts[0]} does not fit together with what it needs itself"
    else:
        sentence = f"These lines cannot be had together: {joined(texts)}"
    return Cause(sentence, tuple(involved))


class _Reasoning:
    """Finds conflicts over one package at a time.

    ``held`` are the lines that bind the packages between: without them only what a line needs
    in any case counts, with them what it needs beside those lines.
    """

    def __init__(self, lines: Sequence[Line], world: World) -> None:
        self.lines = lines
        self.world = world
        self.options = _Options(lines, world.records)

    def about(self, subject: str, involved: Sequence[int], held: frozenset[int]) -> Cause | None:
        if _is_virtual(subject):
            return self._machine(subject, involved, held)
        return (
            self._asked_twice(subject, involved)
            or self._pair(subject, involved, held)
            or self._missing(subject, involved, held)
        )

    def _machine(self, subject: str, involved: Sequence[int], held: frozenset[int]) -> Cause | None:
        there = self.world.records.get(subject, ())
        for i in involved:
            if not self._unfit(i, subject, held):
                continue
            holders = self._holders(i, subject, held)
            needs = self.options.demands(i, subject, holders)
            sentence = f"{self._named(i, holders)} {_machine_words(subject, needs, there)}"
            return Cause(sentence, (i, *sorted(holders)), machine=subject)
        return None

    def _unfit(self, i: int, subject: str, held: frozenset[int]) -> bool:
        """Every version of line ``i`` needs another machine (``subject`` is virtual)."""
        there = self.world.records.get(subject, ())
        state = frozenset(range(len(there))) or frozenset({_ABSENT})
        possible = self.options.left(i, subject, held - {i})
        return bool(possible) and possible is not None and not possible & state

    def _asked_twice(self, subject: str, involved: Sequence[int]) -> Cause | None:
        same = [i for i in involved if self.lines[i].name == subject]
        if len(same) < 2 or frozenset.intersection(*(self.options.own(i) for i in same)):
            return None
        texts = joined([repr(self.lines[i].text) for i in same])
        return Cause(f"The file asks for {texts}, and no {subject} is all of these", tuple(same))

    def _pair(self, subject: str, involved: Sequence[int], held: frozenset[int]) -> Cause | None:
        # The line on the package itself comes last: "A needs python 3.9, but the file ...".
        order = sorted(involved, key=lambda i: self.lines[i].name == subject)
        for position, i in enumerate(order):
            for j in order[position + 1 :]:
                if self._disjoint(i, j, subject, held):
                    return self._pair_cause(i, j, subject, held)
        return None

    def _disjoint(self, i: int, j: int, subject: str, held: frozenset[int]) -> bool:
        if self.lines[i].name == subject:
            return False
        one = self.options.left(i, subject, held - {i, j})
        other = self.options.left(j, subject, held - {i, j})
        return bool(one) and bool(other) and one is not None and not one & (other or _NOBODY)

    def _pair_cause(self, i: int, j: int, subject: str, held: frozenset[int]) -> Cause:
        holders = held - {i, j}
        for k in sorted(holders):
            if self._disjoint(i, j, subject, holders - {k}):
                holders -= {k}
        needs = _needs_words(subject, self.options.demands(i, subject, holders))
        if self.lines[j].name == subject:
            rest = f"the file asks for {self.lines[j].text!r}"
        else:
            other = _needs_words(subject, self.options.demands(j, subject, holders))
            rest = f"{self.lines[j].text!r} {other}"
        return Cause(f"{self._named(i, holders)} {needs}, but {rest}", (j, i, *sorted(holders)))

    def _missing(self, subject: str, involved: Sequence[int], held: frozenset[int]) -> Cause | None:
        for i in involved:
            if self.lines[i].name == subject or not self._nowhere(i, subject, held):
                continue
            holders = self._holders(i, subject, held)
            demands = self.options.demands(i, subject, holders)
            rest, hint = self._why_missing(subject, demands)
            sentence = f"{self._named(i, holders)} {_needs_words(subject, demands)}, {rest}"
            return Cause(sentence, (i, *sorted(holders)), hint=hint)
        return None

    def _nowhere(self, i: int, subject: str, held: frozenset[int]) -> bool:
        possible = self.options.left(i, subject, held - {i})
        return bool(possible) and possible is not None and max(possible) < _ELSEWHERE

    def _holders(self, i: int, subject: str, held: frozenset[int]) -> frozenset[int]:
        """The fewest of ``held`` that make line ``i`` fail over ``subject``."""
        fails = self._unfit if _is_virtual(subject) else self._nowhere
        holders = held - {i}
        for k in sorted(holders):
            if fails(i, subject, holders - {k}):
                holders -= {k}
        return holders

    def _why_missing(self, subject: str, demands: Sequence[_Demand]) -> tuple[str, str | None]:
        wanted = [f"{subject} {demand.constraint}".strip() for demand in demands]
        for record in self.world.hidden.get(subject, ()):
            fitting = [text for text in wanted if _fits(text, record)]
            if fitting:
                return self._behind(subject, record, fitting[0])
        there = newest_first(str(r.version) for r in self.world.records.get(subject, ()))
        channels = joined(list(self.world.channels.values())) or "the channels in use"
        if there:
            return f"but {channels} only has {subject} {some(there)}", None
        hint = f"Add the channel that has {subject}; for most packages that is conda-forge."
        return f"and there is no {subject} in {channels}", hint

    def _behind(self, subject: str, record: RepoDataRecord, wanted: str) -> tuple[str, str]:
        first = next(iter(self.world.records.get(subject, ())), None)
        before = self._channel(first) if isinstance(first, RepoDataRecord) else "another"
        channel = self._channel(record)
        version = MatchSpec(wanted, strict=False).version or ""
        rest = (
            f"which only {channel} has; but {before} comes before it in the list and has another "
            f"{subject}, so that of {channel} is not used (strict channel priority)"
        )
        line = f"{channel}::{subject}{version}"
        return rest, f"Add the line {line!r}, or set 'channel_priority: flexible' in .condarc."

    def _channel(self, record: RepoDataRecord) -> str:
        return self.world.channels.get(record.channel or "", record.channel or "another channel")

    def _named(self, i: int, holders: Iterable[int]) -> str:
        others = [repr(self.lines[j].text) for j in sorted(holders)]
        own = repr(self.lines[i].text)
        return f"{own} together with {joined(others)}" if others else own


class _Options:
    """Which records of one package each line leaves possible, and what it demands of it."""

    def __init__(
        self, lines: Sequence[Line], records: Mapping[str, Sequence[PackageRecord]]
    ) -> None:
        self.lines = lines
        self.records = records
        self._own: dict[int, frozenset[int]] = {}
        self._needs: dict[str, list[_Need]] = {}
        self._fitting: dict[str, frozenset[int]] = {}
        self._left: dict[tuple[str, str, frozenset[int]], _Possible] = {}

    def left(self, i: int, subject: str, held: frozenset[int]) -> _Possible:
        """Records of ``subject`` that line ``i`` leaves possible; None when it says nothing.

        The empty set means that no version of the line can be had at all for other reasons.
        """
        return self._through(self.lines[i].name, self.own(i), subject, held, ())

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

    def demands(self, i: int, subject: str, held: frozenset[int]) -> list[_Demand]:
        """The constraints on ``subject`` that line ``i`` brings in by the shortest ways."""
        found: dict[str, _Demand] = {}
        ahead = [(self.lines[i].name, self.own(i), ())]  # type: list[_Step]
        seen: set[str] = {self.lines[i].name}
        while ahead and not found:
            level, ahead = ahead, []
            for package, indexes, via in level:
                for other, constraint in self._brought_in(package, indexes, subject, held):
                    if other == subject:
                        found.setdefault(constraint, _Demand(constraint, via))
                    elif other not in seen:
                        fitting = self._bound(other, self._fit(other, constraint), held)
                        ahead.append((other, fitting, (*via, other)))
            seen |= {package for package, _, _ in ahead}
        return list(found.values())

    def _brought_in(
        self, package: str, indexes: Iterable[int], subject: str, held: frozenset[int]
    ) -> Iterable[tuple[str, str]]:
        needs = self._needs_of(package)
        brought: dict[tuple[str, str], None] = {}
        for index in sorted(indexes):
            if index < 0 or self._candidate(needs[index], subject, held, (package,)) == _NOBODY:
                continue
            brought.update(dict.fromkeys(needs[index].depends))
            brought.update(
                dict.fromkeys(pair for pair in needs[index].constrains if pair[0] == subject)
            )
        return brought

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
        union = _NOBODY
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
                possible = self._fit(name, constraint) | {_ABSENT}
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
        if name in above or _is_virtual(name):
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
            records = self.records.get(name, ())
            found = {index for index, record in enumerate(records) if _fits(text, record)}
            if _is_virtual(name):
                found.add(_ELSEWHERE)
            self._fitting[text] = frozenset(found or {_ELSEWHERE - 1 - len(self._fitting)})
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


class _Demand(msgspec.Struct, frozen=True):
    """A constraint, and the packages through which it comes."""

    constraint: str
    via: tuple[str, ...]


_Step = tuple[str, frozenset[int], tuple[str, ...]]


def _fits(text: str, record: PackageRecord) -> bool:
    try:
        return MatchSpec(text, strict=False).matches(record)
    except Exception:  # noqa: BLE001 - rattler raises its own; a text it cannot read says nothing
        return True


def _is_virtual(name: str) -> bool:
    return name.startswith("__")


# -- words -----------------------------------------------------------------------------------


def _needs_words(subject: str, demands: Sequence[_Demand]) -> str:
    via = demands[0].via if demands else ()
    through = f"needs {via[-1]}, which " if via else ""
    constraints = list(dict.fromkeys(demand.constraint for demand in demands))
    if subject == "python" and (words := _python_words(constraints)):
        return through + words
    wanted = [f"{subject} {constraint}".strip() for constraint in constraints]
    if len(wanted) > 3:
        return f"{through}needs another version of {subject}"
    return f"{through}needs {' or '.join(wanted) or subject}"


def _python_words(constraints: Sequence[str]) -> str | None:
    """ "is only built for Python 3.9 to 3.12", where every constraint is one 3.x series."""
    series: set[int] = set()
    for constraint in constraints:
        pair = _PYTHON_SERIES.match(constraint)
        star = _PYTHON_STAR.match(constraint)
        if pair and int(pair.group(2)) == int(pair.group(1)) + 1:
            series.add(int(pair.group(1)))
        elif star:
            series.add(int(star.group(1)))
        else:
            return None
    if not series:
        return None
    ordered = sorted(series)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"is only built for Python 3.{ordered[0]} to 3.{ordered[-1]}"
    return f"is only built for Python {joined([f'3.{minor}' for minor in ordered])}"


def _machine_words(subject: str, demands: Sequence[_Demand], there: Sequence[PackageRecord]) -> str:
    via = demands[0].via if demands else ()
    through = f"needs {via[-1]}, which " if via else ""
    constraints = [demand.constraint for demand in demands]
    version = str(there[0].version) if there else None
    return through + _virtual_words(subject, constraints, version, there)


def _virtual_words(
    subject: str, constraints: Sequence[str], version: str | None, there: Sequence[PackageRecord]
) -> str:
    least = _least(constraints)
    newer = f"{least} or newer" if least else " or ".join(constraints) or "of another version"
    if subject == "__archspec":
        has = str(there[0].build) if there else "not known"
        levels = sorted({found.group(1) for c in constraints if (found := _PROCESSOR.search(c))})
        wanted = joined(levels, "or") or "another kind"
        return f"needs a processor of the kind {wanted}; this machine's is {has}"
    if version is None:
        return _ABSENT_WORDS.get(subject, f"needs {subject}, and this machine has none")
    if subject not in _PRESENT_WORDS:
        return f"needs {subject} {newer}; this machine has {version}"
    return _PRESENT_WORDS[subject].format(newer=newer, version=version)


def _least(constraints: Iterable[str]) -> str | None:
    """The lowest lower bound among the constraints, or None when one of them has none."""
    bounds = [found.group(1) for c in constraints if (found := _LEAST.search(c))]
    return newest_first(bounds)[-1] if bounds else None


# The virtual packages are those of conda's documentation ("Managing virtual packages").
_ABSENT_WORDS = {
    "__cuda": "needs a GPU driver (__cuda), and this machine has none",
    "__glibc": "needs glibc, the usual C library of Linux, and this machine has none",
    "__osx": "exists for macOS only, and this machine has another system",
    "__win": "exists for Windows only, and this machine has another system",
    "__linux": "exists for Linux only, and this machine has another system",
    "__unix": "exists for Linux and macOS only, and this machine has another system",
}
_PRESENT_WORDS = {
    "__cuda": "needs a GPU driver for CUDA {newer} (__cuda); this machine's is for {version}",
    "__glibc": "needs glibc {newer}; this machine has {version}",
    "__osx": "needs macOS {newer}; this machine has {version}",
    "__linux": "needs a Linux kernel {newer}; this machine has {version}",
}
