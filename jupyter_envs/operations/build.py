"""Building one generation: from an order to a complete prefix that is not yet published."""

from __future__ import annotations

import platform as host_platform
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import datetime
from threading import Thread

from jupyter_envs import __version__
from jupyter_envs.engine import (
    CacheDirs,
    Resolution,
    Session,
    Target,
    clean_dependency,
    engine_versions,
    measure_activation,
)
from jupyter_envs.errors import KernelFailed
from jupyter_envs.kernels import kernelspec, offers, preload, render_shim, verify_kernel
from jupyter_envs.lock import (
    Lock,
    LockedPackage,
    Manager,
    built_for,
    emit_lock,
    lock_digest,
    unhashed,
    with_declared,
    with_input,
    with_packages,
)
from jupyter_envs.spec import has_credentials
from jupyter_envs.store import (
    LINKING_THREADS,
    GenerationFiles,
    GenerationInfo,
    KernelRecord,
    flush_file_system,
    freeze,
    link_bytecode,
    link_mode,
    packages_size,
    protect_cache,
    protect_links,
    read_history,
    read_kept,
    read_own_lock,
    remove_cache_tag,
    write_atomically,
    write_history,
    write_state,
)

from .conda_part import channels_of, conda_lock_part, conda_solution, install_conda
from .context import Context
from .gpu_required import check_builds
from .included import read_included, write_included
from .order import Order
from .origin import with_origin
from .target_record import target_record
from .targets import with_target


class Unchanged(Exception):
    """The order leads to exactly what the environment already is."""


def build_generation(
    order: Order, target: Target, files: GenerationFiles, context: Context
) -> GenerationInfo:
    """Fill the prefix, prove that its kernels start, and say what it is.

    Raises Unchanged, and what the parts raise; the prefix is then to be discarded.
    """
    if order.has_pip:
        # Here and below: loading it takes as long as a solve, and many files have no such section.
        from .pip_part import check_pip

        check_pip(order, context)
    Thread(target=preload, daemon=True).start()  # there is time while packages are linked
    cache = CacheDirs.under(context.settings.cache_dir)
    with channels_of(order, context) as (session, resolution):
        lock, added, skipped = _install(order, target, files, session, resolution, context)
    digest = lock_digest(lock, target.platform)
    _write_records(order, lock, target, files)
    # A kernel that starts leaves this process and the disk without work.
    with ThreadPoolExecutor(LINKING_THREADS) as aside:
        kernels, size = _prove(order, lock, digest, files, cache, context, aside)
    if context.settings.freeze or context.policy.freeze:
        freeze(files.prefix, order.slug)
    packages = lock.for_platform(target.platform)
    return GenerationInfo(
        name=order.name,
        slug=order.slug,
        number=order.number,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        created_by=context.job.actor,
        platform=target.platform,
        virtual_packages=target.virtual_packages,
        channels=lock.channels,
        lock_digest=digest,
        source=order.source,
        operation=context.job.id,
        kernels=kernels,
        added=added,
        notes=tuple(context.notes),
        skipped_link_scripts=skipped,
        unhashed=unhashed(packages),
        conda_packages=sum(p.manager == "conda" for p in packages),
        pip_packages=sum(p.manager == "pip" for p in packages),
        size=size.result(),
        versions={
            "jupyter_envs": __version__,
            "python": host_platform.python_version(),
            **engine_versions(),
        },
        phases=dict(context.journal.phases),
        target=target_record(order, lock, target.platform),
        accelerator=built_for(lock, target.platform),
    )


def _install(
    order: Order,
    target: Target,
    files: GenerationFiles,
    session: Session,
    resolution: Resolution,
    context: Context,
) -> tuple[Lock, tuple[str, ...], tuple[str, ...]]:
    solution, requested, added = conda_solution(order, target, session, resolution, context)
    conda = conda_lock_part(solution, target, resolution, order)
    if order.lock is not None:
        _stop_if_unchanged(order, conda, target, ("conda", "pip"))
    elif not order.pip.lines or order.keep_versions:
        # With the same conda packages as before, the same pip lines keep their versions too.
        _stop_if_unchanged(order, conda, target, ("conda",))
    skipped = install_conda(order, solution, requested, files, session, context)
    pip: tuple[LockedPackage, ...] = ()
    if order.has_pip:
        from .pip_part import install_pip_part

        pip = install_pip_part(order, conda, target, files, session, context)
    if link_mode(session.cache.packages, context.store.root) == "hardlink":
        protect_cache(session.cache.packages, solution.stems)
        if pip:
            protect_links(files.prefix)
    if order.gpu_required:
        whole = with_packages(conda, pip) if order.lock is None else order.lock
        check_builds(whole.for_platform(target.platform), order.names)
    if order.lock is not None:
        return order.lock, added, skipped
    lock = with_origin(with_packages(conda, pip), order, context, added=added)
    lock = with_declared(lock, target.platform, target.virtual_packages)
    if order.chosen is not None:
        lock = with_target(lock, order.chosen)
    lock = with_input(lock, "environment.yml", order.spec_bytes)
    _stop_if_unchanged(order, lock, target, ("conda", "pip"))
    return lock, added, skipped


