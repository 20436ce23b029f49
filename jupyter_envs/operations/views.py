"""Environments as the command line and REST show them: the same shapes."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_envs.errors import GenerationNotFound
from jupyter_envs.export import ExportSource
from jupyter_envs.hardware import Choice
from jupyter_envs.kernels import published_kernels
from jupyter_envs.lock import Accelerator, UnhashedPackage
from jupyter_envs.store import (
    Environment,
    GenerationFiles,
    SourceInfo,
    Store,
    live_leases,
    read_info,
    read_kept,
    read_own_lock,
)

from .adopted import require_all_locked
from .behind import source_changed
from .drift import DriftView, drift_view
from .probe_view import ProbeView, probe_views
from .targets import choice_of


class NoteView(msgspec.Struct, frozen=True):
    """Something to know about an environment that is no error: a code and what belongs to it."""

    code: str
    params: dict[str, Any]


class GenerationView(msgspec.Struct, frozen=True, kw_only=True):
    """One generation in an environment's history."""

    number: int
    current: bool
    created: str
    created_by: str
    lock_digest: str
    packages: int
    in_use: bool


class EnvironmentView(msgspec.Struct, frozen=True, kw_only=True):
    """One environment. ``size`` is in bytes, everything counted in full; ``path`` is the
    symlink that stays, ``prefix`` the current generation behind it. ``behind`` says that the
    file it was made from has changed since; None where there is no such file. ``processes``
    were started from any of its generations and still run. ``drift`` says whether the current
    generation is still what its lock says; None where it was made by something else.
    ``unhashed`` packages are pinned to a commit, with no hash of what was built from it.
    ``probes`` are what its frameworks have shown, by computing, and ``probe`` is the first of
    them, the most urgent one; None where nothing was tried. Of an
    ``archived`` one only file and lock are there, in ``prefix``: it has neither generations nor
    kernels. The current generation of a ``broken`` one is gone or damaged: it can be repaired,
    rolled back and removed. ``target`` is what it was solved for, and why; None where nobody
    wrote it down.
    ``accelerator`` says what its GPU-capable packages were built for; None where there are none."""

    name: str
    slug: str
    path: str
    prefix: str
    managed: bool
    archived: bool = False
    broken: bool = False
    generation: int | None = None
    kernel: str | None = None
    kernels: tuple[str, ...] = ()
    language: str | None = None
    lock_digest: str | None = None
    platform: str | None = None
    created: str | None = None
    source: SourceInfo | None = None
    size: int | None = None
    packages: int | None = None
    processes: int = 0
    behind: bool | None = None
    drift: DriftView | None = None
    target: Choice | None = None
    accelerator: Accelerator | None = None
    unhashed: tuple[UnhashedPackage, ...] = ()
    probe: ProbeView | None = None
    probes: tuple[ProbeView, ...] = ()
    notes: tuple[NoteView, ...] = ()
    generations: tuple[GenerationView, ...] = ()


def view(
    store: Store, environment: Environment, *, drift: DriftView | None = None
) -> EnvironmentView:
    """An environment without its history. ``drift`` saves comparing it with its lock."""
    info = environment.info
    if info is None:
        return EnvironmentView(
            name=environment.name,
            slug=environment.slug,
            path=str(environment.path),
            prefix=str(environment.prefix),
            managed=environment.managed,
            broken=environment.broken,
            generation=environment.generation,
        )
    # There are no kernelspecs in an archive, and so no kernels.
    kernels = tuple(published_kernels(environment))
    probes = probe_views(store, environment)
    return EnvironmentView(
        name=environment.name,
        slug=environment.slug,
        path=str(environment.path),
        prefix=str(environment.prefix),
        managed=True,
        archived=environment.archived,
        generation=environment.generation,
        kernel=kernels[0] if kernels else None,
        kernels=kernels,
        language=info.kernels[0].language if info.kernels else None,
        lock_digest=info.lock_digest,
        platform=info.platform,
        created=info.created,
        source=info.source,
        size=None if environment.archived else info.size,
        packages=info.conda_packages + info.pip_packages,
        processes=len(live_leases(store, environment.slug)),
        behind=source_changed(info.source),
        drift=None if environment.archived else drift or drift_view(store, environment),
        target=choice_of(info.target),
        accelerator=info.accelerator,
        unhashed=info.unhashed,
        probe=probes[0] if probes else None,
        probes=probes,
        notes=msgspec.convert(info.notes, tuple[NoteView, ...]),
    )


def full_view(store: Store, environment: Environment) -> EnvironmentView:
    """An environment with all its generations."""
    leased = {lease.generation for lease in live_leases(store, environment.slug)}
    generations = tuple(
        made
        for number in environment.generations
        if (made := _generation(store, environment, number, number in leased)) is not None
    )
    return msgspec.structs.replace(view(store, environment), generations=generations)


def _generation(
    store: Store, environment: Environment, number: int, in_use: bool
) -> GenerationView | None:
    try:
        info = read_info(store.generation(environment.slug, number))
    except GenerationNotFound:
        return None  # nobody could go back to it
    return GenerationView(
        number=number,
        current=number == environment.generation,
        created=info.created,
        created_by=info.created_by,
        lock_digest=info.lock_digest,
        packages=info.conda_packages + info.pip_packages,
        in_use=in_use,
    )


def export_source(environment: Environment, format_name: str) -> ExportSource:
    """What the export formats are made from: the current generation's own files.

    Raises NotAllLocked where its lock has not all of them, and the format is made from it.
    """
    if format_name != "yaml":
        require_all_locked(environment)
    files = GenerationFiles(environment.prefix)
    info = read_info(environment.prefix)
    return ExportSource(
        spec_bytes=read_kept(files.spec),
        lock=read_own_lock(files.lock),
        platform=info.platform,
        name=info.name,
    )
