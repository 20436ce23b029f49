"""Why there is no solution, in words that help: what is missing, what clashes, what to change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import msgspec
from rattler import MatchSpec, PackageRecord, RepoDataRecord, Subdir
from rattler import solve as rattler_solve

from jupyter_envs.errors import (
    EnvsError,
    PackageNotFound,
    SolveError,
    Unsatisfiable,
)
from jupyter_envs.spec import text_for_solver, without_credentials

from .catalogue import Candidates, package_names
from .channels import ResolvedChannel
from .conflict_sentence import Cause, World, find_cause
from .conflict_tree import ConflictNode, contested_names, parse_conflict, shortened, walk
from .near_names import (
    Line,
    Unknown,
    missing_version,
    near_names,
    of_channel,
    other_channel,
    told_of_export,
    where,
    where_to_look,
)
from .question import PRIORITY, Question, SolveRequest
from .session import Session
from .smallest_edit import Suggestion, describe, find_edits
from .target import Target, generic_packages

# Longer than nearly every solve takes: a try that needs more is no help to a waiting person.
_TRY_SECONDS = 2.0

# The platforms that conda channels have packages for, in 2026.
_PLATFORMS = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64")

# -- names and versions that do not exist ----------------------------------------------------


def require_candidates(question: Question, candidates: Candidates, session: Session) -> None:
    """Check that each dependency, by itself, exists.

    Raises PackageNotFound, which tells all unknown names at once; VersionNotFound or
    BuildNotFound.
    """
    lines = own_lines(question)
    unknown = [line for line in lines if line.name and not _in_channel(line, candidates)]
    if unknown:
        raise _package_not_found(unknown, candidates, question, session)
    for line in lines:
        if error := missing_version(line, candidates.by_name, _channel_names(question.channels)):
            raise told_of_export(error, lines)


def _package_not_found(
    lines: Sequence[Line], candidates: Candidates, question: Question, session: Session
) -> PackageNotFound:
    names = _names(question, session)
    # A name that another channel has needs no other spelling.
    near = {
        line.name: () if line.name in names else tuple(near_names(line.name, names))
        for line in lines
    }
    elsewhere = _elsewhere([name for name in near if not near[name]], question, session)
    channels = _channel_names(question.channels)
    unknown = [
        Unknown(
            line.name,
            line.text,
            near[line.name],
            elsewhere.get(line.name, ()),
            other_channel(line, candidates.by_name, channels),
        )
        for line in lines
    ]
    return PackageNotFound(
        name=unknown[0].name,
        names=[item.name for item in unknown],
        channels=where(lines[0], channels),
        hint=where_to_look(unknown),
        details=msgspec.to_builtins(unknown),
    )


def _names(question: Question, session: Session) -> frozenset[str]:
    try:
        return frozenset(package_names(question.channels, question.platforms, session))
    except Exception:  # noqa: BLE001 - without the list of names the error has no suggestion
        return frozenset()


def _elsewhere(
    names: Sequence[str], question: Question, session: Session
) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    if not names:
        return {}
    platforms = [platform for platform in _PLATFORMS if platform not in question.platforms]
    for record in session.run(_query_each(names, question.channels, platforms, session)):
        found.setdefault(record.name.normalized, set()).add(record.subdir)
    return {name: tuple(sorted(subdirs)) for name, subdirs in found.items()}


async def _query_each(
    names: Sequence[str],
    channels: Sequence[ResolvedChannel],
    platforms: Sequence[str],
    session: Session,
) -> list[RepoDataRecord]:
    """Records by channel and platform, each by itself: one that fails does not hide others."""
    queries = [
        session.gateway.query([channel.url], [Subdir(platform)], list(names), recursive=False)
        for channel in channels
        for platform in platforms
    ]
    answers = await asyncio.gather(*queries, return_exceptions=True)
    return [
        record
        for answer in answers
        if not isinstance(answer, BaseException)
        for records in answer
        for record in records
    ]


# -- conflicts -------------------------------------------------------------------------------


def explain_refusal(
    failure: EnvsError, request: SolveRequest, question: Question, session: Session
) -> SolveError:
    """The refusal in one sentence, with the smallest change that helps.

    ``failure`` holds the solver's text. ``details`` of the answer: ``tree`` (ConflictNode),
    ``lines`` (the dependencies at fault) and ``edits`` (alternatives, each a list of
    SuggestedEdit to be made together). Takes up to about three seconds, spent on trying edits.
    """
    tree = parse_conflict(str(failure.params.get("reason", "")))
    lines = own_lines(question)
    cause = find_conflict(tree, lines, request, question, session)
    edits = find_edits(
        [line.text for line in lines],
        cause.lines,
        lambda texts: _attempt(texts, lines, request, question, session),
        lacking=cause.machine,
    )
    return Unsatisfiable(
        reason=cause.sentence,
        hint=_hint(cause, edits),
        details={
            "tree": msgspec.to_builtins(shortened(tree)),
            "lines": [lines[i].text for i in cause.lines],
            "edits": msgspec.to_builtins(edits),
        },
    )


def find_conflict(
    tree: ConflictNode,
    lines: Sequence[Line],
    request: SolveRequest,
    question: Question,
    session: Session,
) -> Cause:
    """The cause of a refusal, from the solver's account and the records that it speaks of."""
    named = {node.package for node in walk(tree) if node.package}
    involved = [i for i, line in enumerate(lines) if line.name in named] or list(range(len(lines)))
    names = named | {lines[i].name for i in involved}
    records = _look_up(names, question, session)
    world = build_world(names, lines, records, request, _channel_names(question.channels))
    return find_cause(lines, involved, contested_names(tree), world)


