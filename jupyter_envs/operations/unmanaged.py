"""What adopting an environment that another tool made would make of it, and why it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from jupyter_envs.engine import read_configuration
from jupyter_envs.errors import (
    AdoptionImpossible,
    DriftChanged,
    EnvironmentNotFound,
    EnvsError,
    ExchangeUnsupported,
    Problem,
    StoreReadOnly,
)
from jupyter_envs.kernels import offers
from jupyter_envs.lock import Manager
from jupyter_envs.policy import Policy, load_policy, policy_path
from jupyter_envs.spec import read_spec, without_credentials
from jupyter_envs.store import (
    Environment,
    GenerationFiles,
    Store,
    complete_generations,
    exchange_problem,
    fingerprint,
    get_environment,
    make_folder,
)

from .derivation import Derived, derive
from .settings import Settings


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
    problem: Problem | None = None


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
            name=environment.name,
            path=place,
            possible=False,
            problem=Problem.of(error),
            fingerprint=mark,
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
