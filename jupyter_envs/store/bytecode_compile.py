"""What can be bytecode in a prefix, and the run of the environment's Python that makes it."""

from __future__ import annotations

import base64
import csv
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

_POOL = Path(__file__).with_name("compile_pool.py")
#: By what is inside of the interpreter: importing any module would compile it first, in a prefix
#: that has no bytecode yet, which takes longer than all the rest.
_IDENTIFY = """
import sys
from _frozen_importlib_external import MAGIC_NUMBER
print(sys.implementation.cache_tag, MAGIC_NUMBER.hex())
"""
_IMPORTABLE = re.compile(r"lib/python\d[^/]*/")
_KERNEL = re.compile(r"share/jupyter/kernels/[^/]+/kernel\.json")
_NAME = re.compile(r"[\w.-]+")
_TESTS = frozenset({"test", "tests"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SEPARATORS = re.compile(r"[-_.]+")


class TargetPython(msgspec.Struct, frozen=True):
    """The environment's Python. Only bytecode of the same tag and magic number is its own."""

    executable: Path
    cache_tag: str
    magic: str

    @property
    def key(self) -> str:
        """The folder below a package's sha256."""
        return f"{self.cache_tag}-{self.magic}"

    def pyc_of(self, source: str) -> str:
        """Where Python keeps the bytecode of ``source`` (PEP 3147)."""
        folder, _, name = source.rpartition("/")
        return f"{folder}/__pycache__/{name.removesuffix('.py')}.{self.cache_tag}.pyc"


class Package(msgspec.Struct, frozen=True):
    """An installed package. ``sources`` maps its modules, as installed, to their sha256.

    ``extracted`` is where the package lies unpacked, with the times its archive gave; None for
    a wheel, whose files get the time at which it was unpacked into uv's cache. ``starts_kernels``
    is False for a package that no kernel of the prefix needs in order to start.
    """

    sha256: str
    sources: dict[str, str]
    extracted: Path | None
    starts_kernels: bool = True

    def is_as_shipped(self, source: str, modified: int) -> bool:
        """Whether the time of an installed module is the package's own, as far as is known."""
        if self.extracted is None:
            return True
        # A noarch package has no "lib/python3.x" in front.
        _, folder, rest = source.rpartition("site-packages/")
        for path in (self.extracted / source, self.extracted / f"{folder}{rest}"):
            with suppress(OSError):
                return int(path.stat().st_mtime) == modified
        return False


class Job(msgspec.Struct, frozen=True, array_like=True):
    """One module to make bytecode of; with ``pyc``, from what Python has already written."""

    source: str
    sha256: str
    pyc: str | None = None


class Result(msgspec.Struct, frozen=True, array_like=True):
    """What became of job ``number``; ``mtime`` (whole seconds) and ``size`` are its source's."""

    number: int
    outcome: Literal["made", "unfit", "refused"]
    mtime: int
    size: int


def is_test(source: str) -> bool:
    """Whether a module is in a folder of tests: a third of all modules, hardly ever imported."""
    return not _TESTS.isdisjoint(PurePosixPath(source).parts[:-1])


def target_python(prefix: Path) -> TargetPython | None:
    """The prefix's Python, asked itself; None where there is none that answers."""
    executable = prefix / "bin" / "python"
    try:
        done = subprocess.run(
            [str(executable), "-I", "-S", "-B", "-c", _IDENTIFY],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    tag, _, magic = done.stdout.strip().partition(" ")
    return TargetPython(executable, tag, magic)


def run_pool(
    python: TargetPython,
    prefix: Path,
    jobs: Sequence[Job],
    out: Path,
    *,
    processes: int,
    nice: int,
) -> list[Result]:
    """Make bytecode into ``out``; what a killed process did not report is left out."""
    command = [str(python.executable), "-I", "-S", "-B", "-W", "ignore", str(_POOL)]
    subprocess.run(
        [*command, str(prefix), str(out), str(processes), str(nice)],
        input=msgspec.json.encode(jobs),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    results: list[Result] = []
    for path in sorted(out.glob("results.*")):
        with suppress(msgspec.MsgspecError):
            results += msgspec.json.decode(path.read_bytes(), type=list[Result])
    return results


class _Path(msgspec.Struct, frozen=True):
    path: str = msgspec.field(name="_path")
    sha256: str | None = None
    prefix_placeholder: str | None = None


class _Paths(msgspec.Struct, frozen=True):
    paths: tuple[_Path, ...] = ()


class _Record(msgspec.Struct, frozen=True):
    name: str
    depends: tuple[str, ...] = ()
    sha256: str | None = None
    paths_data: _Paths = _Paths()
    extracted_package_dir: str | None = None

    @property
    def brings_kernel(self) -> bool:
        return any(_KERNEL.fullmatch(file.path) for file in self.paths_data.paths)


def packages_of(prefix: Path, wheels: Mapping[str, str]) -> list[Package]:
    """Packages with modules: first those that kernels need to start, the biggest first.

    ``wheels`` maps the names of pip packages to the sha256 of the wheel each came from; other
    pip packages are left out. So are files that hold the prefix, which differ everywhere, and
    files that two packages claim: nobody knows whose is there.
    """
    found = [*_conda_packages(prefix), *_wheels(prefix, wheels)]
    claims = Counter(source for package in found for source in package.sources)
    packages = [
        msgspec.structs.replace(
            package, sources={s: h for s, h in package.sources.items() if claims[s] == 1}
        )
        for package in found
    ]
    packages.sort(key=lambda package: (not package.starts_kernels, -len(package.sources)))
    return [p for p in packages if p.sources and _SHA256.fullmatch(p.sha256)]


def _conda_packages(prefix: Path) -> Iterator[Package]:
    records = list(_records(prefix))
    starting = _start_kernels(records)
    for record in records:
        if record.sha256 is None or record.extracted_package_dir is None:
            continue
        sources = {
            file.path: file.sha256
            for file in record.paths_data.paths
            if file.sha256 is not None and file.prefix_placeholder is None and _is_module(file.path)
        }
        yield Package(
            record.sha256, sources, Path(record.extracted_package_dir), record.name in starting
        )


def _records(prefix: Path) -> Iterator[_Record]:
    decoder = msgspec.json.Decoder(_Record)
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        with suppress(OSError, msgspec.MsgspecError):
            yield decoder.decode(path.read_bytes())


def _start_kernels(records: Sequence[_Record]) -> set[str]:
    """Names of the packages that bring a kernel, and of all that these need; of all packages
    where none of them brings one, which leaves it to a wheel."""
    depends = {record.name: record.depends for record in records}
    wanted = [record.name for record in records if record.brings_kernel]
    found: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in depends and name not in found:
            found.add(name)
            wanted += filter(None, map(_name_in, depends[name]))
    return found or set(depends)


def _name_in(dependency: str) -> str | None:
    found = _NAME.match(dependency)
    return found[0] if found else None


def _is_module(path: str) -> bool:
    return path.endswith(".py") and _IMPORTABLE.match(path) is not None


def _wheels(prefix: Path, wheels: Mapping[str, str]) -> Iterator[Package]:
    wanted = {_folded(name): sha256 for name, sha256 in wheels.items()}
    for folder in sorted(prefix.glob("lib/python*/site-packages/*.dist-info")):
        name = _folded(folder.name.removesuffix(".dist-info").rpartition("-")[0])
        if name in wanted:
            site_packages = folder.parent.relative_to(prefix).as_posix()
            yield Package(wanted[name], dict(_recorded(folder, site_packages)), None)


def _folded(name: str) -> str:
    return _SEPARATORS.sub("-", name).lower()


def _recorded(dist_info: Path, site_packages: str) -> Iterator[tuple[str, str]]:
    """Modules and hashes from a RECORD (PEP 376, hashes as in PEP 427)."""
    try:
        rows = list(csv.reader((dist_info / "RECORD").read_text("utf-8").splitlines()))
    except (OSError, ValueError, csv.Error):
        return
    for path, algorithm_and_digest, *_ in (row for row in rows if len(row) > 1):
        algorithm, _, digest = algorithm_and_digest.partition("=")
        if path.endswith(".py") and algorithm == "sha256" and ".." not in path.split("/"):
            padded = digest + "=" * (-len(digest) % 4)
            yield os.path.normpath(f"{site_packages}/{path}"), _hexadecimal(padded)


def _hexadecimal(digest: str) -> str:
    try:
        return base64.urlsafe_b64decode(digest).hex()
    except ValueError:
        return ""
