"""Making the lock of a spec, for one platform or several, beside the spec."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from jupyter_envs.engine import (
    Resolution,
    Session,
    Target,
    usual_target,
    with_declared_packages,
)
from jupyter_envs.errors import InvalidInput, LockInvalid, PipFailed, SolveError
from jupyter_envs.hardware import Whose, read_inventory
from jupyter_envs.lock import (
    Lock,
    content_hash,
    declared,
    diff,
    emit_lock,
    lock_digest,
    parse_lock,
    target_note,
    unhashed,
    with_declared,
    with_input,
    with_packages,
    with_target_note,
)
from jupyter_envs.store import write_atomically

from .agreement import input_names
from .changes import change_texts
from .conda_part import channels_of, conda_lock_part, conda_solution
from .context import Context
from .gpu_required import check_builds, require_gpu
from .order import Order, make_order, target_of
from .origin import with_origin
from .pip_part import check_pip, lock_pip_part
from .requests import MakeLock
from .targets import Chosen, choose, detected


def make_lock(request: MakeLock, context: Context) -> dict[str, Any]:
    """Solve for each platform, write the lock, and say what is new in it.

    The file is written once, when all platforms have been solved, and not at all where it would
    be the same. Raises what a solve raises, and InvalidInput for the lock of another file.
    """
    before = _existing(request)
    order = make_order(request.name, request.name, request.source, context)
    order = replace(order, kept=before, keep_versions=not request.upgrade)
    check_pip(order, context)
    found = _targets(request, before, order, context)
    orders = [replace(order, chosen=chosen) for chosen in found]
    with channels_of(order, context) as (session, resolution):
        parts = [_part(one, session, resolution, context) for one in orders]
    lock = _joined(parts, orders, before, request, context)
    targets = [chosen.target for chosen in found]
    data = emit_lock(lock)
    changed = not request.output.exists() or request.output.read_bytes() != data
    if changed:
        write_atomically(request.output.resolve(), data)
    return {
        "file": str(request.output),
        "changed": changed,
        "platforms": [_summary(lock, before, target.platform) for target in targets],
    }


def _existing(request: MakeLock) -> Lock | None:
    """The lock that is there, if it is this spec's. Raises LockInvalid, InvalidInput."""
    if not request.output.exists():
        return None
    if not request.output.is_file():
        raise LockInvalid(file=str(request.output), reason="it is no file")
    elsewhere = "Move it away, or choose another place with --output."
    try:
        lock = parse_lock(request.output.read_bytes(), file=str(request.output))
    except LockInvalid as error:
        raise LockInvalid(hint=elsewhere, **error.params) from error
    names = input_names(request.source, request.output)
    if lock.inputs and lock.inputs.keys().isdisjoint(names):
        theirs = ", ".join(sorted(lock.inputs))
        raise InvalidInput(
            reason=f"{request.output} is the lock of {theirs}, so it was left as it is",
            hint=elsewhere,
        )
    return lock


def _targets(
    request: MakeLock, before: Lock | None, order: Order, context: Context
) -> tuple[Chosen, ...]:
    named = request.platforms or order.spec.platforms
    here = detected(context.configuration)
    platforms = named or (before.platforms if before else ()) or (here.platform,)
    return tuple(
        _chosen(request, platform, before, here if not named else None, context)
        for platform in dict.fromkeys(platforms)
    )


def _chosen(
    request: MakeLock,
    platform: str,
    before: Lock | None,
    here: Target | None,
    context: Context,
) -> Chosen:
    """What was declared now, else what the lock was made for before; else this machine where
    no platform is named, so that the lock is the one that ``create`` would make; else what is
    usual, which does not depend on whose machine this is."""
    wanted = {**request.targets.get("", {}), **request.targets.get(platform, {})}
    known = declared(before, platform) if before else ()
    whose: Whose
    if known:
        base, whose = Target(platform=platform, virtual_packages=known), "lock"
    elif here is not None and here.platform == platform:
        base, whose = here, "here"
    else:
        base, whose = usual_target(platform), "usual"
    if "__cuda" in wanted and whose != "lock":
        whose = "lock"  # what is declared for the lock holds, whoever's machine it is made on
    return choose(
        with_declared_packages(base, wanted),
        request.target,
        context.policy,
        whose=whose,
        inventory=read_inventory() if whose == "here" else None,
    )


def _part(
    order: Order, session: Session, resolution: Resolution, context: Context
) -> tuple[Target, Lock, tuple[str, ...]]:
    """One platform: its target, its packages, and what was added to the spec."""
    target = target_of(order, context)
    try:
        if order.chosen is not None:
            require_gpu(order.chosen.choice)
        return _solved_part(order, target, session, resolution, context)
    except (SolveError, PipFailed) as error:
        # Which of the platforms it was is not in the sentence.
        hint = " ".join(filter(None, (f"This is about {target.platform}.", error.hint)))
        raise type(error)(details=error.details, hint=hint, **error.params) from error


def _solved_part(
    order: Order, target: Target, session: Session, resolution: Resolution, context: Context
) -> tuple[Target, Lock, tuple[str, ...]]:
    solution, _, added = conda_solution(order, target, session, resolution, context)
    context.policy.check_packages(solution.names)
    context.policy.check_channels(solution.channel_urls)
    lock = conda_lock_part(solution, target, resolution, order)
    if order.pip.lines:
        context.journal.progress("solve", 0, None, "packages")
        kept = order.kept if order.keep_versions else None
        packages = lock_pip_part(order, lock, target, session, context, kept=kept)
        lock = with_packages(lock, packages)
    if order.gpu_required:
        check_builds(lock.for_platform(target.platform), order.names)
    return target, lock, added


def _joined(
    parts: list[tuple[Target, Lock, tuple[str, ...]]],
    orders: list[Order],
    before: Lock | None,
    request: MakeLock,
    context: Context,
) -> Lock:
    _, lock, _ = parts[0]
    for order, (target, part, _) in zip(orders, parts, strict=True):
        lock = with_packages(lock, part.packages)
        hashed = content_hash(
            order.spec.dependencies,
            part.channels,
            target.platform,
            target.virtual_packages,
            pip=order.pip.lines,
        )
        lock = replace(lock, content_hash={**lock.content_hash, target.platform: hashed})
        lock = with_declared(lock, target.platform, target.virtual_packages)
        lock = with_target_note(lock, target.platform, _note(order, before, request))
    lock = replace(lock, platforms=tuple(target.platform for target, _, _ in parts))
    added = {name for _, _, names in parts for name in names}
    order = orders[0]
    for name, data in input_names(request.source, request.output).items():
        lock = with_input(lock, name, data)
    return with_origin(lock, order, context, added=added)


def _note(order: Order, before: Lock | None, request: MakeLock) -> str:
    """How the target was chosen; what the lock says of that already stays."""
    assert order.chosen is not None
    platform = order.chosen.target.platform
    said = target_note(before, platform) if before else ""
    same = before is not None and set(declared(before, platform)) == set(
        order.chosen.target.virtual_packages
    )
    return said if said and same and request.target is None else order.chosen.note()


def _summary(lock: Lock, before: Lock | None, platform: str) -> dict[str, Any]:
    found = diff(before, lock, platform)
    return {
        "platform": platform,
        "lock_digest": lock_digest(lock, platform),
        "packages": len(lock.for_platform(platform)),
        "unhashed": msgspec.to_builtins(unhashed(lock.for_platform(platform))),
        "changes": change_texts(found),
    }
