"""Endpoints of what lies on the disk: archive and recreate, the source file, disk space."""

from __future__ import annotations

import msgspec

from jupyter_envs.operations import (
    CleanPlan,
    EnvironmentView,
    SourceState,
    StorageView,
    ask_archive,
    ask_recreate,
    full_view,
    last_storage,
    plan_clean,
    source_state,
    storage_of,
)
from jupyter_envs.store import get_managed, get_recorded

from .environments import require_local_kernels
from .messages import NoQuery
from .routing import Accepted, Call
from .services import Services


class ArchiveBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keep only file and lock. ``force``: also while processes run from it, and where it was
    changed by hand, which is then lost."""

    force: bool = False


class StorageQuery(NoQuery, frozen=True, kw_only=True):
    """``known``: what was measured last, at once; measured now only where nothing ever was."""

    known: bool = False


class CleanQuery(NoQuery, frozen=True, kw_only=True):
    """As for the cleaning itself: earlier ``generations``, cached ``packages``."""

    generations: bool = False
    packages: bool = True


async def archive(call: Call[ArchiveBody, NoQuery]) -> Accepted:
    """Start archiving an environment."""
    services, name, force = call.services, call.path["env"], call.body.force
    job = await services.run(
        lambda: ask_archive(services.settings(), name, force=force, actor=call.actor)
    )
    return Accepted(job.id)


async def recreate(call: Call[None, NoQuery]) -> Accepted:
    """Start making an archived environment again."""
    services = call.services
    require_local_kernels(services)
    job = await services.run(
        lambda: ask_recreate(services.settings(), call.path["env"], actor=call.actor)
    )
    return Accepted(job.id)


async def register(call: Call[None, NoQuery]) -> EnvironmentView:
    """Bring its kernels in line with what it is, at once."""
    services = call.services
    require_local_kernels(services)
    return await services.run(_register, services, call.path["env"])


def _register(services: Services, name: str) -> EnvironmentView:
    store = services.store()
    get_managed(store, name)
    services.reconcile()
    return full_view(store, get_managed(store, name))


async def source(call: Call[None, NoQuery]) -> SourceState:
    """The file it was made from, now."""
    return await call.services.run(_source, call.services, call.path["env"])


def _source(services: Services, name: str) -> SourceState:
    return source_state(get_recorded(services.store(), name))


async def storage(call: Call[None, StorageQuery]) -> StorageView:
    """How much space is used and free."""
    return await call.services.run(_storage, call.services, call.query.known)


def _storage(services: Services, known: bool) -> StorageView:
    settings = services.settings()
    found = last_storage(settings) if known else None
    return found or storage_of(settings)


async def clean_plan(call: Call[None, CleanQuery]) -> CleanPlan:
    """What cleaning would remove."""
    services, query = call.services, call.query
    return await services.run(
        lambda: plan_clean(
            services.settings(), generations=query.generations, packages=query.packages
        )
    )
