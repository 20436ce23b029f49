"""A cache of bytecode per package and Python, so that a first kernel starts like a second one.

Without it a first start compiles some 500 modules, which takes 1.7 of its 2.4 seconds. On disk::

    <cache>/<sha256 of the archive>/<cache tag>-<magic>/<part>/manifest.json, 0.pyc, 1.pyc, ...
    <cache>/.tmp-<random>/                                  being made, or left by who was killed

A part appears by one rename and never changes; what becomes known later is another part. The
order of use is :func:`link_bytecode` in the unpublished prefix before its kernel is verified,
:func:`harvest_bytecode` after that, and :func:`fill_cache` when the environment is published.

Bytecode checks its source by time and size, so Python itself sees an edited source. It replaces
bytecode by a rename, which does not reach the cache through a hard link. A Python that runs with
PYTHONDONTWRITEBYTECODE or PYTHONPYCACHEPREFIX leaves nothing to harvest: whoever starts the
kernel to be verified takes both out of its environment.
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path

import msgspec

from .bytecode_compile import (
    Job,
    Package,
    TargetPython,
    is_test,
    packages_of,
    run_pool,
    target_python,
)
from .bytecode_parts import (
    UNFINISHED,
    Manifest,
    Module,
    assemble,
    entry_of,
    parts_of,
    publish_part,
    sweep_unfinished,
    unfinished,
)
from .protection import flush_file_system

#: For the pool: os.link releases the interpreter lock; more threads only wait for the same journal.
LINKING_THREADS = 2
_BATCH_MODULES = 400
#: Nobody waits for it, and a notebook may be running beside it.
_PROCESSES = 1
_UNLINKABLE = frozenset(
    {errno.EXDEV, errno.EMLINK, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS}
)


class BytecodeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was done for one package, in files; ``hits``, ``misses`` and ``stale`` count packages.

    ``copied`` are the linked files that could not be hard links, ``present`` those that were
    there already. ``stale`` packages are cached for sources of another time.
    """

    linked: int = 0
    copied: int = 0
    present: int = 0
    hits: int = 0
    misses: int = 0
    stale: int = 0


def link_bytecode(
    prefix: Path, cache: Path, pool: Executor, wheels: Mapping[str, str] | None = None
) -> list[Future[BytecodeReport]]:
    """Put the cached bytecode of all packages into an unpublished prefix.

    What its kernels need to start is there when this returns; the rest is linked in ``pool`` while
    they start, and done when the returned futures are.

    ``wheels`` maps the names of pip packages to the sha256 of their wheels (not of sdists: each
    build of one may differ). Errors of single files leave that file to Python.
    """
    asked = pool.submit(target_python, prefix)  # a process is waited for
    packages = packages_of(prefix, wheels or {})
    python = asked.result()
    if python is None:
        return []
    links = [pool.submit(_link_package, prefix, cache, python, package) for package in packages]
    for package, link in zip(packages, links, strict=True):
        if package.starts_kernels:
            link.result()
    return links


def harvest_bytecode(prefix: Path, cache: Path, wheels: Mapping[str, str] | None = None) -> int:
    """Take what a verified kernel made Python write into the cache; returns how many modules.

    Taken is bytecode of a source that is byte for byte, and of the time, that its package
    shipped. It is rewritten to name its source relative to the prefix, since Python wrote
    absolute paths into it. Raises OSError where the cache cannot be written: no reason to fail.
    """
    python = target_python(prefix)
    if python is None:
        return 0
    wanted = []
    for package in packages_of(prefix, wheels or {}):
        known = {m for part in parts_of(cache, python, package) for m in part.manifest.modules}
        jobs = list(_written(prefix, python, package, known))
        if jobs:
            wanted.append((package, jobs))
    return _add(prefix, cache, python, wanted, complete=False, nice=0)


def fill_cache(
    prefix: Path, cache: Path, wheels: Mapping[str, str] | None = None, *, nice: int = 19
) -> int:
    """Compile what the cache lacks, without changing the prefix; returns how many modules.

    Meant for the time after publishing: the whole of a package at a time, without its tests, in
    one process of low priority. A package with an edited module is left out. Killed at any
    moment it leaves complete packages and a ``.tmp-*`` folder, which is swept a day later.
    Raises OSError where the cache cannot be written.
    """
    sweep_unfinished(cache)
    python = target_python(prefix)
    if python is None:
        return 0
    wanted = []
    for package in packages_of(prefix, wheels or {}):
        parts = parts_of(cache, python, package)
        if not any(p.manifest.complete and _fits(prefix, package, p.manifest) for p in parts):
            jobs = [Job(s, h) for s, h in package.sources.items() if not is_test(s)]
            if all(_is_as_shipped(prefix, package, job.source) for job in jobs):
                wanted.append((package, jobs))
    return sum(
        _add(prefix, cache, python, batch, complete=True, nice=nice) for batch in _batches(wanted)
    )


