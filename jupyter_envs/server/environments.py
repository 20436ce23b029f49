"""Endpoints of environments: list, one, and the verbs that change them."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.errors import GenerationNotFound, KernelsElsewhere
from jupyter_envs.export import export
from jupyter_envs.operations import (
    EnvironmentView,
    Operation,
    Rollback,
    ask_clone,
    ask_create,
    ask_remove,
    ask_update,
    export_source,
    full_view,
    packages_of,
    run_here,
)
from jupyter_envs.store import (
    GenerationFiles,
    find_environment,
    get_managed,
    get_mendable,
    get_recorded,
    live_leases,
)

from .messages import (
    ActivationAnswer,
    CloneBody,
    CreateBody,
    EnvironmentsAnswer,
    ExportQuery,
    GenerationsAnswer,
    NoQuery,
    OperationView,
    PackagesAnswer,
    ProcessView,
    RemoveQuery,
    RollbackBody,
    UpdateBody,
    UsageAnswer,
)
from .routing import Accepted, Call, File
from .services import Services
from .shapes import activation_command, operation_view
from .sources import read_source, target_order


async def list_all(call: Call[None, NoQuery]) -> EnvironmentsAnswer:
    """All environments."""
    call.services.interest()
    return EnvironmentsAnswer(environments=await call.services.run(_views, call.services))


def _views(services: Services) -> list[EnvironmentView]:
    return services.environments().views()


async def create(call: Call[CreateBody, NoQuery]) -> Accepted:
    """Start making an environment."""
    services = call.services
    require_local_kernels(services)
    source = await read_source(call.body.source, services)
    job = await services.run(
        lambda: ask_create(
            services.settings(),
            source,
            call.body.name,
            locked=call.body.locked,
            target=target_order(call.body.target),
            actor=call.actor,
        )
    )
    return Accepted(job.id)


async def one(call: Call[None, NoQuery]) -> EnvironmentView:
    """One environment with its generations."""
    return await call.services.run(_full_view, call.services, call.path["env"])


def _full_view(services: Services, name: str) -> EnvironmentView:
    store = services.store()
    return full_view(store, find_environment(store, name))


async def update(call: Call[UpdateBody, NoQuery]) -> Accepted:
    """Start building the next generation."""
    services, body = call.services, call.body
    require_local_kernels(services)
    source = await read_source(body.source, services) if body.source else None
    job = await services.run(
        lambda: ask_update(
            services.settings(),
            call.path["env"],
            source,
            upgrade=body.upgrade,
            locked=body.locked,
            target=target_order(body.target),
            actor=call.actor,
        )
    )
    return Accepted(job.id)


async def remove(call: Call[None, RemoveQuery]) -> Accepted:
    """Start taking an environment away."""
    services, name, force = call.services, call.path["env"], call.query.force
    job = await services.run(
        lambda: ask_remove(services.settings(), name, force=force, actor=call.actor)
    )
    return Accepted(job.id)


async def rollback(call: Call[RollbackBody, NoQuery]) -> OperationView:
    """Make an earlier generation current, at once."""
    return await call.services.run(_rollback, call)


def _rollback(call: Call[RollbackBody, NoQuery]) -> OperationView:
    services = call.services
    slug = get_mendable(services.store(), call.path["env"]).slug
    request = Rollback(name=slug, generation=call.body.generation)
    done: Operation = run_here(request, services.settings(), actor=call.actor)
    return operation_view(services.store(), done)


async def clone(call: Call[CloneBody, NoQuery]) -> Accepted:
    """Start making an environment with the same packages."""
    services = call.services
    require_local_kernels(services)
    job = await services.run(
        lambda: ask_clone(services.settings(), call.path["env"], call.body.name, actor=call.actor)
    )
    return Accepted(job.id)


async def packages(call: Call[None, NoQuery]) -> PackagesAnswer:
    """The packages of the current generation."""
    return await call.services.run(_packages, call.services, call.path["env"])


def _packages(services: Services, name: str) -> PackagesAnswer:
    return PackagesAnswer(packages=packages_of(get_recorded(services.store(), name)))


async def generations(call: Call[None, NoQuery]) -> GenerationsAnswer:
    """The generations, oldest first."""
    found = await call.services.run(_full_view, call.services, call.path["env"])
    return GenerationsAnswer(generations=found.generations)


async def generation_spec(call: Call[None, NoQuery]) -> File:
    """The environment.yml of one generation, as it was given."""
    files = await call.services.run(_generation, call)
    return await call.services.run(_file, files.spec)


async def generation_lock(call: Call[None, NoQuery]) -> File:
    """The lock of one generation."""
    files = await call.services.run(_generation, call)
    return await call.services.run(_file, files.lock)


def _generation(call: Call[None, NoQuery]) -> GenerationFiles:
    store = call.services.store()
    environment = get_managed(store, call.path["env"])
    number = call.path["number"]
    if number not in map(str, environment.generations):
        known = ", ".join(map(str, environment.generations))
        raise GenerationNotFound(name=environment.name, generation=number, generations=known)
    return GenerationFiles(store.generation(environment.slug, int(number)))


def _file(path: Path) -> File:
    return File(path.read_bytes(), "application/yaml", path.name)


async def usage(call: Call[None, NoQuery]) -> UsageAnswer:
    """The processes that were started from it."""
    # The kernels are asked on the event loop, whose objects they are.
    kernels = call.services.kernels.process_ids()
    return await call.services.run(_usage, call.services, call.path["env"], kernels)


def _usage(services: Services, name: str, kernels: dict[int, str]) -> UsageAnswer:
    store = services.store()
    leases = live_leases(store, get_managed(store, name).slug)
    return UsageAnswer(
        processes=[
            ProcessView(
                pid=lease.pid,
                host=lease.host,
                generation=lease.generation,
                kernel=kernels.get(lease.pid),
            )
            for lease in leases
        ]
    )


async def activation(call: Call[None, NoQuery]) -> ActivationAnswer:
    """A line that activates it in a terminal."""
    return await call.services.run(_activation, call.services, call.path["env"])


def _activation(services: Services, name: str) -> ActivationAnswer:
    slug = get_managed(services.store(), name).slug
    return ActivationAnswer(command=activation_command(slug, services.envs_dir))


async def export_as(call: Call[None, ExportQuery]) -> File:
    """The environment as a file."""
    return await call.services.run(_export, call.services, call.path["env"], call.query.format)


def _export(services: Services, name: str, format_name: str) -> File:
    made = export(export_source(get_recorded(services.store(), name), format_name), format_name)
    return File(made.data, made.media_type, made.file_name)


def require_local_kernels(services: Services) -> None:
    """Raise KernelsElsewhere where no kernel of this machine's environments would be started."""
    if services.remote_kernels:
        raise KernelsElsewhere
