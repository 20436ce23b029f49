"""What people name when they compare: an environment, a generation, a lock file, a digest, a time.

``climate`` · ``climate@3`` · ``climate@2026-11-18T15:00`` · ``climate.yml`` · ``4f1c09ab``
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from jupyter_envs.errors import EnvironmentNotFound, EnvsError, GenerationNotFound
from jupyter_envs.ledger import read_moment
from jupyter_envs.lock import Lock, lock_digest, parse_lock
from jupyter_envs.store import (
    GenerationFiles,
    Store,
    complete_generations,
    get_environment,
    get_managed,
    read_info,
    read_kept,
    read_own_lock,
)

from .audit import AuditCurrent, current_at, full_digest, kept_lock, past_of, slug_of_past
from .context import open_ledger
from .settings import Settings
from .sources import read_file

_DIGEST = re.compile(r"[0-9a-fA-F]{6,64}")
_NUMBER = re.compile(r"[0-9]{1,9}")


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two things to compare. ``platform`` is None where the lock alone decides;
    ``spec`` is there for a generation that is still on the disk."""

    reference: str
    lock: Lock
    platform: str | None = None
    digest: str | None = None
    environment: str | None = None
    generation: int | None = None
    spec: bytes | None = None


def is_file_reference(reference: str) -> bool:
    """Whether a reference names a file: it has a slash, or ends like a YAML file."""
    return "/" in reference or reference.endswith((".yml", ".yaml"))


def side_from_bytes(reference: str, data: bytes) -> Side:
    """A lock file that was read already. Raises LockInvalid."""
    return Side(reference=reference, lock=parse_lock(data, file=reference))


def resolve(reference: str, settings: Settings) -> Side:
    """What a reference stands for, found on the disk or, where it is gone, in the ledger.

    Raises EnvironmentNotFound, GenerationNotFound, LockNotFound, LockAmbiguous, LockInvalid,
    SourceNotFound, TimeInvalid.
    """
    if is_file_reference(reference):
        return side_from_bytes(reference, read_file(Path(reference)))
    name, at, when = reference.rpartition("@")
    if at:
        if _NUMBER.fullmatch(when):
            return _number(name, int(when), settings)
        return _time(name, when, settings)
    try:
        environment = get_environment(Store(settings.envs_dir), reference)
    except EnvironmentNotFound:
        if _DIGEST.fullmatch(reference):
            return _digest(reference, settings)
        raise
    number = get_managed(Store(settings.envs_dir), environment.slug).generation
    return _generation(reference, environment.slug, number or 0, settings)


def _digest(reference: str, settings: Settings) -> Side:
    digest = full_digest(reference, open_ledger(settings))
    return _kept(reference, digest, settings)


def _kept(
    reference: str,
    digest: str,
    settings: Settings,
    environment: str | None = None,
    generation: int | None = None,
) -> Side:
    lock = parse_lock(kept_lock(digest, settings), file=f"{digest}.yml")
    fitting = (p for p in lock.platforms if lock_digest(lock, p) == digest)
    return Side(
        reference=reference,
        lock=lock,
        platform=next(fitting, None),
        digest=digest,
        environment=environment,
        generation=generation,
    )


def _number(name: str, number: int, settings: Settings) -> Side:
    slug = slug_of_past(name, settings)
    reference = f"{name}@{number}"
    if number in complete_generations(Store(settings.envs_dir), slug):
        return _generation(reference, slug, number, settings)
    events = open_ledger(settings).select(past_of(slug, settings))
    found = {e["generation"]: e["lock_digest"] for e in events if e.get("lock_digest")}
    if number not in found:
        if not found:
            get_environment(Store(settings.envs_dir), name)
        known = ", ".join(str(one) for one in sorted(found))
        raise GenerationNotFound(name=name, generation=number, generations=known)
    return _kept(reference, found[number], settings, slug, number)


def _time(name: str, when: str, settings: Settings) -> Side:
    moment = read_moment(when).at
    found = current_at(slug_of_past(name, settings), moment, settings)
    if found is None or found.lock_digest is None:
        raise EnvironmentNotFound(
            name=f"{name}@{when}",
            hint=f"'jupyter envs history {name}' tells when it was made and changed.",
        )
    return _recorded(f"{name}@{when}", found, settings)


def _recorded(reference: str, found: AuditCurrent, settings: Settings) -> Side:
    """The generation that the ledger tells of: the one on the disk, if it is that one still."""
    prefix = Store(settings.envs_dir).generation(found.environment, found.generation)
    try:
        if read_info(prefix).lock_digest == found.lock_digest:
            return _generation(reference, found.environment, found.generation, settings)
    except (EnvsError, OSError, msgspec.MsgspecError):
        pass  # it is gone: that is what the ledger is for
    return _kept(reference, str(found.lock_digest), settings, found.environment, found.generation)


def _generation(reference: str, slug: str, number: int, settings: Settings) -> Side:
    files = GenerationFiles(Store(settings.envs_dir).generation(slug, number))
    info = read_info(files.prefix)
    return Side(
        reference=reference,
        lock=read_own_lock(files.lock),
        platform=info.platform,
        digest=info.lock_digest,
        environment=slug,
        generation=number,
        spec=read_kept(files.spec),
    )
