"""Looking ahead: what a source would change, without changing anything."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_envs.engine import Session, Target
from jupyter_envs.errors import EnvironmentNotFound
from jupyter_envs.lock import Lock, LockedPackage, make_plan, with_packages
from jupyter_envs.spec import check_name
from jupyter_envs.store import Environment, get_managed

from .conda_part import channels_of, conda_lock_part, conda_solution
from .context import Context
from .gpu_required import check_builds
from .order import Order, lock_of, make_order, target_of
from .pip_part import check_pip, lock_pip_part
from .requests import Plan
from .target_record import target_shown


def plan(request: Plan, context: Context) -> dict[str, Any]:
    """Solve, and compare with the environment of that name, if there is one.

    Its pip section is found as for a lock: without a prefix. Raises what a solve raises.
    """
    previous = _existing(request.name, context)
    order = make_order(
        previous.name if previous else request.name,
        previous.slug if previous else check_name(request.name),
        request.source,
        context,
        previous=previous,
        keep_versions=not request.upgrade,
        target=request.target,
    )
    check_pip(order, context)
    target = target_of(order, context)
    with channels_of(order, context) as (session, resolution):
        solution, _, added = conda_solution(order, target, session, resolution, context)
        context.policy.check_packages(solution.names)
        conda = conda_lock_part(solution, target, resolution, order)
        before = lock_of(previous) if previous else None
        pip = _pip(order, conda, before, target, session, context)
        after = with_packages(conda, pip)
        if order.gpu_required:
            check_builds(after.for_platform(target.platform), order.names)
        found = make_plan(
            before,
            after,
            target.platform,
            sizes=solution.sizes,
            cached=solution.cached(session) | _by_pip(before, target.platform),
        )
    return {
        "name": order.name,
        "exists": previous is not None,
        "added": list(added),
        "target": msgspec.to_builtins(target_shown(order, target.platform)),
        "plan": msgspec.to_builtins(found),
    }


def _existing(name: str, context: Context) -> Environment | None:
    try:
        return get_managed(context.store, name)
    except EnvironmentNotFound:
        return None


def _pip(
    order: Order,
    conda: Lock,
    before: Lock | None,
    target: Target,
    session: Session,
    context: Context,
) -> tuple[LockedPackage, ...]:
    if order.lock is not None or not order.pip.lines:
        return ()  # a lock has them among the others
    context.journal.progress("solve", 0, None, "packages")
    kept = before if order.keep_versions else None
    return lock_pip_part(order, conda, target, session, context, kept=kept)


def _by_pip(before: Lock | None, platform: str) -> set[str]:
    """What pip has installed here before: it has it in its own cache."""
    packages = before.for_platform(platform) if before else ()
    return {p.sha256 for p in packages if p.manager == "pip"}
