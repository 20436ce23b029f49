"""What is kept of an environment whose prefixes are gone: spec, lock, generation.json."""

from __future__ import annotations

import shutil
import uuid

import msgspec

from .files import discard_tree, make_folder, sync_folder, write_atomically
from .layout import GenerationFiles, Store
from .model import Environment

_RECORD = "archived.json"


class ArchiveRecord(msgspec.Struct, frozen=True, kw_only=True):
    """archived.json: ``archived`` is ISO 8601 with offset, ``operation`` the one that did it."""

    archived: str
    archived_by: str
    operation: str


def write_archive(store: Store, environment: Environment, record: ArchiveRecord) -> None:
    """Keep an environment's files in its archive, by one rename; on disk when this returns.

    The environment stays as it is: only where its symlink goes, it is an archived one.
    """
    discard_archive(store, environment.slug)
    staging = store.folder(environment.slug) / f".archive.{uuid.uuid4().hex[:8]}"
    source, target = GenerationFiles(environment.prefix), GenerationFiles(staging)
    try:
        make_folder(target.folder)
        for path in (source.spec, source.lock, source.info):
            # The mode too: an environment.yml with a login is for its owner alone.
            mode = path.stat().st_mode & 0o777
            write_atomically(target.folder / path.name, path.read_bytes(), mode=mode)
        write_atomically(target.folder / _RECORD, msgspec.json.encode(record))
        sync_folder(staging)
        staging.rename(store.archive(environment.slug))
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    sync_folder(store.folder(environment.slug))


def read_archive(store: Store, slug: str) -> ArchiveRecord | None:
    """Who archived an environment, and when; None where there is no archive to read."""
    path = GenerationFiles(store.archive(slug)).folder / _RECORD
    try:
        return msgspec.json.decode(path.read_bytes(), type=ArchiveRecord)
    except (OSError, msgspec.MsgspecError):
        return None


def discard_archive(store: Store, slug: str) -> None:
    """Take the archive away, at once."""
    if store.archive(slug).exists():
        discard_tree(store.archive(slug), store.trash)
