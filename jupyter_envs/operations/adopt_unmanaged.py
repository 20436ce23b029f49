"""Adopting an environment that another tool made.

Nothing of it is moved or changed. Our own files go into ``conda-meta/jupyter-envs`` by one rename,
and only after a kernel was started from it.
"""

from __future__ import annotations

import platform as host_platform
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from jupyter_envs import __version__
from jupyter_envs.engine import (
    engine_versions,
    measure_activation,
)
from jupyter_envs.errors import (
    AdoptionImpossible,
    DriftChanged,
    KernelFailed,
)
from jupyter_envs.kernels import (
    Offer,
    installed_kernels,
    kernelspec,
    offers,
    render_shim,
    verify_kernel,
)
from jupyter_envs.ledger import content_hash
from jupyter_envs.lock import built_for, lock_digest, unhashed, with_declared
from jupyter_envs.store import (
    ADOPTED,
    DriftRecord,
    Environment,
    GenerationInfo,
    KernelRecord,
    SourceInfo,
    Store,
    begin_adoption,
    commit_adoption,
    discard_staging,
    drift_lock,
    fingerprint,
    flush_file_system,
    get_environment,
    get_managed,
    packages_size,
    settle_adoption,
    write_atomically,
    write_drift,
)

from .announcing import announce
from .context import Context
from .derivation import Derived
from .drift import check
from .order import this_target
from .publish import keep_lock, publish_tail
from .requests import Adopt
from .unmanaged import adoptable_as
from .verbs import record, result


def adopt_unmanaged(request: Adopt, context: Context) -> dict[str, Any]:
    """Make an unmanaged environment generation 0 of an environment of ours, where it is."""
    from jupyter_envs.engine import resolve_channels  # loads py-rattler: workers only

    store = context.store
    environment = get_environment(store, request.name)
    slug = environment.slug
    found = adoptable_as(context.settings, environment, request.fingerprint)
    resolve_channels(found.lock.channels, context.configuration)  # what conda's own lists forbid
    before = fingerprint(environment.path)
    unlocked = [msgspec.to_builtins(one) for one in found.unlocked]
    staging = store.folder(slug) / f".adoption.{uuid.uuid4().hex[:8]}"
    begin_adoption(store, slug)
    try:
        staging.mkdir()
        digest = _fill(staging, found, environment, context)
        if fingerprint(environment.path) != before:
            raise DriftChanged(name=environment.name)
        context.journal.progress("publish", 0, None, "steps")
        flush_file_system(staging)
        told = announce("environment_adopted", slug, ADOPTED, digest, context, unlocked=unlocked)
        commit_adoption(store, slug, staging)
    except BaseException:
        discard_staging(staging)
        settle_adoption(store, slug)
        raise
    adopted = get_managed(store, slug)
    context.ledger.expect_starts()
    publish_tail(store, adopted, context.settings, installed_kernels(context.settings.kernels_dir))
    keep_lock(adopted, context.ledger)
    record(told, context)
    kept = _keep_what_was(store, adopted)
    verdicts = [one.message for one in kept.verdicts] if kept else []
    return result(adopted, changed=True) | {
        "adopted": True,
        "unlocked": unlocked,
        "kept": verdicts,
        "written": [],
    }


def _fill(staging: Path, found: Derived, environment: Environment, context: Context) -> str:
    """Write our files, of which the last one says that kernels were started; returns the lock's
    digest."""
    store, slug = context.store, environment.slug
    prefix, target = store.generation(slug, ADOPTED), this_target(context)
    if found.lock.platforms != (target.platform,):
        reason = f"it is for {found.lock.platforms[0]}, and this machine is {target.platform}"
        raise AdoptionImpossible(name=environment.name, reason=reason)
    lock = with_declared(found.lock, target.platform, target.virtual_packages)
    derived = replace(found, lock=lock)
    digest = lock_digest(lock, target.platform)
    write_atomically(staging / "environment.yml", derived.spec)
    write_atomically(staging / "conda-lock.yml", derived.lock_bytes())
    for one in found.unlocked:
        context.note("not_locked", name=one.name, version=one.version, reason=one.reason)
    activation = measure_activation(prefix, name=slug, variables=found.variables)
    shim = render_shim(
        prefix,
        activation,
        name=slug,
        lock_digest=digest,
        store=store.root,
        leases=store.leases(slug),
        generation=ADOPTED,
    )
    write_atomically(staging / "start", shim.encode("utf-8", "surrogateescape"), mode=0o755)
    kernels = _prove(staging / "start", prefix, environment, digest, context)
    managers = [one.manager for one in lock.packages] + [one.manager for one in found.unlocked]
    info = GenerationInfo(
        name=environment.name,
        slug=slug,
        number=ADOPTED,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        created_by=context.job.actor,
        platform=target.platform,
        virtual_packages=target.virtual_packages,
        channels=lock.channels,
        lock_digest=digest,
        source=SourceInfo(kind="spec", sha256=content_hash(found.spec)),
        operation=context.job.id,
        kernels=kernels,
        notes=tuple(context.notes),
        conda_packages=managers.count("conda"),
        pip_packages=managers.count("pip"),
        size=packages_size(prefix),
        versions={
            "jupyter_envs": __version__,
            "python": host_platform.python_version(),
            **engine_versions(),
        },
        phases=dict(context.journal.phases),
        unlocked=found.unlocked,
        unhashed=unhashed(found.lock.packages),
        accelerator=built_for(lock, target.platform),
    )
    data = msgspec.json.format(msgspec.json.encode(info), indent=2)
    write_atomically(staging / "generation.json", data)
    return digest


def _prove(
    start: Path, prefix: Path, environment: Environment, digest: str, context: Context
) -> tuple[KernelRecord, ...]:
    """Start each kernel. Raises KernelFailed where none starts."""
    records: list[KernelRecord] = []
    failures: list[KernelFailed] = []
    found = offers(prefix)
    for index, offer in enumerate(found):
        context.journal.progress("verify", index, len(found), "kernels")
        content = _started_by(start, prefix, offer, environment, digest)
        try:
            records.append(verify_kernel(offer, content, timeout=context.settings.kernel_timeout))
        except KernelFailed as error:
            failures.append(error)
            context.note("kernel_not_started", kernel=offer.folder, reason=error.message)
    if not records:
        raise failures[0]
    return tuple(records)


def _started_by(
    start: Path, prefix: Path, offer: Offer, environment: Environment, digest: str
) -> dict[str, Any]:
    content = kernelspec(
        prefix,
        offer,
        name=environment.name,
        slug=environment.slug,
        generation=ADOPTED,
        lock_digest=digest,
    )
    content["argv"][0] = str(start)
    # The directory stays as it is, to the times of its folders.
    content["env"] = {**content["env"], "PYTHONDONTWRITEBYTECODE": "1"}
    return content


def _keep_what_was(store: Store, environment: Environment) -> DriftRecord | None:
    """What differs from the derived lock already was so when it was adopted: none of it is
    drift."""
    found = check(store, environment, "content")
    if found is None or not found.verdicts:
        return None
    kept = replace(found, kept=found.verdicts, told=found.verdicts)
    with drift_lock(store, environment.slug):
        write_drift(store, environment.slug, ADOPTED, kept)
    return kept
