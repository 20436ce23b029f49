"""The three ways out of drift: into the file (adopt), back to the lock (restore), or as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from jupyter_envs.errors import EnvironmentBroken
from jupyter_envs.spec import read_spec
from jupyter_envs.store import (
    DriftRecord,
    Environment,
    GenerationFiles,
    Store,
    drift_lock,
    get_environment,
    get_managed,
    get_mendable,
    read_kept,
    write_atomically,
    write_drift,
)

from .actor import user_name
from .adopted import require_all_locked
from .adoption import adoptable, drift_now, own_file
from .context import Context, open_ledger
from .drift import check, fresh_verdicts
from .drift_ledger import facts, plain, teller
from .kept import kept_lock
from .order import Order, base_folder, lock_of, make_order
from .requests import Adopt, Repair, Source, SpecSource
from .settings import Settings
from .verbs import build_and_publish


def answer_drift(request: Adopt | Repair, context: Context) -> dict[str, Any]:
    """Carry out what a person has decided."""
    if isinstance(request, Repair):
        return repair(request, context)
    if get_environment(context.store, request.name).managed:
        return adopt(request, context)
    from .adopt_unmanaged import adopt_unmanaged  # loads all that builds need

    return adopt_unmanaged(request, context)


def adopt(request: Adopt, context: Context) -> dict[str, Any]:
    """Build the next generation from the file with the drift written into it."""
    environment = get_managed(context.store, request.name)
    found = adoptable(context.store, environment, request.fingerprint)
    source = environment.info.source if environment.info else None
    file = source.file if source and source.kind == "spec" else None
    order = make_order(
        environment.name,
        environment.slug,
        SpecSource(data=found.data, file=file),
        context,
        previous=environment,
    )
    written: list[str] = []

    def write_file() -> None:
        # After everything that can fail, and before the generation is the current one: a crash
        # in between leaves a file that is ahead, and an update catches up with it.
        if request.write_file:
            path = own_file(environment, found.data)
            if path is None:
                context.note("file_not_written", file=file or "environment.yml")
            else:
                _rewrite(path, found.data)
                written.append(str(path))

    done = build_and_publish(
        order,
        "drift_adopted",
        context,
        before_publish=write_file,
        verdicts=plain(found.taken),
        left=plain(found.left),
        edits=[f"{e.manager}: {e.text or '-' + e.name}" for e in found.edits],
        written=written,
    )
    return done | {"written": written}


def _rewrite(path: Path, data: bytes) -> None:
    """The user's file, with its mode; where it is a link, what the link leads to."""
    place = path.resolve()
    write_atomically(place, data, mode=place.stat().st_mode & 0o777)


def repair(request: Repair, context: Context) -> dict[str, Any]:
    """Build the same packages anew, from the lock; the drifted generation stays for going back.

    Where a hand has taken the generation or its lock away, the lock that was kept is taken.
    """
    environment = get_mendable(context.store, request.name)
    require_all_locked(environment)
    if environment.broken or not _is_readable(environment):
        return _rebuild(environment, context)
    # Every byte: a file that was edited may be one with the cached file it is a link of.
    record = check(context.store, environment, "content")
    verdicts = record.verdicts if record else ()
    info, files = environment.info, GenerationFiles(environment.prefix)
    assert info is not None
    data = read_kept(files.spec)
    order = Order(
        name=environment.name,
        slug=environment.slug,
        number=0,
        source=info.source,
        spec=read_spec(data, str(files.spec)),
        spec_bytes=data,
        lock=lock_of(environment),
        base=base_folder(_source_of(environment, data)),
        previous=environment,
        anew=True,
        distrusted=tuple({v.manager for v in verdicts if v.code == "file_edited" and v.manager}),
    )
    return build_and_publish(order, "drift_restored", context, verdicts=plain(verdicts))


def _is_readable(environment: Environment) -> bool:
    try:
        lock_of(environment)
        read_kept(GenerationFiles(environment.prefix).spec)
    except EnvironmentBroken:
        return False
    return True


def _rebuild(environment: Environment, context: Context) -> dict[str, Any]:
    source = kept_lock(environment, context.settings)
    order = make_order(environment.name, environment.slug, source, context)
    return build_and_publish(order, "drift_restored", context, verdicts=[])


def _source_of(environment: Environment, data: bytes) -> Source:
    source = environment.info.source if environment.info else None
    file = source.file if source and source.kind != "environment" else None
    return SpecSource(data=data, file=file)


def keep(
    settings: Settings,
    name: str,
    *,
    fingerprint: str | None = None,
    actor: str | None = None,
) -> DriftRecord:
    """Live with the drift as it is now: it is shown as kept, until something is added to it.

    Raises EnvironmentNotFound, EnvironmentUnmanaged, StoreReadOnly, DriftChanged
    and DriftUnknown.
    """
    store = Store(settings.envs_dir)
    environment = get_managed(store, name)
    record = drift_now(store, environment, fingerprint)
    if not fresh_verdicts(record):
        return record
    teller(settings, actor)(environment, record)
    with drift_lock(store, environment.slug):
        kept = replace(record, kept=record.verdicts, told=record.verdicts)
        write_drift(store, environment.slug, environment.generation or 0, kept)
    open_ledger(settings).record(
        "drift_kept",
        actor or user_name(),
        **facts(environment, store, record),
        verdicts=plain(record.verdicts),
    )
    return kept
