"""What the channels have: candidates for a name, names, versions."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rattler import RepoDataRecord, Subdir

from .channels import ResolvedChannel
from .failures import translate
from .session import Session


class Candidates(msgspec.Struct, frozen=True):
    """Per name asked for: every record of that name in the channels, of any version."""

    by_name: dict[str, tuple[RepoDataRecord, ...]]


def find_candidates(
    channels: Sequence[ResolvedChannel],
    platforms: Sequence[str],
    names: Sequence[str],
    session: Session,
) -> Candidates:
    """Look ``names`` up, fetching metadata where it is not cached.

    Raises ChannelUnavailable or ChannelDenied.
    """
    if not names:
        return Candidates({})
    try:
        found = session.run(
            session.gateway.query(
                [channel.url for channel in channels],
                [Subdir(platform) for platform in platforms],
                sorted(set(names)),
                recursive=False,
            )
        )
    except Exception as error:
        raise translate(error, session) from error
    by_name: dict[str, list[RepoDataRecord]] = {name: [] for name in names}
    for records in found:
        for record in records:
            by_name.setdefault(record.name.normalized, []).append(record)
    return Candidates({name: tuple(records) for name, records in by_name.items()})


def package_names(
    channels: Sequence[ResolvedChannel], platforms: Sequence[str], session: Session
) -> list[str]:
    """Every package name in the channels, sorted."""
    found = session.run(
        session.gateway.names(
            [channel.url for channel in channels], [Subdir(platform) for platform in platforms]
        )
    )
    return sorted({name.normalized for name in found})
