"""Endpoints of specs: what is wrong with one, what it would bring, and its lock."""

from __future__ import annotations

from functools import partial

from jupyter_envs.errors import EnvsError
from jupyter_envs.operations import (
    LockCheck,
    SpecSource,
    TargetOrder,
    ask_lock,
    ask_plan,
    check_lock_file,
    check_source,
    gpu_machine,
)
from jupyter_envs.spec import GpuMachine, ParsedSpec, check_name, depends_on_gpus, parse_spec
from jupyter_envs.store import name_in_use

from .messages import CheckAnswer, CheckBody, LockBody, LockQuery, NoQuery, PlanBody
from .routing import Accepted, Call
from .services import Services
from .sources import read_source, target_order


async def check(call: Call[CheckBody, NoQuery]) -> CheckAnswer:
    """Diagnostics of an environment.yml."""
    source = await read_source(call.body.source, call.services)
    order = target_order(call.body.target)
    services = call.services
    if not isinstance(source, SpecSource):
        await services.run(check_source, source)  # a lock is whole, or it is refused
        return CheckAnswer(valid=True, name=None, exists=False, diagnostics=())
    parsed = await services.run(parse_spec, source.data)
    if depends_on_gpus(parsed.diagnostics):
        machine = await _machine(services, order)
        parsed = await services.run(partial(parse_spec, source.data, machine=machine))
    return await services.run(_checked, services, parsed)


def _checked(services: Services, parsed: ParsedSpec) -> CheckAnswer:
    name = parsed.spec.name if parsed.spec else None
    return CheckAnswer(
        valid=parsed.spec is not None,
        name=name,
        exists=name is not None and _exists(services, name),
        diagnostics=parsed.diagnostics,
    )


async def _machine(services: Services, order: TargetOrder | None) -> GpuMachine | None:
    """What fixes are for; None where that cannot be found out and nothing was declared."""
    try:
        return gpu_machine(await services.machine_choice(order or TargetOrder()))
    except EnvsError:
        if order is not None:
            raise
        return None


def _exists(services: Services, name: str) -> bool:
    try:
        return name_in_use(services.store(), check_name(name)) is not None
    except EnvsError:
        return False


async def plan(call: Call[PlanBody, NoQuery]) -> Accepted:
    """Start finding out what a source would bring or change."""
    services, body = call.services, call.body
    source = await read_source(body.source, services)
    job = await services.run(
        lambda: ask_plan(
            services.settings(),
            source,
            body.name,
            upgrade=body.upgrade,
            locked=body.locked,
            target=target_order(body.target),
            actor=call.actor,
        )
    )
    return Accepted(job.id)


async def lock(call: Call[LockBody, NoQuery]) -> Accepted:
    """Start writing the lock of a file beside it."""
    services, body = call.services, call.body
    file = await services.files.place(body.path)
    job = await services.run(
        lambda: ask_lock(
            services.settings(),
            file,
            platforms=body.platforms,
            targets=body.targets,
            upgrade=body.upgrade,
            actor=call.actor,
        )
    )
    return Accepted(job.id)


async def lock_state(call: Call[None, LockQuery]) -> LockCheck:
    """Whether the lock beside a file is still that of the file; nothing is solved."""
    file = await call.services.files.place(call.query.path)
    return await call.services.run(check_lock_file, file)
