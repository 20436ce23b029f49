"""Stores and locks that are larger than anybody has the patience to make."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec

from jupyter_envs.lock import Lock, LockedPackage, emit_lock
from jupyter_envs.operations import list_operations
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.journal import journal_path
from jupyter_envs.store import GenerationFiles, Store, read_info, this_process

_CHANNEL = "https://conda.anaconda.org/conda-forge"
_KERNELS = Path("share/jupyter/kernels")


def fill(store: Store, model: Path, count: int) -> list[str]:
    """Make ``count`` environments that have of ``model`` what a list looks at; their names."""
    info = read_info(model.resolve())
    slugs = [f"environment-{index}" for index in range(count)]
    for slug in slugs:
        files = GenerationFiles(store.generation(slug, 1))
        shutil.copytree(GenerationFiles(model.resolve()).folder, files.folder)
        shutil.copytree(model / _KERNELS, files.prefix / _KERNELS)
        own = msgspec.structs.replace(info, name=slug, slug=slug, number=1)
        files.info.write_bytes(msgspec.json.encode(own))
        store.link(slug).symlink_to(store.link_target(slug, 1))
    return slugs


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
