"""What is known of a generation's drift, kept beside it: ``<environment>/drift/<n>.json``.

The generation itself is never written to. All of it can be found out again, but for what a
person has said about it (``kept``) and what the ledger was told (``told``).
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from jupyter_envs.errors import StoreReadOnly

from .drift_identity import Expected
from .drift_model import DriftLevel, Verdict
from .files import write_atomically
from .layout import Store


class DriftRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``operation`` is the one that made the generation: a number may be used twice.

    ``touched`` and ``folders`` are what :func:`touched` gave for these folders when
    ``fingerprint`` was last compared; ``checked_at`` (ISO 8601) is when the packages were.
    ``kept`` are the differences that a person has decided to live with.
    """

    operation: str
    fingerprint: str
    folders: tuple[str, ...]
    touched: tuple[int, ...]
    level: DriftLevel
    checked_at: str
    verdicts: tuple[Verdict, ...] = ()
    kept: tuple[Verdict, ...] = ()
    told: tuple[Verdict, ...] = ()


_RECORD = msgspec.json.Decoder(DriftRecord)
_EXPECTED = msgspec.json.Decoder(tuple[str, tuple[Expected, ...]])


def drift_file(store: Store, slug: str, number: int) -> Path:
    """Where the record of a generation is."""
    return store.folder(slug) / "drift" / f"{number}.json"


def read_drift(store: Store, slug: str, number: int, operation: str) -> DriftRecord | None:
    """The record of a generation; None where there is none that can be read."""
    try:
        record = _RECORD.decode(drift_file(store, slug, number).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    return record if record.operation == operation else None


def write_drift(store: Store, slug: str, number: int, record: DriftRecord) -> None:
    """Keep a record. Raises StoreReadOnly."""
    _write(drift_file(store, slug, number), msgspec.json.encode(record))


def read_expected(
    store: Store, slug: str, number: int, operation: str
) -> tuple[Expected, ...] | None:
    """The lock's packages as :func:`write_expected` kept them: reading the lock itself takes
    longer than everything else that identity needs."""
    try:
        made_by, found = _EXPECTED.decode(_expected_file(store, slug, number).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    return found if made_by == operation else None


def write_expected(
    store: Store, slug: str, number: int, operation: str, expected: tuple[Expected, ...]
) -> None:
    """Keep the packages of a generation's lock. Raises StoreReadOnly."""
    _write(_expected_file(store, slug, number), msgspec.json.encode((operation, expected)))


def forget_drift(store: Store, slug: str, number: int) -> None:
    """Remove what is known of a generation that goes."""
    drift_file(store, slug, number).unlink(missing_ok=True)
    _expected_file(store, slug, number).unlink(missing_ok=True)


@contextmanager
def drift_lock(store: Store, slug: str) -> Iterator[None]:
    """Nobody else changes records of the environment meanwhile. Raises StoreReadOnly."""
    folder = store.folder(slug) / "drift"
    _make(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreReadOnly(path=str(folder), reason=os.strerror(errno.EACCES))
    # The folder itself: a lock file would be one more thing to explain.
    guard = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some network file systems have no flock; the rename still holds
            fcntl.flock(guard, fcntl.LOCK_EX)
        yield
    finally:
        os.close(guard)


def _expected_file(store: Store, slug: str, number: int) -> Path:
    return store.folder(slug) / "drift" / f"{number}.lock.json"


def _write(path: Path, data: bytes) -> None:
    _make(path.parent)
    try:
        write_atomically(path, data)
    except OSError as error:
        raise StoreReadOnly(path=str(path.parent), reason=error.strerror or str(error)) from error


def _make(folder: Path) -> None:
    # Not its parents: an environment that is being removed must not come back as a folder.
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(path=str(folder), reason=error.strerror or str(error)) from error
