"""Why there is no solution, in words that help: what is missing, what clashes, what to change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from rattler import ChannelPriority, MatchSpec, PackageRecord, RepoDataRecord, Subdir
from rattler import solve as rattler_solve

from jupyter_envs.errors import (
    EnvsError,
    PackageNotFound,
    SolveError,
    Unsatisfiable,
    VersionNotFound,
)
from jupyter_envs.spec import text_for_solver

from .catalogue import Candidates, package_names
from .conflict_sentence import Cause, Line, World, find_cause
from .conflict_tree import ConflictNode, contested_names, parse_conflict, walk
from .near_names import joined, near_names, near_version, newest_first, some
from .smallest_edit import Suggestion, describe, find_edits, loosened, with_version
from .target import Target, generic_packages

if TYPE_CHECKING:
    from .channels import ResolvedChannel
    from .session import Session
    from .solve import Question, SolveRequest

# Longer than nearly every solve takes: a try that needs more is no help to a waiting person.
_TRY_SECONDS = 2.0

# The platforms that conda channels have packages for, in 2026.
_PLATFORMS = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64")

_PRIORITY = {
    "strict": ChannelPriority.Strict,
    "flexible": ChannelPriority.Flexible,
    "disabled": ChannelPriority.Disabled,
}


class BuildNotFound(VersionNotFound):
    """The version exists, but not in the build that is asked for."""

    code = "build_not_found"
    sentence = (
        "{spec!r} does not exist in {channels}; the builds of {name} {version} are: {available}"
    )
    advice = "Ask for one of these builds, or leave the build out."


class Unknown(msgspec.Struct, frozen=True):
    """A name that the channels do not have, with what the person may have meant.

    ``elsewhere`` are the platforms, other than the target's, for which the name exists.
    """

    name: str
    line: str
    near: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


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
            raise error


def missing_version(
    line: Line, records: Mapping[str, Sequence[RepoDataRecord]], channels: Mapping[str, str]
) -> SolveError | None:
    """The error to tell where no record fits ``line``; None where one does.

    ``channels`` maps the URLs in the records to names, in order of priority.
    """
    there = _of_channel(line, records.get(line.name, ()))
    if not line.name or any(line.spec.matches(record) for record in there):
        return None
    params = {"spec": line.text, "name": line.name, "channels": _where(line, channels)}
    version = MatchSpec(f"{line.name} {line.spec.version or '*'}", strict=False)
    if line.spec.build and (same := _same_version(version, there)):
        return _build_not_found(line, same, params)
    versions = newest_first(str(record.version) for record in there)
    nearest = with_version(line.text, near_version(_asked(line), versions))
    hint = f"The nearest that exists: {nearest}"
    if line.spec.channel and (other := _other_channel(line, records, channels)):
        hint += f". The channel {other[0]} has it: {other[1]}"
    details = {"available": versions}
    return VersionNotFound(**params, available=some(versions), hint=hint, details=details)


def _build_not_found(
    line: Line, same: Sequence[RepoDataRecord], params: Mapping[str, str]
) -> BuildNotFound:
    newest = newest_first(str(record.version) for record in same)[0]
    builds = sorted({str(record.build) for record in same if str(record.version) == newest})
    without = with_version(f"{loosened(line.text) or line.name}={line.spec.version}", newest)
    return BuildNotFound(
        **params,
        version=newest,
        available=some(builds).replace("older", "more"),
        hint=f"Any build will do: {without}",
        details={"available": builds},
    )


def _same_version(version: MatchSpec, there: Sequence[RepoDataRecord]) -> list[RepoDataRecord]:
    """Records of the version; with a build beside it ``=1.26`` means exactly that, so 1.26.x."""
    exact = [record for record in there if version.matches(record)]
    text = (version.version or "").lstrip("=")
    return exact or [r for r in there if text and str(r.version).startswith(f"{text}.")]


def _asked(line: Line) -> str | None:
    digits = (line.spec.version or "").lstrip("=<>!~ ").split(",")[0].split("|")[0]
    return digits.removesuffix(".*").strip() or None


def _other_channel(
    line: Line, records: Mapping[str, Sequence[RepoDataRecord]], channels: Mapping[str, str]
) -> tuple[str, str] | None:
    for record in records.get(line.name, ()):
        name = channels.get(record.channel or "")
        if name and line.spec.matches(record):
            return name, f"{name}::{line.text.rpartition('::')[2].strip()}"
    return None


def _package_not_found(
    lines: Sequence[Line], candidates: Candidates, question: Question, session: Session
) -> PackageNotFound:
    names = _names(question, session)
    elsewhere = _elsewhere([line.name for line in lines], question, session)
    unknown = [
        Unknown(
            line.name,
            line.text,
            # A name that another channel has needs no other spelling.
            () if line.name in names else tuple(near_names(line.name, names)),
            elsewhere.get(line.name, ()),
        )
        for line in lines
    ]
    channels = _channel_names(question.channels)
    advice = [
        _advice(item, line, candidates, channels) for item, line in zip(unknown, lines, strict=True)
    ]
    hint = advice[0]
    if len(unknown) > 1:
        others = (
            f"{item.name!r}: {text}" for item, text in zip(unknown[1:], advice[1:], strict=True)
        )
        hint = f"{hint} Not found either, {' '.join(others)}"
    return PackageNotFound(
        name=unknown[0].name,
        names=[item.name for item in unknown],
        channels=_where(lines[0], channels),
        hint=hint,
        details=msgspec.to_builtins(unknown),
    )


def _advice(item: Unknown, line: Line, candidates: Candidates, channels: Mapping[str, str]) -> str:
    if other := _other_channel(line, candidates.by_name, channels):
        return f"The channel {other[0]} has it: {other[1]}"
    if item.elsewhere:
        return f"It exists for {joined(item.elsewhere)} only."
    if item.near:
        return f"Did you mean {joined([repr(name) for name in item.near], 'or')}?"
    return "Check the spelling; a package that is only on PyPI goes under 'pip:'."


def _names(question: Question, session: Session) -> frozenset[str]:
    try:
        return frozenset(package_names(question.channels, question.platforms, session))
    except Exception:  # noqa: BLE001 - without the list of names the error has no suggestion
        return frozenset()


def _elsewhere(
    names: Sequence[str], question: Question, session: Session
) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    platforms = [platform for platform in _PLATFORMS if platform not in question.platforms]
    for record in asyncio.run(_query_each(names, question.channels, platforms, session)):
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
        question.texts,
        cause.lines,
        lambda texts: _attempt(texts, request, question, session),
        # Another version of an innocent line would only dodge what the machine lacks.
        only_at_fault=cause.machine is not None,
    )
    return Unsatisfiable(
        reason=cause.sentence,
        hint=_hint(cause, edits),
        details={
            "tree": msgspec.to_builtins(tree),
            "lines": [question.texts[i] for i in cause.lines],
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
        if not own or any(
            line.spec.matches(record) and _of_channel(line, [record]) for line in own
        ):
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
    for record in asyncio.run(_query_each(wanted, question.channels, question.platforms, session)):
        found.setdefault(record.name.normalized, []).append(record)
    return found


def _attempt(
    texts: Sequence[str], request: SolveRequest, question: Question, session: Session
) -> dict[str, str] | None:
    try:
        specs = [_parsed(text, question) for text in texts]
        records = asyncio.run(
            rattler_solve(
                [channel.url for channel in question.channels],
                specs,
                gateway=session.gateway,
                platforms=[Subdir(platform) for platform in question.platforms],
                locked_packages=list(request.preferred),
                virtual_packages=generic_packages(request.target),
                channel_priority=_PRIORITY[request.priority],
                timeout=timedelta(seconds=_TRY_SECONDS),
                constraints=[MatchSpec(text, strict=False) for text in request.constraints],
            )
        )
    except Exception:  # noqa: BLE001 - whatever the reason, this change is no solution
        return None
    return {record.name.normalized: str(record.version) for record in records}


def _parsed(text: str, question: Question) -> MatchSpec:
    if text in question.texts:
        return question.specs[question.texts.index(text)]
    channel, separator, rest = text_for_solver(text).rpartition("::")
    for written, spec in zip(question.texts, question.specs, strict=True):
        if separator and written.startswith(f"{channel}::") and spec.channel:
            return MatchSpec(f"{spec.channel.base_url.rstrip('/')}::{rest}", strict=False)
    return MatchSpec(text_for_solver(text), strict=False)


def _hint(cause: Cause, edits: Sequence[Suggestion]) -> str | None:
    hints = [cause.hint, describe(edits)]
    if cause.machine == "__cuda":
        hints.append("On a machine with a suitable GPU driver the file works as it is.")
    return " ".join(hint for hint in hints if hint) or None


# -- lines and channels ----------------------------------------------------------------------


def own_lines(question: Question) -> list[Line]:
    """The person's dependencies, each with the solver's form of it."""
    return [Line(text, spec) for text, spec in zip(question.texts, question.specs, strict=True)]


def _channel_names(channels: Iterable[ResolvedChannel]) -> dict[str, str]:
    return {f"{channel.url}/": channel.name for channel in channels}


def _of_channel(line: Line, records: Sequence[RepoDataRecord]) -> Sequence[RepoDataRecord]:
    channel = line.spec.channel
    if channel is None:
        return records
    return [record for record in records if record.channel == channel.base_url]


def _in_channel(line: Line, candidates: Candidates) -> bool:
    return bool(_of_channel(line, candidates.by_name.get(line.name, ())))


def _where(line: Line, channels: Mapping[str, str]) -> str:
    if line.spec.channel is not None:
        url = line.spec.channel.base_url
        return channels.get(url, line.spec.channel.name or url)
    return joined(list(channels.values()))
