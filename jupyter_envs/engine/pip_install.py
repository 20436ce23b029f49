"""Installing locked pip packages into a prefix, and checking that conda's files stay conda's."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from jupyter_envs.errors import PackageCorrupt, PackageUnsafe, PipFailed
from jupyter_envs.lock import LockedPackage, repository_of

from .credentials import strip_url
from .failures import mismatch
from .ownership import Ownership
from .pip_lock import pylock
from .uv import UvContext, run_uv
from .uv_messages import hash_mismatch


def install_pip(packages: Sequence[LockedPackage], owned: Ownership, context: UvContext) -> None:
    """Install exactly ``packages``, each verified by its sha256, without their dependencies.

    Those that are built from a commit come after: uv installs nothing without a hash in one go
    with what has one. Raises PackageCorrupt for a wrong hash, PackageUnsafe for a package that
    writes to conda-meta, and PipFailed, also when a package would replace a file that a conda
    package owns.
    """
    hashed = [package for package in packages if repository_of(package) is None]
    built = [package for package in packages if repository_of(package) is not None]
    _install(hashed, ["--require-hashes"], context)
    _install(built, [], context)
    _refuse_replaced_files(context.prefix, packages, owned)


def _install(packages: Sequence[LockedPackage], options: list[str], context: UvContext) -> None:
    if not packages:
        return  # conda has brought all of them; uv would refuse the empty list
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-pip-") as folder_name:
        folder = Path(folder_name)
        (folder / "pylock.toml").write_text(pylock(packages), "utf-8")
        result = run_uv(
            ["install", "--no-deps", *options, "--quiet", "-r", "pylock.toml"],
            context,
            folder=folder,
        )
    if wrong := hash_mismatch(result.stderr):
        package, expected, found = wrong
        raise PackageCorrupt(package=package, reason=mismatch(expected, found))
    if result.returncode != 0:
        text = strip_url(result.explanation)
        details = [strip_url(said) for said in result.stderr.strip().splitlines()[-30:]]
        raise PipFailed(reason=text, details=details)


def _refuse_replaced_files(
    prefix: Path, packages: Sequence[LockedPackage], owned: Ownership
) -> None:
    known = {package.name: package for package in packages}
    meta = prefix / "conda-meta"
    for folder in prefix.glob("lib/python3*/site-packages/*.dist-info"):
        name = canonicalize_name(folder.name.removesuffix(".dist-info").rsplit("-", 1)[0])
        if name not in known:
            continue
        # uv lists what it has written, whatever the wheel's own list says.
        for path in _recorded_files(folder):
            if path.is_relative_to(meta):
                raise _unsafe(known[name], path.relative_to(prefix))
            if (owner := owned.files.get(path.relative_to(prefix).as_posix())) is not None:
                raise PipFailed(
                    reason=f"{name} replaces {path.name} of the conda package {owner}",
                    hint=f"Take {name} out of 'pip:', or take {owner} out of 'dependencies:'.",
                )


def _unsafe(package: LockedPackage, path: Path) -> PackageUnsafe:
    reason = f"it brings {str(path)!r}, and conda-meta is not for packages to write to"
    return PackageUnsafe(
        package=package.file_name,
        channel=strip_url(package.url).rsplit("/", 1)[0],
        path=str(path),
        reason=reason,
    )


def _recorded_files(dist_info: Path) -> list[Path]:
    record = dist_info / "RECORD"
    if not record.is_file():
        return []
    site_packages = dist_info.parent
    rows = csv.reader(record.read_text("utf-8", "replace").splitlines())
    # resolve() would follow links of the prefix; ".." in RECORD is plain text.
    return [Path(_normal(site_packages, row[0])) for row in rows if row]


def _normal(base: Path, relative: str) -> str:
    parts = list(base.parts)
    for part in Path(relative).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return str(Path(*parts))


def pip_findings(context: UvContext) -> tuple[str, ...]:
    """What pip's consistency check has to say of the prefix, a sentence each."""
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-pip-") as folder:
        result = run_uv(["check"], context, folder=Path(folder))
    lines = (line.strip() for line in result.stderr.splitlines())
    return tuple(line for line in lines if line.startswith("The package "))