# -- reading ---------------------------------------------------------------------------------


def _fits(prefix: Path, package: Package, manifest: Manifest) -> bool:
    """Whether the sources have the times of the manifest. One stands for all of an archive."""
    for module in manifest.modules:
        if module.source in package.sources:
            return _module(prefix, module.source) == module
    return not manifest.modules


def _module(prefix: Path, source: str) -> Module | None:
    try:
        stat = (prefix / source).stat()
    except OSError:
        return None
    return Module(source, int(stat.st_mtime), stat.st_size)


def _is_as_shipped(prefix: Path, package: Package, source: str) -> bool:
    module = _module(prefix, source)
    return module is not None and package.is_as_shipped(source, module.mtime)


def _written(
    prefix: Path, python: TargetPython, package: Package, known: set[Module]
) -> Iterator[Job]:
    for source, sha256 in package.sources.items():
        pyc = python.pyc_of(source)
        if not (prefix / pyc).exists():
            continue
        if _module(prefix, source) not in known and _is_as_shipped(prefix, package, source):
            yield Job(source, sha256, pyc)


# -- linking ---------------------------------------------------------------------------------


def _link_package(
    prefix: Path, cache: Path, python: TargetPython, package: Package
) -> BytecodeReport:
    parts = parts_of(cache, python, package)
    fitting = [part for part in parts if _fits(prefix, package, part.manifest)]
    if not fitting:
        return BytecodeReport(stale=1) if parts else BytecodeReport(misses=1)
    counts: Counter[str] = Counter()
    # Texts, not Paths: with thousands of modules, putting Paths together takes longer than
    # linking them.
    for part in fitting:
        for number, module in enumerate(part.manifest.modules):
            # Only files of this package, whatever a damaged manifest may say.
            if module.source in package.sources:
                target = f"{prefix}/{python.pyc_of(module.source)}"
                counts[_place(f"{part.folder}/{number}.pyc", target)] += 1
    return BytecodeReport(
        hits=1, linked=counts["linked"], copied=counts["copied"], present=counts["present"]
    )


def _place(source: str, target: str) -> str:
    outcome = _link(source, target)
    if outcome == "no folder":
        # Not its parents: a package that lacks the folder lacks the module too.
        with suppress(OSError):
            Path(target).parent.mkdir()
        outcome = _link(source, target)
    return outcome


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except FileExistsError:
        return "present"
    except FileNotFoundError:
        return "no folder"
    except OSError as error:
        return _copy(source, Path(target)) if error.errno in _UNLINKABLE else "left"
    return "linked"


def _copy(source: str, target: Path) -> str:
    temporary = target.with_name(f"{UNFINISHED}{uuid.uuid4().hex}")
    try:
        shutil.copy(source, temporary)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        return "left"
    return "copied"


# -- adding ----------------------------------------------------------------------------------

_Wanted = tuple[Package, list[Job]]


def _batches(wanted: Sequence[_Wanted]) -> Iterator[list[_Wanted]]:
    """Groups that are worth a start of Python, and small enough to lose when killed."""
    batch: list[_Wanted] = []
    size = 0
    for package, jobs in wanted:
        batch.append((package, jobs))
        size += len(jobs)
        if size >= _BATCH_MODULES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _add(
    prefix: Path,
    cache: Path,
    python: TargetPython,
    wanted: Sequence[_Wanted],
    *,
    complete: bool,
    nice: int,
) -> int:
    jobs = [job for _, its_jobs in wanted for job in its_jobs]
    if not jobs:
        return 0
    with unfinished(cache) as out:
        results = run_pool(python, prefix, jobs, out, processes=_PROCESSES, nice=nice)
        by_source = {jobs[result.number].source: result for result in results}
        parts = []
        for package, its_jobs in wanted:
            its_results = [by_source.get(job.source) for job in its_jobs]
            made = [r for r in its_results if r is not None and r.outcome == "made"]
            whole = all(r is not None and r.outcome != "unfit" for r in its_results)
            if (complete and whole) or (made and not complete):
                modules = (Module(jobs[r.number].source, r.mtime, r.size) for r in made)
                manifest = Manifest(tuple(modules), complete)
                folder = assemble(out, [r.number for r in made], manifest)
                parts.append((entry_of(cache, python, package), folder, manifest))
        # A power cut must not leave a part whose bytecode is empty: Python would stumble on it.
        flush_file_system(out)
        for entry, folder, manifest in parts:
            publish_part(entry, folder, manifest)
    return sum(len(manifest.modules) for _, _, manifest in parts)
