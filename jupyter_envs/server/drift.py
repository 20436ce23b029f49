"""Endpoints of drift: what was changed in an environment, and the three ways out."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from jupyter_envs.operations import (
    DriftReport,
    ask_adopt,
    ask_repair,
    drift_report,
    keep,
    report_of,
)
from jupyter_envs.store import DriftLevel, get_managed

from .environments import require_local_kernels
from .messages import NoQuery
from .routing import Accepted, Call

Fingerprint = Annotated[str, Meta(max_length=64)]


class DriftQuery(NoQuery, frozen=True, kw_only=True):
    """``level``: ``identity`` compares packages, ``content`` every file's hash, too."""

    level: DriftLevel = "identity"


class AdoptBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write what was changed into the environment.yml of the next generation. ``write_file``:
    into the user's own file as well. ``fingerprint``: of the drift that the person has seen;
    where it is another one by now, nothing is done. Of an environment that another tool made,
    take it in as it is; the fingerprint is the preview's."""

    write_file: bool = False
    fingerprint: Fingerprint | None = None


class KeepBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Live with what was changed. ``fingerprint`` as for adopting."""

    fingerprint: Fingerprint | None = None


async def show(call: Call[None, DriftQuery]) -> DriftReport:
    """What was changed, and what each way out would do."""
    services, level = call.services, call.query.level
    services.interest()
    return await services.run(
        lambda: drift_report(services.settings(), call.path["env"], level, actor=call.actor)
    )


async def adopt(call: Call[AdoptBody, NoQuery]) -> Accepted:
    """Start building from the file with the changes in it."""
    services, body = call.services, call.body
    require_local_kernels(services)
    job = await services.run(
        lambda: ask_adopt(
            services.settings(),
            call.path["env"],
            write_file=body.write_file,
            fingerprint=body.fingerprint,
            actor=call.actor,
        )
    )
    return Accepted(job.id)


async def repair(call: Call[None, NoQuery]) -> Accepted:
    """Start building the locked packages anew."""
    services = call.services
    job = await services.run(
        lambda: ask_repair(services.settings(), call.path["env"], actor=call.actor)
    )
    return Accepted(job.id)


async def keep_it(call: Call[KeepBody, NoQuery]) -> DriftReport:
    """Live with the changes."""
    return await call.services.run(_keep, call)


def _keep(call: Call[KeepBody, NoQuery]) -> DriftReport:
    services, name = call.services, call.path["env"]
    record = keep(services.settings(), name, fingerprint=call.body.fingerprint, actor=call.actor)
    return report_of(get_managed(services.store(), name), record)
