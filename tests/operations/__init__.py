"""Operations: what is asked, queued, done, and found again afterwards."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from jupyter_envs.store import (
    Building,
    GenerationFiles,
    GenerationInfo,
    SourceInfo,
    Store,
    begin_generation,
    finish_generation,
    make_current,
    process_identity,
)

SPEC = b"name: demo\ndependencies: [python, tqdm]\n"


def publish(
    store: Store, slug: str, number: int = 1, *, source: SourceInfo | None = None
) -> GenerationFiles:
    """A generation without packages, made current by the store's own functions."""
    files = begin_generation(store, slug, number, Building(operation="0" * 12, request={}))
    files.spec.write_bytes(SPEC)
    files.lock.write_bytes(b"")
    info = GenerationInfo(
        name=slug,
        slug=slug,
        number=number,
        created="2026-01-01T00:00:00+00:00",
        created_by="ada",
        platform="linux-64",
        virtual_packages=(),
        channels=(),
        lock_digest=f"{number:064x}",
        source=source or SourceInfo(kind="spec"),
        operation="0" * 12,
    )
    finish_generation(store, slug, files, info)
    make_current(store, slug, number)
    return files


@contextmanager
def running_from(store: Store, slug: str, generation: int = 1) -> Iterator[int]:
    """A process with a lease, as the start shim gives one; its pid."""
    process = subprocess.Popen(["sleep", "600"])
    try:
        lease = {"generation": generation, **msgspec.to_builtins(process_identity(process.pid))}
        folder = store.leases(slug)
        folder.mkdir(exist_ok=True)
        (folder / f"{generation}-host-{process.pid}.json").write_text(json.dumps(lease))
        yield process.pid
    finally:
        process.kill()
        process.wait(30)
