"""The conda half of a build: metadata, solve, download, install."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_envs.engine import (
    CacheDirs,
    InstallRequest,
    Resolution,
    Session,
    Solution,
    SolveRequest,
    Target,
    channel_records,
    clean_dependency,
    install,
    link_scripts,
    load_metadata,
    locked_packages,
    missing_kernel,
    named_channels,
    open_session,
    prefix_records,
    prepare,
    run_link_scripts,
    solution_from_lock,
    solve,
)
from jupyter_envs.errors import SolveError, no_space
from jupyter_envs.lock import Lock
from jupyter_envs.spec import classify_pip_line
from jupyter_envs.store import GenerationFiles

from .context import Context
from .gpu_required import check_builds, lines_for_gpu, only_cpu_builds
from .order import Order

if TYPE_CHECKING:
    from jupyter_envs.engine import Record

#: Installed size over archive size: 846 MB from 167 to 245 MB measured on 118 packages.
_EXPANSION = 4


@contextmanager
def channels_of(order: Order, context: Context) -> Iterator[tuple[Session, Resolution]]:
    """The order's channels, open; a login that cannot be used is told, a policy is enforced."""
    channels = order.lock.channels if order.lock else order.spec.channels
    with open_session(
        context.configuration,
        CacheDirs.under(context.settings.cache_dir),
        channels or context.configuration.channels,
        base=order.base,
        offline=context.settings.offline,
        home=context.settings.home,
        named=named_channels(order.spec.dependencies),
    ) as (session, resolution):
        for problem in session.credentials.problems:
            context.note("login_unusable", place=problem.where, reason=problem.reason)
        context.policy.check_channels(channel.url for channel in resolution.channels)
        yield session, resolution


def conda_solution(
    order: Order, target: Target, session: Session, resolution: Resolution, context: Context
) -> tuple[Solution, tuple[str, ...], tuple[str, ...]]:
    """The records to install, the dependencies asked for, and those that we added."""
    if order.lock is not None:
        context.journal.progress("metadata", 0, None, "packages")
        prefix = _known_prefix(order)
        known = prefix_records(prefix) if prefix else ()
        solution = solution_from_lock(order.lock, target.platform, session, known=known)
        return solution, tuple(map(clean_dependency, order.spec.dependencies)), ()
    return _solved(order, target, session, resolution, context)


def _known_prefix(order: Order) -> Path | None:
    """A prefix that may have the lock's packages: then no channel needs to be asked."""
    return order.twin or (order.previous.prefix if order.previous else None)


def _solved(
    order: Order, target: Target, session: Session, resolution: Resolution, context: Context
) -> tuple[Solution, tuple[str, ...], tuple[str, ...]]:
    added: list[str] = []
    for_gpu: list[str] = []
    context.journal.progress("metadata", 0, None, "packages")
    preferred = _preferred(order, target, session)

    def solved() -> Solution:
        request = _request(order, (*added, *for_gpu), target, resolution, context, preferred)
        question = prepare(request, session)
        load_metadata(question, session)
        context.journal.progress("solve", 0, None, "packages")
        return solve(request, question, session)

    with limits_told(order):
        solution = solved()
        if order.gpu_required:
            for_gpu += lines_for_gpu(locked_packages(solution, target.platform), order.names)
            if for_gpu:
                with only_cpu_builds(for_gpu):
                    solution = solved()
            check_builds(
                locked_packages(solution, target.platform),
                order.names,
                complete=not order.pip.lines,
            )
        kernel = missing_kernel(solution.names)
        if kernel is not None and not _from_pip(order, kernel):
            added.append(kernel)
            solution = solved()
    for name in added:
        if {"code": "package_added", "params": {"name": name}} not in context.notes:
            context.note("package_added", name=name)  # once, also for several platforms
    texts = tuple(map(clean_dependency, (*order.spec.dependencies, *added)))
    return solution, texts, tuple(added)


@contextmanager
def limits_told(order: Order) -> Iterator[None]:
    """A refusal names, as a hint, what the target held back: it is in no line of the file."""
    try:
        yield
    except SolveError as error:
        limits = order.chosen.choice.limits if order.chosen is not None else ()
        if not limits:
            raise
        told = " ".join(filter(None, (error.hint, *(one.message for one in limits))))
        raise type(error)(details=error.details, hint=told, **error.params) from error


def _from_pip(order: Order, name: str) -> bool:
    return any(classify_pip_line(line).name == name for line in order.pip.lines)


def _preferred(order: Order, target: Target, session: Session) -> Sequence[Record]:
    """What stays as it is where nothing speaks against it."""
    if not order.keep_versions:
        return ()
    if order.kept is not None:
        return channel_records(order.kept, target.platform, session)
    if order.previous is None:
        return ()
    # What could not be locked of an adopted environment could not be locked again either.
    info = order.previous.info
    left = {p.name for p in (info.unlocked if info else ()) if p.manager == "conda"}
    return [r for r in prefix_records(order.previous.prefix) if r.name.normalized not in left]


def _request(
    order: Order,
    added: tuple[str, ...],
    target: Target,
    resolution: Resolution,
    context: Context,
    preferred: Sequence[Record],
) -> SolveRequest:
    return SolveRequest(
        dependencies=(*order.spec.dependencies, *added),
        resolution=resolution,
        target=target,
        priority=context.configuration.channel_priority,
        preferred=tuple(preferred),
        constraints=(
            *context.configuration.pinned_packages,
            *(order.chosen.choice.constraints if order.chosen else ()),
        ),
        timeout=context.settings.solve_timeout,
    )


def install_conda(
    order: Order,
    solution: Solution,
    requested: tuple[str, ...],
    files: GenerationFiles,
    session: Session,
    context: Context,
) -> tuple[str, ...]:
    """Install the solution; returns the packages whose link script was left out."""
    context.policy.check_packages(solution.names)
    # Also what "channel::package" or a lock took from a channel that it does not list.
    context.policy.check_channels(solution.channel_urls)
    _require_space(solution, session, context)
    request = InstallRequest(prefix=files.prefix, requested=requested)
    thorough = "conda" in order.distrusted
    install(solution, request, session, context.journal.progress, thorough=thorough)
    return _link_scripts(files, context)


def _link_scripts(files: GenerationFiles, context: Context) -> tuple[str, ...]:
    found = link_scripts(files.prefix)
    allowed = [script for script in found if context.policy.may_run_link_script(script.name)]
    for name, said in run_link_scripts(files.prefix, allowed).items():
        context.note("link_script_said", name=name, text=said)
    skipped = tuple(script.name for script in found if script not in allowed)
    for name in skipped:
        context.note("link_script_skipped", name=name)
    return skipped


def _require_space(solution: Solution, session: Session, context: Context) -> None:
    needed = solution.missing_size(session) * _EXPANSION
    for path in (context.settings.envs_dir, session.cache.packages):
        if needed > shutil.disk_usage(path).free:
            raise no_space(path, needed=needed)


def conda_lock_part(
    solution: Solution, target: Target, resolution: Resolution, order: Order
) -> Lock:
    """The lock of the conda half; pip's packages join it later."""
    if order.lock is not None:
        return order.lock
    return Lock(
        platforms=(target.platform,),
        channels=tuple(channel.url for channel in resolution.channels),
        packages=locked_packages(solution, target.platform),
    )