def build_world(
    names: Iterable[str],
    lines: Sequence[Line],
    records: Mapping[str, Sequence[RepoDataRecord]],
    request: SolveRequest,
    channels: Mapping[str, str],
) -> World:
    """What a solve could choose from, after channel priority and for the request's target."""
    chosen: dict[str, Sequence[PackageRecord]] = dict(_machine(names, request.target))
    hidden: dict[str, Sequence[RepoDataRecord]] = {}
    for name, every in records.items():
        first = _first_channel(name, every, lines) if request.priority == "strict" else None
        chosen[name] = [r for r in every if first is None or r.channel == first]
        hidden[name] = [r for r in every if first is not None and r.channel != first]
    return World(chosen, hidden, channels)


def _first_channel(
    name: str, records: Sequence[RepoDataRecord], lines: Sequence[Line]
) -> str | None:
    """The channel that strict priority takes a name from.

    py-rattler reads a name that the person asks for only as far as it fits the request, so
    the first channel is the first that has a fitting record.
    """
    own = [line for line in lines if line.name == name]
    for record in records:
        if not own or any(line.spec.matches(record) and of_channel(line, [record]) for line in own):
            return record.channel
    return None


def _machine(names: Iterable[str], target: Target) -> dict[str, list[PackageRecord]]:
    found: dict[str, list[PackageRecord]] = {n: [] for n in names if n.startswith("__")}
    for package in generic_packages(target):
        found[package.name.normalized] = [
            PackageRecord(
                name=package.name,
                version=str(package.version),
                build=package.build_string,
                build_number=0,
                subdir=target.platform,
            )
        ]
    return found


def _look_up(
    names: Iterable[str], question: Question, session: Session
) -> dict[str, list[RepoDataRecord]]:
    wanted = sorted(name for name in names if name and not name.startswith("__"))
    found: dict[str, list[RepoDataRecord]] = {name: [] for name in wanted}
    for record in session.run(_query_each(wanted, question.channels, question.platforms, session)):
        found.setdefault(record.name.normalized, []).append(record)
    return found


def _attempt(
    texts: Sequence[str],
    lines: Sequence[Line],
    request: SolveRequest,
    question: Question,
    session: Session,
) -> dict[str, str] | None:
    try:
        specs = [_parsed(text, lines) for text in texts]
        records = session.run(
            rattler_solve(
                [channel.url for channel in question.channels],
                specs,
                gateway=session.gateway,
                platforms=[Subdir(platform) for platform in question.platforms],
                locked_packages=list(request.preferred),
                virtual_packages=generic_packages(request.target),
                channel_priority=PRIORITY[request.priority],
                timeout=timedelta(seconds=_TRY_SECONDS),
                constraints=[MatchSpec(text, strict=False) for text in request.constraints],
            )
        )
    except Exception:  # noqa: BLE001 - whatever the reason, this change is no solution
        return None
    return {record.name.normalized: str(record.version) for record in records}


def _parsed(text: str, lines: Sequence[Line]) -> MatchSpec:
    """A line or a changed line; a change keeps the channel that was written before ``::``."""
    channel, separator, rest = text_for_solver(text).rpartition("::")
    for line in lines:
        if line.text == text:
            return line.spec
        if separator and line.text.startswith(f"{channel}::") and line.spec.channel:
            return MatchSpec(f"{line.spec.channel.base_url.rstrip('/')}::{rest}", strict=False)
    return MatchSpec(text_for_solver(text), strict=False)


def _hint(cause: Cause, edits: Sequence[Suggestion]) -> str | None:
    hints = [cause.hint or describe(edits)]
    if cause.machine == "__cuda":
        hints.append("On a machine with a suitable GPU driver the file works as it is.")
    return " ".join(hint for hint in hints if hint) or None


# -- lines and channels ----------------------------------------------------------------------


def own_lines(question: Question) -> list[Line]:
    """The person's dependencies, fit to be shown, each with the solver's form of it."""
    return [
        Line(without_credentials(text), spec)
        for text, spec in zip(question.texts, question.specs, strict=True)
    ]


def _channel_names(channels: Iterable[ResolvedChannel]) -> dict[str, str]:
    return {f"{channel.url}/": channel.name for channel in channels}


def _in_channel(line: Line, candidates: Candidates) -> bool:
    return bool(of_channel(line, candidates.by_name.get(line.name, ())))
