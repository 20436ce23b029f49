"""What is asked of the solver: the request as this program makes it, and in rattler's terms."""

from __future__ import annotations

import msgspec
from rattler import ChannelPriority, MatchSpec, RepoDataRecord

from .channels import Resolution, ResolvedChannel
from .target import Target

PRIORITY = {
    "strict": ChannelPriority.Strict,
    "flexible": ChannelPriority.Flexible,
    "disabled": ChannelPriority.Disabled,
}


class SolveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to solve.

    ``preferred`` are records to keep where nothing speaks against it (an update changes as
    little as it can). ``timeout`` is in seconds and bounds the solver, not the downloads.
    """

    dependencies: tuple[str, ...]
    resolution: Resolution
    target: Target
    priority: str
    preferred: tuple[RepoDataRecord, ...] = ()
    constraints: tuple[str, ...] = ()
    timeout: float = 300.0


class Question(msgspec.Struct, frozen=True):
    """A request in the solver's own terms; ``texts`` hold no credentials."""

    specs: tuple[MatchSpec, ...]
    texts: tuple[str, ...]
    channels: tuple[ResolvedChannel, ...]
    platforms: tuple[str, ...]