def _stop_if_unchanged(
    order: Order, lock: Lock, target: Target, managers: tuple[Manager, ...]
) -> None:
    """Raise Unchanged where spec and packages of ``managers`` are as in the generation before.

    Asked for conda before anything is installed; for both when pip had to be resolved to know.
    """
    if order.previous is None or order.anew:
        return
    files = GenerationFiles(order.previous.prefix)
    before = read_own_lock(files.lock)
    same_files = read_included(files) == order.included
    if (
        same_files
        and read_kept(files.spec) == order.spec_bytes
        and (_hashes(before, target, managers) == _hashes(lock, target, managers))
    ):
        raise Unchanged


def _hashes(lock: Lock, target: Target, managers: tuple[Manager, ...]) -> set[str]:
    return {p.sha256 for p in lock.for_platform(target.platform) if p.manager in managers}


def _write_records(order: Order, lock: Lock, target: Target, files: GenerationFiles) -> None:
    """What conda, a later resume and a person look for in the prefix."""
    remove_cache_tag(files.prefix)
    # Kept as it is written; where it has a login, for this user's eyes alone.
    private = has_credentials(order.spec_bytes.decode("utf-8", "replace"))
    write_atomically(files.spec, order.spec_bytes, mode=0o600 if private else 0o644)
    write_included(files, order.included)
    write_atomically(files.lock, emit_lock(lock))
    previous = order.previous
    before: Lock | None = None
    if previous is not None:
        path = GenerationFiles(previous.prefix).lock
        before = read_own_lock(path)
    write_history(
        files.prefix,
        before.for_platform(target.platform) if before else (),
        lock.for_platform(target.platform),
        [clean_dependency(text) for text in order.spec.dependencies],
        previous=read_history(previous.prefix) if previous else "",
    )
    write_state(files.prefix, order.spec.variables)


def _prove(
    order: Order,
    lock: Lock,
    digest: str,
    files: GenerationFiles,
    cache: CacheDirs,
    context: Context,
    aside: Executor,
) -> tuple[tuple[KernelRecord, ...], Future[int]]:
    context.journal.progress("verify", 0, None, "kernels")
    link_bytecode(files.prefix, cache.bytecode, aside, lock.wheels())
    size = aside.submit(packages_size, files.prefix)
    activation = measure_activation(files.prefix, name=order.slug, variables=order.spec.variables)
    for name in activation.unexplained:
        context.note("activation_unexplained", variable=name)
    shim = render_shim(
        files.prefix,
        activation,
        name=order.slug,
        lock_digest=digest,
        store=context.store.root,
        leases=context.store.leases(order.slug),
        generation=order.number,
    )
    write_atomically(files.start, shim.encode("utf-8", "surrogateescape"), mode=0o755)
    # Most of it is on the disk then when it is published, which waits for all of it.
    aside.submit(flush_file_system, files.prefix)
    return _verify(order, digest, files, context), size


def _verify(
    order: Order, digest: str, files: GenerationFiles, context: Context
) -> tuple[KernelRecord, ...]:
    found = offers(files.prefix)
    if not found:
        context.note("no_kernel")
    records: list[KernelRecord] = []
    for index, offer in enumerate(found):
        content = kernelspec(
            files.prefix,
            offer,
            name=order.name,
            slug=order.slug,
            generation=order.number,
            lock_digest=digest,
        )
        try:
            records.append(verify_kernel(offer, content, timeout=context.settings.kernel_timeout))
        except KernelFailed as error:
            # The first one is the reason why the environment exists; others are extras.
            if index == 0:
                raise
            context.note("kernel_not_started", kernel=offer.folder, reason=error.message)
        context.journal.progress("verify", index + 1, len(found), "kernels")
    return tuple(records)
