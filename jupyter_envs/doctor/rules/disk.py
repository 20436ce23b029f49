"""Rules about folders and disks: layer *host*, asked before those about GPUs."""

from __future__ import annotations

import os
from collections.abc import Iterator

from jupyter_envs.doctor.facts import Facts, Place
from jupyter_envs.store import MAX_PREFIX_BYTES

from .about import gigabytes
from .book import Book, Found, found

book = Book("host")

#: An environment has ten thousands of small files, and each of them is a round trip.
_REMOTE = frozenset((
    "9p", "afs", "beegfs", "ceph", "cifs", "drvfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.s3fs",
    "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
))  # fmt: skip
#: Between them bytes can be shared even where names cannot.
_SHARING = frozenset(("btrfs", "xfs"))

_FULL = 500_000_000
_NEARLY_FULL = 2_000_000_000
_TEMPORARY = 100_000_000
_FEW_FILES = 50_000
#: What "/.jupyter-envs/<name>/<number>" takes for a name of usual length.
_ROOM = 60


def _df(place: Place) -> tuple[str, object]:
    return f"df {place.path}", f"{gigabytes(place.free or 0)} free of {gigabytes(place.total or 0)}"


def _mounted(place: Place) -> tuple[str, object]:
    mount = place.mount
    assert mount is not None
    return f"mount of {place.path}", f"{mount.point} {mount.kind}"


@book.rule(
    "error",
    message="The disk of the environments is full: {free} are free in {folder}.",
    fix="Free disk space: remove or archive environments that nobody uses, and what is cached.",
    action="clean",
)
def disk_full(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    if place and place.free is not None and place.free < _FULL:
        yield found(_df(place), free=gigabytes(place.free), folder=place.path)


@book.rule(
    "warning",
    message="The disk of the environments is nearly full: {free} are free in {folder}. A new"
    " generation may need several GB while it is built.",
    fix="Free disk space: remove or archive environments that nobody uses, and what is cached.",
    action="clean",
)
def disk_nearly_full(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    if place and place.free is not None and _FULL <= place.free < _NEARLY_FULL:
        yield found(_df(place), free=gigabytes(place.free), folder=place.path)


@book.rule(
    "warning",
    message="The disk of the environments can hold only {files} more files; an environment has"
    " ten thousands of them.",
    fix="Remove or archive environments that nobody uses, and what is cached, or ask for more"
    " inodes.",
    action="clean",
)
def files_nearly_full(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    if place and place.files_total and (place.files_free or 0) < _FEW_FILES:
        yield found((f"df -i {place.path}", f"{place.files_free} free"), files=place.files_free)


@book.rule(
    "warning",
    message="The environments lie in {folder}, on a file system of another machine ({kind}):"
    " making environments and starting kernels is slow there.",
    fix="Choose a folder on a disk of this machine: the variable JUPYTER_ENVS_DIR, or envs_dirs"
    " in ~/.condarc.",
)
def envs_dir_slow(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    if place and place.mount and place.mount.kind in _REMOTE:
        yield found(_mounted(place), folder=place.path, kind=place.mount.kind)


@book.rule(
    "error",
    message="The environments lie in {folder}, which is mounted so that no program starts from"
    " there (noexec).",
    fix="Choose another folder: the variable JUPYTER_ENVS_DIR, or envs_dirs in ~/.condarc.",
)
def envs_dir_noexec(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    if place and place.mount and "noexec" in place.mount.options:
        yield found((f"mount of {place.path}", "noexec"), folder=place.path)


@book.rule(
    "error",
    who="administrator",
    message="The environments lie in {folder}, which is mounted read-only.",
    fix="Mount it writable, or choose another folder: the variable JUPYTER_ENVS_DIR, or envs_dirs"
    " in ~/.condarc.",
)
def envs_dir_read_only(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    if place and place.mount and "ro" in place.mount.options:
        yield found((f"mount of {place.path}", "ro"), folder=place.path)


@book.rule(
    "warning",
    message="The folder of the environments has a path of {bytes} bytes. Packages hold paths of"
    " {limit} bytes at most, so only very short names fit: {folder}",
    fix="Choose a folder with a shorter path: the variable JUPYTER_ENVS_DIR, or envs_dirs in"
    " ~/.condarc.",
)
def envs_dir_too_deep(facts: Facts) -> Iterator[Found]:
    place = facts.storage.envs
    length = len(os.fsencode(place.path)) if place else 0
    if place and length > MAX_PREFIX_BYTES - _ROOM:
        seen = ("length of the path", length)
        yield found(seen, bytes=length, limit=MAX_PREFIX_BYTES, folder=place.path)


@book.rule(
    "warning",
    message="The cache of packages ({cache}) is on another file system than the environments"
    " ({folder}): packages are copied, not linked, which takes time and space.",
    fix="Have both on one file system: the variable JUPYTER_ENVS_CACHE_DIR, or pkgs_dirs in"
    " ~/.condarc.",
)
def cache_elsewhere(facts: Facts) -> Iterator[Found]:
    envs, cache = facts.storage.envs, facts.storage.cache
    if not (envs and cache and envs.mount and cache.mount):
        return
    shares = envs.mount.kind in _SHARING and envs.mount.device == cache.mount.device
    if envs.mount.point != cache.mount.point and not shares:
        yield found(_mounted(envs), _mounted(cache), cache=cache.path, folder=envs.path)


@book.rule(
    "error",
    message="The folder for temporary files, {folder}, cannot be used: {reason}.",
    fix="Free it, or choose another: the variable TMPDIR.",
)
def temporary_unusable(facts: Facts) -> Iterator[Found]:
    place = facts.storage.temporary
    if place is None:
        return
    if not place.exists:
        yield found(("TMPDIR", place.path), folder=place.path, reason="it does not exist")
    elif not place.writable:
        yield found(("TMPDIR", place.path), folder=place.path, reason="it cannot be written")
    elif place.free is not None and place.free < _TEMPORARY:
        yield found(_df(place), folder=place.path, reason="it is full")
