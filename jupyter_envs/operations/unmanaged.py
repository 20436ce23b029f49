"""Adopting an environment that another tool made: what would come of it, and doing it.

Nothing of it is moved or changed. Our own files go into ``conda-meta/jupyter-envs`` by one rename,
and only after a kernel was started from it.
"""

from __future__ import annotations

import os
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
    read_configuration,
)
from jupyter_envs.errors import (
    AdoptionImpossible,
    DriftChanged,
    EnvironmentNotFound,
    EnvsError,
    ExchangeUnsupported,
    KernelFailed,
    StoreReadOnly,
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
from jupyter_envs.lock import Manager, lock_digest, with_declared
from jupyter_envs.policy import Policy, load_policy, policy_path
from jupyter_envs.spec import read_spec, without_credentials
from jupyter_envs.store import (
    ADOPTED,
    DriftRecord,
    Environment,
    GenerationFiles,
    GenerationInfo,
    KernelRecord,
    SourceInfo,
    Store,
    begin_adoption,
    commit_adoption,
    complete_generations,
    discard_staging,
    drift_lock,
    exchange_problem,
    fingerprint,
    flush_file_system,
    get_environment,
    get_managed,
    make_folder,
    packages_size,
    settle_adoption,
    write_atomically,
    write_drift,
)

from .context import Context
from .derivation import Derived, derive
from .drift import check
from .order import this_target
from .publish import keep_lock, publish_tail
from .requests import Adopt
from .settings import Settings
from .verbs import record, result


class UnlockedView(msgspec.Struct, frozen=True, kw_only=True):
    """A package that cannot be locked, and why. ``in_spec``: the environment.yml has a line for
    it; without one, the next generation will not have it."""

    manager: Manager
    name: str
    version: str
    reason: str
    in_spec: bool


class AdoptionPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What adopting an unmanaged environment would make of it. ``text`` is the environment.yml,
    ``locked`` how many of its ``packages`` the lock would have, ``unlocked`` the others.
    ``kernels`` are the folders of the kernelspecs that would be tried. ``fingerprint`` says what
    was looked at. ``problem`` says why it cannot be adopted."""

    name: str
    path: str
    possible: bool
    text: str = ""
    channels: tuple[str, ...] = ()
    packages: int = 0
    locked: int = 0
    unlocked: tuple[UnlockedView, ...] = ()
    kernels: tuple[str, ...] = ()
    fingerprint: str = ""
    problem: str | None = None


def find_for_adoption(settings: Settings, name: str) -> Environment:
    """An environment by its name. Raises EnvironmentNotFound, or AdoptionImpossible for one that
    only conda's environments.txt knows."""
    try:
        return get_environment(Store(settings.envs_dir), name)
    except EnvironmentNotFound:
        for line in _registered(settings.environments_txt):
            if name in (line, Path(line).name):
                reason = f"it is at {line}, and not in {settings.envs_dir}"
                raise AdoptionImpossible(name=name, reason=reason) from None
        raise


def _registered(register: Path) -> list[str]:
    try:
        return register.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def adoption_preview(settings: Settings, name: str) -> AdoptionPreview:
    """What adopting would do; nothing is changed.

    Raises EnvironmentNotFound, and AdoptionImpossible for what is outside of the store, or is
    not unmanaged.
    """
    environment = find_for_adoption(settings, name)
    if environment.managed:
        reason = "it is not an environment that another tool made"
        raise AdoptionImpossible(name=environment.name, reason=reason)
    mark, place = fingerprint(environment.prefix), str(environment.path)
    try:
        found = adoptable_as(settings, environment)
    except EnvsError as error:
        return AdoptionPreview(
            name=environment.name, path=place, possible=False, problem=str(error), fingerprint=mark
        )
    return AdoptionPreview(
        name=environment.name,
        path=place,
        possible=True,
        text=without_credentials(found.spec.decode()),
        channels=found.lock.channels,
        packages=len(found.lock.packages) + len(found.unlocked),
        locked=len(found.lock.packages),
        unlocked=tuple(
            UnlockedView(
                manager=one.manager,
                name=one.name,
                version=one.version,
                reason=one.reason,
                in_spec=one.in_spec,
            )
            for one in found.unlocked
        ),
        kernels=tuple(offer.folder for offer in offers(environment.prefix)),
        fingerprint=mark,
    )


def adoptable_as(
    settings: Settings, environment: Environment, fingerprint_: str | None = None
) -> Derived:
    """The spec and the lock of an unmanaged environment that can be adopted.

    Raises AdoptionImpossible, ExchangeUnsupported, PolicyDenied, SpecInvalid, StoreReadOnly, and
    DriftChanged where it is not what the person has seen.
    """
    name, prefix = environment.name, environment.path
    _require_ours(Store(settings.envs_dir), environment)
    if fingerprint_ is not None and fingerprint(prefix) != fingerprint_:
        raise DriftChanged(name=name)
    if not offers(prefix):
        raise AdoptionImpossible(
            name=name,
            reason="there is no kernel in it",
            hint="Install one with the tool that made it, such as the package ipykernel.",
        )
    configuration = read_configuration()
    found = derive(prefix, environment.slug, configuration)
    read_spec(found.spec, "environment.yml")
    _require_allowed(found, load_policy(policy_path(settings.policy_file)))
    return found


def _require_ours(store: Store, environment: Environment) -> None:
    """Raise where the directory is not one that can become a generation of this store."""
    name, path = environment.name, environment.path
    if path.is_symlink():
        reason = f"it is only a link, to {path.resolve()}"
        raise AdoptionImpossible(name=name, reason=reason)
    if complete_generations(store, environment.slug):
        reason = "generations of another environment of its name are still there"
        raise AdoptionImpossible(name=name, reason=reason)
    if GenerationFiles(path).folder.exists():
        reason = f"{GenerationFiles(path).folder} exists already"
        raise AdoptionImpossible(name=name, reason=reason)
    for folder in (store.root, path, path / "conda-meta"):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise StoreReadOnly(path=str(folder), reason="Permission denied")
    make_folder(store.operations)
    problem = "it is a file system of its own" if _is_apart(path) else None
    problem = problem or exchange_problem(store.root, store.operations)
    if problem is not None:
        raise ExchangeUnsupported(path=str(path), reason=problem)


def _is_apart(path: Path) -> bool:
    return path.is_mount() or path.stat().st_dev != path.parent.stat().st_dev


def _require_allowed(found: Derived, policy: Policy) -> None:
    policy.check_channels(found.origins)
    policy.check_packages(
        name
        for names in (
            (one.name for one in found.lock.packages if one.manager == "conda"),
            (one.name for one in found.unlocked if one.manager == "conda"),
        )
        for name in names
    )


def adopt_unmanaged(request: Adopt, context: Context) -> dict[str, Any]:
    """Make an unmanaged environment generation 0 of an environment of ours, where it is."""
    from jupyter_envs.engine import resolve_channels  # loads py-rattler: workers only

    store = context.store
    environment = get_environment(store, request.name)
    slug = environment.slug
    found = adoptable_as(context.settings, environment, request.fingerprint)
    resolve_channels(found.lock.channels, context.configuration)  # what conda's own lists forbid
    before = fingerprint(environment.path)
    staging = store.folder(slug) / f".adoption.{uuid.uuid4().hex[:8]}"
    begin_adoption(store, slug)
    try:
        staging.mkdir()
        _fill(staging, found, environment, context)
        if fingerprint(environment.path) != before:
            raise DriftChanged(name=environment.name)
        context.journal.progress("publish", 0, None, "steps")
        flush_file_system(staging)
        commit_adoption(store, slug, staging)
    except BaseException:
        discard_staging(staging)
        settle_adoption(store, slug)
        raise
    adopted = get_managed(store, slug)
    context.ledger.expect_starts()
    publish_tail(store, adopted, context.settings, installed_kernels(context.settings.kernels_dir))
    keep_lock(adopted, context.ledger)
    unlocked = [msgspec.to_builtins(one) for one in found.unlocked]
    record("environment_adopted", adopted, context, unlocked=unlocked)
    kept = _keep_what_was(store, adopted)
    verdicts = [one.message for one in kept.verdicts] if kept else []
    return result(adopted, changed=True) | {
        "adopted": True,
        "unlocked": unlocked,
        "kept": verdicts,
        "written": [],
    }


def _fill(staging: Path, found: Derived, environment: Environment, context: Context) -> None:
    """Write our files; the last one says that kernels were started."""
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
    )
    data = msgspec.json.format(msgspec.json.encode(info), indent=2)
    write_atomically(staging / "generation.json", data)


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
