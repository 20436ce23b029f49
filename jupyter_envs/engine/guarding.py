"""Between unpacking and linking: no package gets a file of its own out of the prefix.

py-rattler links a package as soon as it is unpacked, while others are still on their way, and
takes no notice of an exception in what it tells. So a package that is refused is moved away at
the moment before it would be linked; then there is nothing to link, and the install fails.

How a package was found to be lies beside it in the cache, with the sha256 of its archive: a
package is looked at once, when it is new there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from jupyter_envs.errors import PackageUnsafe

from .credentials import strip_url
from .extracted import Links, Unsafe, look_at, named, places
from .records import Record, cache_name

_SEEN = ".seen"
#: Folders that others than the packages write to: Python's installers, and this program.
_WRITTEN_LATER = re.compile(
    r"bin|lib|lib/python3[^/]*|lib/python3[^/]*/site-packages(/.*)?|share(/jupyter(/kernels)?)?|etc"
)


class _Seen(msgspec.Struct, frozen=True):
    sha256: str
    links: Links


def check_records(records: Iterable[Record]) -> None:
    """Raise PackageUnsafe where the channel itself says what leads out of cache and prefix."""
    for record in records:
        site_packages = record.python_site_packages_path or ""
        for said in (record.file_name, str(record.build), site_packages):
            leads_out = said.startswith("/") or ".." in said.split("/")
            if leads_out or ("/" in said and said != site_packages):
                raise _refusal(record, Unsafe(said, f"the channel has {named(said)} for a name"))


class Guard:
    """Looks at the packages of one install, each before it is linked.

    ``refusal`` is why the first one was refused, None as long as all are in order.
    """

    def __init__(self, records: Iterable[Record], packages: Path) -> None:
        self._records = {record.name.normalized: record for record in records}
        self._packages = packages
        self._lock = threading.Lock()
        self._known: dict[str, Links] = {}
        # By their paths the names of the packages that bring them.
        self._out: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._moved: list[Path] = []
        self.refusal: PackageUnsafe | None = None

    def before_link(self, name: str) -> None:
        """Look at a package that is about to be linked; called from py-rattler's threads."""
        record = self._records[name]
        try:
            # One at a time: of two that are only together a danger, the second is refused.
            with self._lock:
                self._known[name] = self._look(record)
                self._compare(name)
        except Unsafe as found:
            self._refuse(record, found)
        except Exception as error:  # noqa: BLE001 - py-rattler would pass over it, and link
            self._refuse(record, Unsafe(".", f"it cannot be looked at ({error})"))

    def clear_up(self) -> None:
        """Delete what was refused."""
        for folder in self._moved:
            shutil.rmtree(folder, ignore_errors=True)

    def _look(self, record: Record) -> Links:
        folder = self._packages / cache_name(record)
        seen = folder.with_name(folder.name + _SEEN)
        sha256 = record.sha256.hex() if record.sha256 else ""
        with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
            before = msgspec.json.decode(seen.read_bytes(), type=_Seen)
            if before.sha256 == sha256:
                return before.links
        links = look_at(folder, record)
        with suppress(OSError):  # it will be looked at again
            _write(seen, msgspec.json.encode(_Seen(sha256, links)))
        return links

    def _compare(self, name: str) -> None:
        """Raise Unsafe where this package and those before it write through a link together.

        Each pair of packages is compared once, when the second of them comes.
        """
        mine = self._known[name]
        self._out.update(dict.fromkeys(mine.out, name))
        self._links.update(dict.fromkeys((*mine.out, *mine.climbing, *mine.others), name))
        for path in mine.out:
            if _WRITTEN_LATER.fullmatch(path):
                raise Unsafe(path, f"{named(path)} is a link out of the environment")
        # What others write matters only where this one has a link that it could go through.
        for owner in self._known if mine.out else (name,):
            for path in self._places(owner) if self._out else ():
                link = _behind(path, self._out)
                if link is not None and name in (owner, self._out[link]):
                    reason = f"{named(path)} would be written through the link {named(link)}"
                    raise Unsafe(path, reason)
        for owner, known in self._known.items():
            for path in known.climbing:
                link = _behind(path, self._links)
                if link is not None and name in (owner, self._links[link]):
                    reason = f"the link {named(path)} lies behind another, {named(link)}"
                    raise Unsafe(path, reason)

    def _places(self, name: str) -> Iterator[str]:
        folder = self._packages / cache_name(self._records[name])
        return places(folder, self._known[name])

    def _refuse(self, record: Record, found: Unsafe) -> None:
        folder = self._packages / cache_name(record)
        moved = folder.with_name(f".refused-{os.getpid()}-{folder.name}")
        self._moved.append(moved)
        try:
            folder.rename(moved)
        except OSError:
            # Without these two nothing can be linked, either.
            for name in ("index.json", "paths.json"):
                (folder / "info" / name).unlink(missing_ok=True)
        folder.with_name(folder.name + _SEEN).unlink(missing_ok=True)
        if self.refusal is None:
            self.refusal = _refusal(record, found)


def _refusal(record: Record, found: Unsafe) -> PackageUnsafe:
    return PackageUnsafe(
        package=record.file_name,
        channel=strip_url(record.url).rsplit("/", 2)[0],
        path=found.path,
        reason=found.reason,
    )


def _behind(path: str, links: Iterable[str]) -> str | None:
    """The link that one of the folders above ``path`` is, if one is."""
    end = path.find("/")
    while end > 0:
        if path[:end] in links:
            return path[:end]
        end = path.find("/", end + 1)
    return None


def _write(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".seen-", delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
