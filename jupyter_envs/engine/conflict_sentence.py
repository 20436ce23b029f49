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

from .conflict_options import (
    ABSENT,
    ELSEWHERE,
    NOTHING,
    Demand,
    Options,
    fitting_records,
    is_virtual,
)
from .near_names import Line, joined, newest_first, some

_PYTHON_3 = re.compile(r"^3\.(\d+)")
_PYTHON_SERIES = re.compile(r"^>=3\.(\d+),<3\.(\d+)$")
_PYTHON_STAR = re.compile(r"^=?3\.(\d+)(?:\.\*)?(?: |$)")
_BEFORE_RELEASE = re.compile(r"(?<=\d)(?:\.0)*\.?a0(?![\w.])")
_LEAST = re.compile(r">=?\s*([0-9][^,|\s]*)")
_PROCESSOR = re.compile(r"(?:^|[= ])([a-z][a-z0-9_]+)$")


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
    subjects = sorted(contested, key=lambda name: (not is_virtual(name), name in own))
    reasoning = _Reasoning(lines, world, contested)
    for held in (NOTHING, frozenset(involved)):
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

    def __init__(self, lines: Sequence[Line], world: World, contested: Sequence[str]) -> None:
        self.lines = lines
        self.world = world
        self.options = Options(lines, world.records, contested)

    def about(self, subject: str, involved: Sequence[int], held: frozenset[int]) -> Cause | None:
        if is_virtual(subject):
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
            needs = self.options.demands(i, subject, holders, self._state(subject))
            sentence = f"{self._named(i, holders)} {_machine_words(subject, needs, there)}"
            return Cause(sentence, (i, *sorted(holders)), machine=subject)
        return None

    def _unfit(self, i: int, subject: str, held: frozenset[int]) -> bool:
        """Every version of line ``i`` needs another machine (``subject`` is virtual)."""
        possible = self.options.left(i, subject, held - {i})
        return bool(possible) and possible is not None and not possible & self._state(subject)

    def _state(self, subject: str) -> frozenset[int]:
        there = self.world.records.get(subject, ())
        return frozenset(range(len(there))) or frozenset({ABSENT})

    def _asked_twice(self, subject: str, involved: Sequence[int]) -> Cause | None:
        same = [i for i in involved if self.lines[i].name == subject]
        if len(same) < 2 or frozenset.intersection(*(self.options.own(i) for i in same)):
            return None
        texts = joined([repr(self.lines[i].text) for i in same])
        sentence = f"The file asks for {texts}, which no {subject} can be at once"
        return Cause(sentence, tuple(same), hint="Keep the line that you need and delete the rest.")

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
        return bool(one) and bool(other) and one is not None and not one & (other or NOTHING)

    def _pair_cause(self, i: int, j: int, subject: str, held: frozenset[int]) -> Cause:
        holders = held - {i, j}
        for k in sorted(holders):
            if self._disjoint(i, j, subject, holders - {k}):
                holders -= {k}
        needs = self._needs(i, j, subject, holders)
        if self.lines[j].name == subject:
            rest = f"the file asks for {self.lines[j].text!r}"
        else:
            rest = f"{self.lines[j].text!r} {self._needs(j, i, subject, holders)}"
        return Cause(f"{self._named(i, holders)} {needs}, but {rest}", (j, i, *sorted(holders)))

    def _needs(self, i: int, j: int, subject: str, held: frozenset[int]) -> str:
        """What line ``i`` needs of ``subject``, that line ``j`` does not leave."""
        against = self.options.left(j, subject, held) or NOTHING
        possible = self.options.left(i, subject, held) or NOTHING
        demands = self.options.demands(i, subject, held, against)
        records = self.world.records.get(subject, ())
        versions = newest_first(str(records[k].version) for k in possible if k >= 0)
        return _needs_words(subject, demands, versions)

    def _missing(self, subject: str, involved: Sequence[int], held: frozenset[int]) -> Cause | None:
        for i in involved:
            if self.lines[i].name == subject or not self._nowhere(i, subject, held):
                continue
            holders = self._holders(i, subject, held)
            demands = self.options.demands(i, subject, holders, NOTHING)
            rest, hint = self._why_missing(subject, demands)
            if not self.world.records.get(subject):
                demands = [Demand("", demand.via) for demand in demands[:1]]
            sentence = f"{self._named(i, holders)} {_needs_words(subject, demands, ())}, {rest}"
            return Cause(sentence, (i, *sorted(holders)), hint=hint)
        return None

    def _nowhere(self, i: int, subject: str, held: frozenset[int]) -> bool:
        possible = self.options.left(i, subject, held - {i})
        return bool(possible) and possible is not None and max(possible) < ELSEWHERE

    def _holders(self, i: int, subject: str, held: frozenset[int]) -> frozenset[int]:
        """The fewest of ``held`` that make line ``i`` fail over ``subject``."""
        fails = self._unfit if is_virtual(subject) else self._nowhere
        holders = held - {i}
        for k in sorted(holders):
            if fails(i, subject, holders - {k}):
                holders -= {k}
        return holders

    def _why_missing(self, subject: str, demands: Sequence[Demand]) -> tuple[str, str | None]:
        wanted = [f"{subject} {demand.constraint}".strip() for demand in demands]
        for record in self.world.hidden.get(subject, ()):
            fitting = [text for text in wanted if fitting_records(text, [record])]
            if fitting:
                return self._behind(subject, record, fitting[0])
        there = newest_first(str(r.version) for r in self.world.records.get(subject, ()))
        channels = joined(list(self.world.channels.values())) or "the channels in use"
        if there:
            return f"but there is only {subject} {some(there)} in {channels}", None
        hint = f"Add the channel that has {subject}; for most packages that is conda-forge."
        return f"and there is no {subject} in {channels}", hint

    def _behind(self, subject: str, record: RepoDataRecord, wanted: str) -> tuple[str, str]:
        before = self._channel(self.world.records[subject][0])
        channel = self._channel(record)
        version = MatchSpec(wanted, strict=False).version or ""
        rest = (
            f"which only {channel} has; but {before} comes before it in the list and has another "
            f"{subject}, so that of {channel} is not used (strict channel priority)"
        )
        line = f"{channel}::{subject}{version}"
        return rest, f"Add the line {line!r}, or set 'channel_priority: flexible' in .condarc."

    def _channel(self, record: PackageRecord) -> str:
        return self.world.channels.get(getattr(record, "channel", ""), "another channel")

    def _named(self, i: int, holders: Iterable[int]) -> str:
        others = [repr(self.lines[j].text) for j in sorted(holders)]
        own = repr(self.lines[i].text)
        return f"{own}, together with {joined(others)}," if others else own


