"""Stores and locks that are larger than anybody has the patience to make."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.lock import Lock, LockedPackage, emit_lock
from jupyter_envs.operations import list_operations
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.drift import look
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.store import (
    Expected,
    GenerationFiles,
    GenerationInfo,
    SourceInfo,
    Store,
    fingerprint,
    get_managed,
    make_folder,
    read_info,
    this_process,
    touched,
    write_drift,
)

_CHANNEL = "https://conda.anaconda.org/conda-forge"
_KERNELS = Path("share/jupyter/kernels")
_DIST_INFO = re.compile(r"/([^/-]+)-(?=[^/]+\.dist-info/)")


def tiny(store: Store) -> str:
    """Make one environment that has no package, and the journal of how it was made; its name."""
    files = GenerationFiles(store.generation("model", 1))
    make_folder(files.folder)
    make_folder(files.prefix / _KERNELS)
    info = GenerationInfo(
        name="model",
        slug="model",
        number=1,
        created="2026-01-01T00:00:00+00:00",
        created_by="somebody",
        platform="linux-64",
        virtual_packages=(),
        channels=(),
        lock_digest="0" * 64,
        source=SourceInfo(kind="spec"),
        operation="none",
    )
    files.info.write_bytes(msgspec.json.encode(info))
    files.spec.write_text("dependencies: [package-7]\n")
    store.link("model").symlink_to(store.link_target("model", 1))
    journal = JournalWriter(journal_path(store, new_id()))
    journal.start(verb="create", name="model", actor="somebody")
    journal.end("succeeded", {})
    journal.close()
    return "model"


def copies(store: Store, slug: str, count: int) -> None:
    """Give an environment so many generations, all like its first."""
    first = GenerationFiles(store.generation(slug, 1))
    info = read_info(first.prefix)
    for number in range(2, count + 1):
        files = GenerationFiles(store.generation(slug, number))
        shutil.copytree(first.prefix, files.prefix)
        files.info.write_bytes(msgspec.json.encode(msgspec.structs.replace(info, number=number)))


def fill(store: Store, model: Path, count: int) -> list[str]:
    """Make ``count`` environments that have of ``model`` what a list looks at; their names."""
    info = read_info(model.resolve())
    slugs = [f"environment-{index}" for index in range(count)]
    for slug in slugs:
        files = GenerationFiles(store.generation(slug, 1))
        shutil.copytree(GenerationFiles(model.resolve()).folder, files.folder)
        shutil.copytree(model / _KERNELS, files.prefix / _KERNELS)
        _link_packages(model.resolve(), files.prefix)
        own = msgspec.structs.replace(info, name=slug, slug=slug, number=1)
        files.info.write_bytes(msgspec.json.encode(own))
        store.link(slug).symlink_to(store.link_target(slug, 1))
    _compare(store, slugs)
    return slugs


def _compare(store: Store, slugs: list[str]) -> None:
    """What is known of drift after a create: one is compared, and the others are like it."""
    record = look(store, get_managed(store, slugs[0]))
    if record is None:
        return
    for slug in slugs[1:]:
        prefix = store.generation(slug, 1)
        now = touched(str(prefix), record.folders)
        own = msgspec.structs.replace(record, fingerprint=fingerprint(prefix), touched=now)
        write_drift(store, slug, 1, own)


def _link_packages(model: Path, prefix: Path) -> None:
    """What a look for drift looks at, so that there is none."""
    for record in (model / "conda-meta").glob("*.json"):
        (prefix / "conda-meta" / record.name).hardlink_to(record)
    for info in model.glob("lib/python3*/site-packages/*.dist-info"):
        target = prefix / info.relative_to(model)
        target.mkdir(parents=True)
        for name in ("METADATA", "INSTALLER"):
            (target / name).hardlink_to(info / name)


def multiply(model: Path, prefix: Path, count: int) -> list[Expected]:
    """Make ``prefix`` hold ``count`` packages or more: those of ``model`` under other names, of
    which there are only the records and what says that a distribution is there. Returns what a
    lock would have of them. A prefix that is there already is left as it is."""
    expected: list[Expected] = []
    records = sorted((model / "conda-meta").glob("*.json"))
    for turn in range(-(-count // len(records))):
        for path in records:
            record = json.loads(path.read_bytes())
            name = f"{record['name']}-{turn}"
            expected.append(
                Expected("conda", name, record["version"], record["build"], record["sha256"])
            )
            target = prefix / "conda-meta" / f"{name}-{record['version']}-{record['build']}.json"
            if not target.exists():
                _write_copy(model, prefix, target, {**record, "name": name}, turn)
    return expected


def _write_copy(model: Path, prefix: Path, target: Path, record: dict[str, Any], turn: int) -> None:
    renamed = [_DIST_INFO.sub(rf"/\1.{turn}-", file) for file in record["files"]]
    for file, new in zip(record["files"], renamed, strict=True):
        if file.endswith((".dist-info/METADATA", ".dist-info/INSTALLER")):
            (prefix / new).parent.mkdir(parents=True, exist_ok=True)
            (prefix / new).hardlink_to(model / file)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({**record, "files": renamed}))


def remember(store: Store, model: Store, count: int) -> None:
    """Give a store ``count`` journals: those of another one, again and again."""
    store.operations.mkdir(parents=True)
    journals = [journal_path(model, one.id).read_bytes() for one in list_operations(model)]
    for index in range(count):
        journal_path(store, new_id()).write_bytes(journals[index % len(journals)])


def occupy(store: Store, slug: str) -> None:
    """Let this process count as one that was started from the environment."""
    me = msgspec.structs.asdict(this_process())
    path = store.leases(slug) / "bench.json"
    path.parent.mkdir()
    path.write_bytes(msgspec.json.encode({"generation": 1, **me}))


def enlarge(store: Store, slug: str, count: int) -> Path:
    """Give an environment a lock of ``count`` packages. Returns the file whose time says that
    the generation is the same as before."""
    files = GenerationFiles(store.generation(slug, 1))
    files.lock.write_bytes(emit_lock(locked(count, read_info(files.prefix).platform)))
    return files.info


def locked(count: int, platform: str = "linux-64") -> Lock:
    """A lock of ``count`` packages."""
    packages = tuple(_package(number, platform) for number in range(count))
    return Lock(platforms=(platform,), channels=(_CHANNEL,), packages=packages)


def _package(number: int, platform: str) -> LockedPackage:
    file_name = f"package-{number}-1.{number}.0-py312h{number:07x}_0.conda"
    before = (number - step for step in (1, 2, 3, 5, 8))
    return LockedPackage(
        name=f"package-{number}",
        version=f"1.{number}.0",
        manager="conda",
        platform=platform,
        url=f"{_CHANNEL}/{platform}/{file_name}",
        sha256=hashlib.sha256(file_name.encode()).hexdigest(),
        md5=hashlib.sha256(file_name.encode()).hexdigest()[:32],
        dependencies={f"package-{n}": f">=1.{n}.0,<2.0a0" for n in before if n >= 0},
    )
