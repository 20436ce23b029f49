"""What probes have shown, kept beside the generation: ``<environment>/probes/<n>-<machine>.json``.

A result is of one generation on one machine: a GPU that works here says nothing of another, and
nothing of the next generation. The generation itself is never written to.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.errors import StoreReadOnly

from .files import write_atomically
from .layout import Store


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one framework has shown. ``state`` and ``code`` are the doctor's words, ``params``
    belong to the code. ``when`` is ISO 8601 with offset, ``seconds`` how long it took.

    ``devices`` are the GPUs by name. ``cpu_ok``: it computed rightly on the CPU; None for not
    tried. ``answer`` is what the probe's program said, for those who look for the cause.
    """

    framework: str
    state: str
    code: str
    params: dict[str, Any]
    when: str
    seconds: float
    version: str | None = None
    devices: tuple[str, ...] = ()
    cpu_ok: bool | None = None
    answer: dict[str, Any] = {}


class ProbeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All results of a generation on a machine. ``operation`` is the one that made the
    generation: a number may be used twice. ``driver`` and ``gpus`` are for people."""

    operation: str
    machine: str
    driver: str | None = None
    gpus: tuple[str, ...] = ()
    results: tuple[ProbeResult, ...] = ()


_RECORD = msgspec.json.Decoder(ProbeRecord)


def probes_folder(store: Store, slug: str) -> Path:
    """Where an environment's records are; there is none before the first probe."""
    return store.folder(slug) / "probes"


def read_probes(store: Store, slug: str, number: int, operation: str) -> tuple[ProbeRecord, ...]:
    """The records of a generation, of all machines; those that cannot be read are left out."""
    found = (_read(path) for path in sorted(probes_folder(store, slug).glob(f"{number}-*.json")))
    return tuple(one for one in found if one is not None and one.operation == operation)


def _read(path: Path) -> ProbeRecord | None:
    try:
        return _RECORD.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def write_probes(store: Store, slug: str, number: int, record: ProbeRecord) -> None:
    """Keep results; others of the same frameworks there are replaced. Raises StoreReadOnly."""
    path = probes_folder(store, slug) / f"{number}-{record.machine}.json"
    known = _read(path)
    if known is not None and known.operation == record.operation:
        record = msgspec.structs.replace(record, results=_merged(known.results, record.results))
    try:
        # Not its parents: an environment that is being removed must not come back as a folder.
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, msgspec.json.encode(record))
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreReadOnly(path=str(path.parent), reason=reason) from error


def _merged(before: Iterable[ProbeResult], now: Iterable[ProbeResult]) -> tuple[ProbeResult, ...]:
    found = {one.framework: one for one in (*before, *now)}
    return tuple(found[name] for name in sorted(found))


def forget_probes(store: Store, slug: str, number: int) -> None:
    """Remove what is known of a generation that goes."""
    for path in probes_folder(store, slug).glob(f"{number}-*.json"):
        path.unlink(missing_ok=True)
