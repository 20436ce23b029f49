"""Looking ahead: what a source would change, without changing anything."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_envs.errors import EnvironmentNotFound
from jupyter_envs.lock import Lock, LockedPackage, make_plan, with_packages
from jupyter_envs.spec import check_name
from jupyter_envs.store import Environment, get_managed

from .conda_part import channels_of, conda_lock_part, conda_solution
from .context import Context
from .order import Order, lock_of, make_order, this_target
from .pip_part import check_pip
from .requests import Plan


def plan(request: Plan, context: Context) -> dict[str, Any]:
    """Solve, and compare with the environment of that name, if there is one.

    The pip section can only be resolved inside the new prefix: its packages are counted as they
    are now, and ``pip_open`` says that this may change.
    """
    previous = _existing(request.name, context)
    order = make_order(
        previous.name if previous else request.name,
        previous.slug if previous else check_name(request.name),
        request.source,
        context,
        previous=previous,
        keep_versions=not request.upgrade,
    )
    check_pip(order, context, fetched=False)
    target = this_target(context)
    with channels_of(order, context) as (session, resolution):
        solution, _, added = conda_solution(order, target, session, resolution, context)
        context.policy.check_packages(solution.names)
        conda = conda_lock_part(solution, target, resolution, order)
        before = lock_of(previous) if previous else None
        found = make_plan(
            before,
            with_packages(conda, _pip_as_it_is(order, before, target.platform)),
            target.platform,
            sizes=solution.sizes,
            cached=solution.cached(session),
        )
    return {
        "name": order.name,
        "exists": previous is not None,
        "added": list(added),
        "pip_open": bool(order.pip.lines) and order.lock is None,
        "plan": msgspec.to_builtins(found),
    }


def _existing(name: str, context: Context) -> Environment | None:
    try:
        return get_managed(context.store, name)
    except EnvironmentNotFound:
        return None


def _pip_as_it_is(order: Order, before: Lock | None, platform: str) -> tuple[LockedPackage, ...]:
    if order.lock is not None or before is None or not order.pip.lines:
        return ()
    return tuple(p for p in before.for_platform(platform) if p.manager == "pip")
