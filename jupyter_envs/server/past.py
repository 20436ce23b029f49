"""Endpoints of the past: the ledger, kept locks, and what is different now."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from jupyter_envs.ledger import Fault
from jupyter_envs.operations import (
    Audit,
    Difference,
    DigestView,
    Side,
    about_digest,
    absorb_starts,
    audit,
    difference,
    is_file_reference,
    kept_lock,
    open_ledger,
    resolve,
    side_from_bytes,
    verify_record,
)

from .messages import NoQuery
from .routing import Call, File
from .services import Services

_Time = Annotated[str, Meta(max_length=64)]
_Digest = Annotated[str, Meta(max_length=64)]
_Name = Annotated[str, Meta(max_length=1000)]
#: A server takes no request line beyond 64 kB, and a letter may become twelve of an address.
_Path = Annotated[str, Meta(max_length=2000)]


class LedgerQuery(NoQuery, frozen=True, kw_only=True):
    """Times are ISO 8601; without an offset they are in the server's time zone. ``since`` and
    ``at`` bound the time from below and above. ``notebook`` is a path or its end, ``digest`` a
    lock digest or its beginning. The newest ``limit`` events that match."""

    since: _Time | None = None
    at: _Time | None = None
    environment: _Name | None = None
    digest: _Digest | None = None
    notebook: _Path | None = None
    action: _Digest | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 1000


class AuditQuery(NoQuery, frozen=True, kw_only=True):
    """``at``: ISO 8601, in the server's time zone unless it has an offset; now, if it is not
    given. The others as for the ledger."""

    at: _Time | None = None
    notebook: _Path | None = None
    environment: _Name | None = None
    digest: _Digest | None = None


class DiffQuery(NoQuery, frozen=True, kw_only=True):
    """From ``a`` to ``b``: each an environment, ``name@3`` (a generation), ``name@TIME``, a lock
    digest or its beginning, or the path of a lock file that the contents API knows."""

    a: _Path
    b: _Path


class LedgerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Events of the ledger, oldest first; their keys depend on ``action``."""

    events: list[dict[str, Any]]


class FaultsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What does not hold in the ledger and among the kept locks; empty where all does."""

    faults: list[Fault]


class UsesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every lock whose digest begins so."""

    digests: list[DigestView]


async def events(call: Call[None, LedgerQuery]) -> LedgerAnswer:
    """Events of the ledger."""
    return LedgerAnswer(events=await call.services.run(_events, call.services, call.query))


def _events(services: Services, query: LedgerQuery) -> list[dict[str, Any]]:
    absorb_starts(services.settings())
    return open_ledger(services.settings()).find(
        since=query.since,
        until=query.at,
        environment=query.environment,
        digest=query.digest,
        notebook=query.notebook,
        action=query.action,
        limit=query.limit,
    )


async def audited(call: Call[None, AuditQuery]) -> Audit:
    """What ran at a moment."""
    query = msgspec.structs.asdict(call.query)
    return await call.services.run(lambda: audit(call.services.settings(), **query))


async def faults(call: Call[None, NoQuery]) -> FaultsAnswer:
    """Whether the record holds. It reads every line and every lock."""
    found = await call.services.run(lambda: verify_record(call.services.settings()))
    return FaultsAnswer(faults=found)


async def lock(call: Call[None, NoQuery]) -> File:
    """A lock by its digest, or by how that begins."""
    digest = call.path["digest"]
    data = await call.services.run(lambda: kept_lock(digest, call.services.settings()))
    return File(data, "application/yaml", f"{digest[:12]}.conda-lock.yml")


async def uses(call: Call[None, NoQuery]) -> UsesAnswer:
    """What is known of a digest: in a notebook, in a process, on an image."""
    digest = call.path["digest"]
    found = await call.services.run(lambda: about_digest(digest, call.services.settings()))
    return UsesAnswer(digests=found)


async def compared(call: Call[None, DiffQuery]) -> Difference:
    """From one thing to another."""
    a = await _side(call.services, call.query.a)
    b = await _side(call.services, call.query.b)
    return await call.services.run(difference, a, b)


async def _side(services: Services, reference: str) -> Side:
    if is_file_reference(reference):
        # Of the files that the server shows, not of its disk.
        data, _ = await services.files.read(reference)
        return await services.run(side_from_bytes, reference, data)
    return await services.run(lambda: resolve(reference, services.settings()))
