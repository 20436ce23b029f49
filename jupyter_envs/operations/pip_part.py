"""The pip half of a build: resolved inside the new prefix, after conda, never against it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_envs.engine import (
    Ownership,
    PythonTarget,
    Session,
    Target,
    UvContext,
    check_pip_lines,
    install_pip,
    lock_pip,
    pip_findings,
    python_target,
    read_ownership,
    repository_urls,
    require_git,
    uv_environment,
)
from jupyter_envs.errors import PipFailed
from jupyter_envs.lock import Lock, LockedPackage, pypi_name
from jupyter_envs.store import GenerationFiles, read_own_lock

from .context import Context
from .order import Order

#: uv's cache for one operation, and after how long nobody can be using it any more.
_OWN_CACHE = ".uv-"
_LEFT_SECONDS = 24 * 3600.0


def check_pip(order: Order, context: Context) -> None:
    """Refuse, before anything is downloaded, what cannot be locked or is not allowed.

    Where repositories are to be fetched, there has to be a git. Raises PipUnsupported,
    PolicyDenied and PipFailed.
    """
    lines = (*order.pip.lines, *order.pip.constraints)
    check_pip_lines(lines)
    urls = repository_urls(lines, order.lock.packages if order.lock else ())
    context.policy.check_repositories(urls)
    require_git(urls)


def install_pip_part(
    order: Order,
    conda: Lock,
    target: Target,
    files: GenerationFiles,
    session: Session,
    context: Context,
) -> tuple[LockedPackage, ...]:
    """Lock and install the pip section; returns its packages.

    Findings of pip's check that were there before are notes, new ones are errors.
    """
    locked = [p for p in conda.for_platform(target.platform) if p.manager == "pip"]
    if not order.pip.lines and not locked:
        return ()
    _require_python(files)
    with _uv_cache(order, session) as cache:
        uv = uv_context(files.prefix, cache, session, context).told(order.pip.lines)
        return _install(order, conda, locked, target, uv, context)


def lock_pip_part(
    order: Order,
    conda: Lock,
    target: Target,
    session: Session,
    context: Context,
    *,
    kept: Lock | None,
) -> tuple[LockedPackage, ...]:
    """The packages of the pip section, found without a prefix: for a target that may be another
    machine, and around the conda packages as their names say what they hold. What ``kept`` has
    stays where it may. Raises PipFailed and PolicyDenied.
    """
    packages = conda.for_platform(target.platform)
    python = next((p.version for p in packages if p.name == "python"), None)
    if python is None:
        raise _without_python()
    owned = {name: p.version for p in packages if (name := pypi_name(p))}
    before = kept.for_platform(target.platform) if kept else ()
    uv = uv_context(Path(), session.cache.uv, session, context, elsewhere=True)
    found = lock_pip(
        order.pip.lines,
        Ownership(distributions=owned, files={}),
        python_target(target, python),
        uv.told(order.pip.lines),
        constraints=order.pip.constraints,
        preferred=[p for p in before if p.manager == "pip"],
    )
    # Also those that another package of the section asks for.
    context.policy.check_repositories(repository_urls((), found))
    return found


@contextmanager
def _uv_cache(order: Order, session: Session) -> Iterator[Path]:
    """uv's cache; an empty one where the files in it may have been edited through a link."""
    if "pip" not in order.distrusted:
        yield session.cache.uv
        return
    # Beside it, and so on the file system that files can be linked from.
    place = session.cache.uv.parent
    for left in place.glob(f"{_OWN_CACHE}*"):
        if time.time() - left.stat().st_mtime > _LEFT_SECONDS:  # by a worker that was killed
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place, prefix=_OWN_CACHE) as folder:
        yield Path(folder)


def _install(
    order: Order,
    conda: Lock,
    locked: list[LockedPackage],
    target: Target,
    uv: UvContext,
    context: Context,
) -> tuple[LockedPackage, ...]:
    context.journal.progress("pip", 0, None, "packages")
    owned = read_ownership(uv.prefix)
    before = set(pip_findings(uv))
    packages = (
        tuple(locked)
        if order.lock is not None
        else _resolve(order, owned, _wheels_for(conda, target), uv)
    )
    # Also those that another package of the section asks for.
    context.policy.check_repositories(repository_urls((), packages))
    install_pip(packages, owned, uv)
    context.journal.progress("pip", len(packages), len(packages), "packages")
    _judge(before, set(pip_findings(uv)), context)
    return packages


def uv_context(
    prefix: Path, cache: Path, session: Session, context: Context, *, elsewhere: bool = False
) -> UvContext:
    """uv as it works for this person, with what they have told pip."""
    return UvContext(
        prefix=prefix,
        cache=cache,
        environment=uv_environment(os.environ, context.settings.home),
        offline=session.offline,
        elsewhere=elsewhere,
    )


def _wheels_for(conda: Lock, target: Target) -> PythonTarget:
    packages = conda.for_platform(target.platform)
    return python_target(target, next((p.version for p in packages if p.name == "python"), "3"))


def _require_python(files: GenerationFiles) -> None:
    if not (files.prefix / "bin" / "python").exists():
        raise _without_python()


def _without_python() -> PipFailed:
    return PipFailed(
        reason="the environment has no python", hint="Add 'python' under 'dependencies:'."
    )


def _resolve(
    order: Order, owned: Ownership, target: PythonTarget, uv: UvContext
) -> tuple[LockedPackage, ...]:
    preferred: tuple[LockedPackage, ...] = ()
    if order.previous is not None and order.keep_versions:
        path = GenerationFiles(order.previous.prefix).lock
        lock = read_own_lock(path)
        preferred = tuple(p for p in lock.for_platform(target.platform) if p.manager == "pip")
    return lock_pip(
        order.pip.lines,
        owned,
        target,
        uv,
        constraints=order.pip.constraints,
        preferred=preferred,
    )


def _judge(before: set[str], after: set[str], context: Context) -> None:
    introduced = sorted(after - before)
    if introduced:
        raise PipFailed(reason=introduced[0], details=introduced)
    for finding in sorted(before):
        context.note("pip_check", finding=finding)