# -- words -----------------------------------------------------------------------------------


def _needs_words(subject: str, demands: Sequence[Demand], versions: Sequence[str]) -> str:
    """``versions`` are those that would do, newest first."""
    constraints = [_plain(demand.constraint) for demand in demands]
    through = _through_words(demands)
    if subject == "python":
        return through + _python_words(constraints, versions)
    if demands and len(constraints) < 3:
        return f"{through}needs {subject} {' or '.join(constraints)}".rstrip()
    if not versions:
        return f"needs another version of {subject}"
    return f"needs {subject} {_range(versions)}"


def _python_words(constraints: Sequence[str], versions: Sequence[str]) -> str:
    """ "is only built for Python 3.9 to 3.12", where builds are bound to one 3.x series."""
    series = {int(found.group(1)) for v in versions if (found := _PYTHON_3.match(v))}
    pinned = [_pinned_series(constraint) for constraint in constraints]
    if None in pinned and len(set(constraints)) == 1:
        return f"needs python {constraints[0]}"
    ordered = sorted(series | {minor for minor in pinned if minor is not None})
    if not ordered:
        return "needs another version of python"
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"is only built for Python 3.{ordered[0]} to 3.{ordered[-1]}"
    return f"is only built for Python {joined([f'3.{minor}' for minor in ordered])}"


def _pinned_series(constraint: str) -> int | None:
    if star := _PYTHON_STAR.match(constraint):
        return int(star.group(1))
    pair = _PYTHON_SERIES.match(constraint)
    one = pair is not None and int(pair.group(2)) == int(pair.group(1)) + 1
    return int(pair.group(1)) if pair is not None and one else None


def _plain(constraint: str) -> str:
    """Without the ``a0`` that packages write to leave out pre-releases."""
    return _BEFORE_RELEASE.sub("", constraint)


def _through_words(demands: Sequence[Demand]) -> str:
    via = demands[0].via if demands else ()
    return f"needs {via[-1]}, which " if via else ""


def _range(versions: Sequence[str]) -> str:
    return versions[0] if len(versions) == 1 else f"{versions[-1]} to {versions[0]}"


def _machine_words(subject: str, demands: Sequence[Demand], there: Sequence[PackageRecord]) -> str:
    constraints = [_plain(demand.constraint) for demand in demands]
    if subject == "__archspec":
        levels = {found.group(1) for c in constraints if (found := _PROCESSOR.search(c))}
        wanted = joined(sorted(levels), "or") or "another kind"
        has = str(there[0].build) if there else "not known"
        return f"needs a processor of the kind {wanted}; this machine's is {has}"
    if not there:
        return _ABSENT_WORDS.get(subject, f"needs {subject}, and this machine has none")
    least = _least(constraints)
    newer = f"{least} or newer" if least else " or ".join(constraints)
    words = _PRESENT_WORDS.get(subject, f"needs {subject} {{newer}}; this machine has {{version}}")
    return words.format(newer=newer, version=there[0].version)


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
