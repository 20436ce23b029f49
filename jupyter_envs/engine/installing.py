"""From a solution to files in a prefix: download, verify, link."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
from rattler import MatchSpec, PackageCache
from rattler import install as rattler_install

from jupyter_envs.errors import DownloadFailed, NoSpace, PackageCorrupt

from .bombs import SpaceWatch
from .failures import translate
from .guarding import Guard, check_records
from .local_archives import Verified, require_unchanged, verify_local_archives
from .progress import Progress
from .proven import forget_unproven
from .records import Solution, not_cached
from .session import Session

if TYPE_CHECKING:
    from rattler.install import InstallerReporter


class InstallRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to install where.

    ``prefix`` is absolute and not a symlink: its path is written into files.
    ``requested`` are the spec's dependencies, kept in conda-meta so that other tools know
    what was asked for.
    """

    prefix: Path
    requested: tuple[str, ...]


def install(
    solution: Solution,
    request: InstallRequest,
    session: Session,
    progress: Progress,
    *,
    thorough: bool = False,
) -> None:
    """Make the prefix hold the solution; what is already there and right is kept.

    Every package is looked at before it is linked: nothing is written outside of the prefix.

    ``thorough`` reads every file of the cache for its hash: an edit of the same size is found,
    too. A damaged cache entry is found and fetched anew once. Raises DownloadFailed, NoSpace,
    PackageCorrupt, PackageUnsafe or BuildFailed; the prefix is then incomplete and must not be
    published.
    """
    check_records(solution.records)
    forget_unproven(solution.records, session.cache.packages)
    if session.offline:
        _require_cached(solution, session)
    archives = verify_local_archives(solution, session)
    all_fresh = len(not_cached(solution, session.cache.packages)) == len(solution.records)
    try:
        _guarded(solution, request, session, progress, thorough=thorough)
    except Exception as error:
        failure = translate(error, session, prefix=request.prefix)
        # Without a cache it was the channel: its archive would only be fetched again.
        if not isinstance(failure, PackageCorrupt) or all_fresh:
            raise failure from error
        archives = _install_thoroughly(solution, request, session, progress)
    require_unchanged(archives, session.cache.packages)
    # The installer keeps its records to their owner; conda of anybody who may use it reads them.
    for record in (request.prefix / "conda-meta").glob("*.json"):
        record.chmod(0o644)


def _install_thoroughly(
    solution: Solution, request: InstallRequest, session: Session, progress: Progress
) -> tuple[Verified, ...]:
    archives = verify_local_archives(solution, session, cached=True)
    try:
        _guarded(solution, request, session, progress, thorough=True)
    except Exception as error:
        raise translate(error, session, prefix=request.prefix) from error
    return archives


def _guarded(
    solution: Solution,
    request: InstallRequest,
    session: Session,
    progress: Progress,
    *,
    thorough: bool,
) -> None:
    guard = Guard(solution.records, session.cache.packages)
    watch = SpaceWatch(session.cache.packages, solution.missing_size(session))
    reporter = _Reporter(solution, session.cache.packages, progress, guard)
    try:
        cache = session.package_cache(thorough=thorough)
        with watch.watching():
            session.run(_install(solution, request, session, reporter, cache))
    except Exception as error:
        if watch.stopped:
            raise _too_large(reporter, session) from error
        if guard.refusal is None:
            raise
        # What the installer says is that the package is not there.
        raise guard.refusal from error
    finally:
        guard.clear_up()
    if guard.refusal is not None:
        raise guard.refusal


def _too_large(reporter: _Reporter, session: Session) -> NoSpace:
    names = ", ".join(reporter.unpacking) or "a package"
    return NoSpace(
        path=str(session.cache.packages),
        hint=f"Unpacking {names} was stopped: it grew to far more than any package of its size; "
        "take another build, and tell who runs the channel.",
    )


async def _install(
    solution: Solution,
    request: InstallRequest,
    session: Session,
    reporter: _Reporter,
    cache: PackageCache,
) -> None:
    await rattler_install(
        list(solution.records),
        str(request.prefix),
        package_cache=cache,
        show_progress=False,
        client=session.client,
        # The public MatchSpec is refused by py-rattler 0.28; its inner type is accepted.
        requested_specs=[MatchSpec(t, strict=False)._match_spec for t in request.requested],
        execute_link_scripts=False,
        # A structural protocol, of which only what is told here needs to be there.
        reporter=cast("InstallerReporter", reporter),
        config=session.config,
    )


class _Reporter:
    """rattler's callbacks, which come from its own threads, as Progress.

    Downloads and links overlap; "download" is told until the last byte is here.
    """

    def __init__(
        self, solution: Solution, packages: Path, progress: Progress, guard: Guard
    ) -> None:
        self._progress = progress
        self._guard = guard
        fresh = not_cached(solution, packages)
        self._sizes = {r.name.normalized: r.size or 0 for r in fresh}
        self._total = sum(self._sizes.values())
        self._names: dict[int, str] = {}
        self._received: dict[int, int] = {}
        self._told = 0
        self.unpacking: dict[str, None] = {}
        self._linked = 0
        self._operations = len(solution.records)
        if self._total:
            progress("download", 0, self._total, "bytes")

    def on_transaction_start(self, total_operations: int) -> None:
        self._operations = total_operations
        if not self._total:
            self._progress("install", 0, total_operations, "packages")

    def on_populate_cache_start(self, operation: int, package_name: str) -> int:
        self._names[operation] = package_name
        self.unpacking[package_name] = None
        return operation

    def on_validate_start(self, cache_entry: int) -> int:
        return cache_entry

    def on_download_start(self, cache_entry: int) -> int:
        return cache_entry

    def on_download_progress(self, download_idx: int, progress: int, total: int | None) -> None:
        self._received[download_idx] = progress
        self._tell_download()

    def on_populate_cache_complete(self, cache_entry: int) -> None:
        # Also for what a file:// channel gives, of which no download is told.
        self.unpacking.pop(self._names[cache_entry], None)
        size = self._sizes.get(self._names[cache_entry])
        if size is not None:
            self._received[cache_entry] = size
            self._tell_download()

    def on_link_start(self, operation: int, package_name: str) -> int:
        self._guard.before_link(package_name)
        return operation

    def on_link_complete(self, operation: int) -> None:
        self._linked += 1
        if sum(self._received.values()) >= self._total:
            self._progress("install", self._linked, self._operations, "packages")

    def _tell_download(self) -> None:
        # Threads report out of order; a bar must not go back.
        done = min(sum(self._received.values()), self._total)
        if done > self._told:
            self._told = done
            self._progress("download", done, self._total, "bytes")


def _require_cached(solution: Solution, session: Session) -> None:
    index = asyncio.run(session.package_cache().index())
    missing = [
        r.file_name
        for r in solution.records
        if not r.url.startswith("file:") and not index.contains_record(r)
    ]
    if missing:
        raise DownloadFailed(
            package=", ".join(missing[:5]),
            reason=f"offline, and {len(missing)} package(s) are not in the cache",
        )
