"""Making the lock of a spec, for one platform or several, beside the spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from jupyter_envs.engine import (
    Ownership,
    Resolution,
    Session,
    Target,
    lock_pip,
    python_target,
    repository_urls,
    usual_target,
    with_declared_packages,
)
from jupyter_envs.errors import InvalidInput, LockInvalid, PipFailed, SolveError
from jupyter_envs.lock import (
    Lock,
    LockedPackage,
    content_hash,
    declared,
    diff,
    emit_lock,
    lock_digest,
    parse_lock,
    pypi_name,
    unhashed,
    with_declared,
    with_input,
    with_packages,
)
from jupyter_envs.store import write_atomically

from .agreement import input_names
from .changes import change_texts
from .conda_part import channels_of, conda_lock_part, conda_solution
from .context import Context
from .order import Order, make_order, this_target
from .origin import with_origin
from .pip_part import check_pip, uv_context
from .requests import MakeLock


def make_lock(request: MakeLock, context: Context) -> dict[str, Any]:
    """Solve for each platform, write the lock, and say what is new in it.

    The file is written once, when all platforms have been solved, and not at all where it would
    be the same. Raises what a solve raises, and InvalidInput for the lock of another file.
    """
    before = _existing(request)
    order = make_order(request.name, request.name, request.source, context)
    order = replace(order, kept=before, keep_versions=not request.upgrade)
    check_pip(order, context)
    targets = _targets(request, order, before, context)
    with channels_of(order, context) as (session, resolution):
        parts = [_part(order, target, session, resolution, context) for target in targets]
    lock = _joined(parts, order, request, context)
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
    request: MakeLock, order: Order, before: Lock | None, context: Context
) -> tuple[Target, ...]:
    named = request.platforms or order.spec.platforms
    here = this_target(context)
    platforms = named or (before.platforms if before else ()) or (here.platform,)
    return tuple(
        _target(request, platform, before, here if not named else None, context)
        for platform in dict.fromkeys(platforms)
    )


def _target(
    request: MakeLock,
    platform: str,
    before: Lock | None,
    here: Target | None,
    context: Context,
) -> Target:
    """What was declared now, else what the lock was made for before; else this machine where
    no platform is named, so that the lock is the one that ``create`` would make; else what is
    usual, which does not depend on whose machine this is."""
    wanted = {**request.targets.get("", {}), **request.targets.get(platform, {})}
    if context.settings.cuda and not platform.startswith("osx-"):
        wanted.setdefault("__cuda", context.settings.cuda)
    known = declared(before, platform) if before else ()
    if known:
        target = Target(platform=platform, virtual_packages=known)
    elif here is not None and here.platform == platform:
        target = here
    else:
        target = usual_target(platform)
    return with_declared_packages(target, wanted)


def _part(
    order: Order, target: Target, session: Session, resolution: Resolution, context: Context
) -> tuple[Target, Lock, tuple[str, ...]]:
    """One platform: its target, its packages, and what was added to the spec."""
    try:
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
    conda = conda_lock_part(solution, target, resolution, order)
    if not order.pip.lines:
        return target, conda, added
    context.journal.progress("solve", 0, None, "packages")
    packages = _pip_packages(order, conda, target, session, context)
    return target, with_packages(conda, packages), added


def _pip_packages(
    order: Order, conda: Lock, target: Target, session: Session, context: Context
) -> tuple[LockedPackage, ...]:
    packages = conda.for_platform(target.platform)
    python = next((p.version for p in packages if p.name == "python"), None)
    if python is None:
        raise PipFailed(
            reason="the environment has no python", hint="Add 'python' under 'dependencies:'."
        )
    owned = {name: p.version for p in packages if (name := pypi_name(p))}
    kept = order.kept.for_platform(target.platform) if order.kept and order.keep_versions else ()
    found = lock_pip(
        order.pip.lines,
        Ownership(distributions=owned, files={}),
        python_target(target, python),
        uv_context(Path(), session.cache.uv, session, context, elsewhere=True).told(
            order.pip.lines
        ),
        constraints=order.pip.constraints,
        preferred=[p for p in kept if p.manager == "pip"],
    )
    context.policy.check_repositories(repository_urls((), found))
    return found


def _joined(
    parts: list[tuple[Target, Lock, tuple[str, ...]]],
    order: Order,
    request: MakeLock,
    context: Context,
) -> Lock:
    _, lock, _ = parts[0]
    for target, part, _ in parts:
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
    lock = replace(lock, platforms=tuple(target.platform for target, _, _ in parts))
    added = {name for _, _, names in parts for name in names}
    for name, data in input_names(request.source, request.output).items():
        lock = with_input(lock, name, data)
    return with_origin(lock, order, context, added=added)


def _summary(lock: Lock, before: Lock | None, platform: str) -> dict[str, Any]:
    found = diff(before, lock, platform)
    return {
        "platform": platform,
        "lock_digest": lock_digest(lock, platform),
        "packages": len(lock.for_platform(platform)),
        "unhashed": msgspec.to_builtins(unhashed(lock.for_platform(platform))),
        "changes": change_texts(found),
    }
