"""The endpoint of the doctor."""

from __future__ import annotations

import os
from typing import Annotated

from msgspec import Meta

from jupyter_envs.doctor import DoctorReport
from jupyter_envs.hardware import Kernel
from jupyter_envs.operations import diagnosis

from .messages import NoQuery
from .routing import Call
from .services import Services

#: Seconds for a driver that was not in use; a report without GPUs would mislead.
_PATIENCE = 15.0


class DoctorQuery(NoQuery, frozen=True, kw_only=True):
    """``environment``: name or slug of one to look at, too. ``fresh``: look now; otherwise the
    answer may be ten seconds old."""

    environment: Annotated[str, Meta(max_length=1000)] | None = None
    fresh: bool = False


async def report(call: Call[None, DoctorQuery]) -> DoctorReport:
    """What is wrong here, and what helps. Redacted: it can be shown to anybody."""
    services, query = call.services, call.query
    # The kernels are asked on the event loop, whose objects they are.
    kernels = await services.kernels.running()
    return await services.reports.get(
        query.environment,
        lambda: services.run(_report, services, query.environment, kernels),
        fresh=query.fresh,
    )


def _report(services: Services, name: str | None, kernels: list[Kernel]) -> DoctorReport:
    services.machine.wait(_PATIENCE)
    return diagnosis(
        services.examinable(),
        name,
        kernels={one.pid: one.kernel_id for one in kernels if one.pid is not None},
        server=os.getpid(),
        hardware=services.machine.look(),
        holders=services.holding.look(services.machine.sample(), kernels),
        on_disk=services.files.on_disk,
    )
