"""From a spec and a target to a solution."""

from __future__ import annotations

from datetime import timedelta

from rattler import MatchSpec, RepoDataRecord, Subdir
from rattler import solve as rattler_solve

from jupyter_envs.errors import MatchSpecInvalid
from jupyter_envs.spec import dependency_name, split_dependency, text_for_solver

from .catalogue import Candidates, find_candidates
from .channels import ResolvedChannel
from .dependencies import clean_dependency
from .explain import explain_refusal, require_candidates
from .failures import translate
from .question import PRIORITY, Question, SolveRequest
from .records import Solution
from .session import Session
from .target import generic_packages


def prepare(request: SolveRequest, session: Session) -> Question:
    """Parse the dependencies; ``channel::name`` adds its channel after the listed ones.

    Raises MatchSpecInvalid.
    """
    channels = list(request.resolution.channels)
    specs = []
    for text in request.dependencies:
        spec, channel = _match_spec(text, session)
        specs.append(spec)
        if channel is not None and channel not in channels:
            channels.append(channel)
    return Question(
        specs=tuple(specs),
        texts=tuple(map(clean_dependency, request.dependencies)),
        channels=tuple(channels),
        platforms=(request.target.platform, "noarch"),
    )


def _match_spec(text: str, session: Session) -> tuple[MatchSpec, ResolvedChannel | None]:
    dependency = split_dependency(text)
    plain = text_for_solver(text)
    channel = None
    if dependency.channel is not None and "::" in plain:
        channel = session.channel(dependency.channel)
        subdir = f"/{dependency.subdir}" if dependency.subdir else ""
        plain = f"{channel.url}{subdir}::{plain.rpartition('::')[2]}"
    try:
        return MatchSpec(plain, strict=False), channel
    except Exception as error:
        raise MatchSpecInvalid(
            spec=clean_dependency(text), reason=session.redact(str(error))
        ) from error


def load_metadata(question: Question, session: Session) -> Candidates:
    """Fetch what the channels know of the names asked for.

    Raises PackageNotFound, VersionNotFound, ChannelUnavailable or ChannelDenied.
    """
    names = [name for text in question.texts if (name := dependency_name(text)) is not None]
    candidates = find_candidates(question.channels, question.platforms, names, session)
    require_candidates(question, candidates, session)
    return candidates


def solve(request: SolveRequest, question: Question, session: Session) -> Solution:
    """The best set of packages for the request.

    Raises Unsatisfiable with an explanation, SolveTimeout, ChannelUnavailable.
    """
    try:
        records = session.run(_solve(request, question, session))
    except Exception as error:
        failure = translate(error, session, seconds=request.timeout)
        if failure.code == "unsatisfiable":
            raise explain_refusal(failure, request, question, session) from error
        raise failure from error
    return Solution(tuple(records))


async def _solve(
    request: SolveRequest, question: Question, session: Session
) -> list[RepoDataRecord]:
    return await rattler_solve(
        [channel.url for channel in question.channels],
        list(question.specs),
        gateway=session.gateway,
        platforms=[Subdir(platform) for platform in question.platforms],
        locked_packages=list(request.preferred),
        virtual_packages=generic_packages(request.target),
        channel_priority=PRIORITY[request.priority],
        timeout=timedelta(seconds=request.timeout),
        constraints=[MatchSpec(text, strict=False) for text in request.constraints],
    )
