"""Small prefixes as conda makes them: hard links from a package cache, records in conda-meta."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

#: When the files of all packages here were made, in seconds: long ago, as in real packages.
SHIPPED = 1_704_067_200

# Takes all capabilities away, so that modes bind uid 0 as they bind the owner of a file.
_AS_ORDINARY_USER = """
import ctypes, os, sys
for capability in range(64):
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.argv[1], sys.argv[1:])
"""


class SmallPackage(msgspec.Struct, frozen=True):
    """A package in the package cache, as extracted from a noarch archive."""

    name: str
    sha256: str
    folder: Path

    @property
    def files(self) -> list[str]:
        """What it installs, relative to the folder."""
        found = (p for p in self.folder.rglob("*") if p.is_file() and p.parent.name != "info")
        return sorted(path.relative_to(self.folder).as_posix() for path in found)


def package(cache: Path, name: str, sources: dict[str, str | bytes]) -> SmallPackage:
    """Write a package; ``sources`` maps paths below site-packages to contents."""
    folder = cache / f"{name}-1.0-0"
    for path, content in sources.items():
        file = folder / "site-packages" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "index.json").write_text(json.dumps({"name": name}))
    for file in folder.rglob("*"):
        os.utime(file, (SHIPPED, SHIPPED))
    return SmallPackage(name, hashlib.sha256(name.encode()).hexdigest(), folder)


def prefix_of(
    prefix: Path, *packages: SmallPackage, python: str = sys.executable, placeholder: str = ""
) -> Path:
    """Install packages; the file that ends with ``placeholder`` is recorded as holding one."""
    minor = minor_of(python)
    (prefix / "bin").mkdir(parents=True)
    (prefix / "conda-meta").mkdir()
    # A symlink would be followed to the libraries of the Python that it comes from.
    (prefix / "bin" / "python").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    (prefix / "bin" / "python").chmod(0o755)
    for item in packages:
        paths = []
        for file in item.files:
            target = prefix / "lib" / f"python{minor}" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.hardlink_to(item.folder / file)
            entry = {
                "_path": target.relative_to(prefix).as_posix(),
                "path_type": "hardlink",
                "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
            }
            if placeholder and file.endswith(placeholder):
                entry["prefix_placeholder"] = "/placeholder"
            paths.append(entry)
        record = {
            "name": item.name,
            "sha256": item.sha256,
            "paths_data": {"paths_version": 1, "paths": paths},
            "extracted_package_dir": str(item.folder),
        }
        (prefix / "conda-meta" / f"{item.name}.json").write_text(json.dumps(record))
    return prefix


def minor_of(python: str) -> str:
    """``3.11`` of an interpreter."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return run([python, "-I", "-c", code]).stdout.strip()


def site_packages(prefix: Path) -> Path:
    """The one site-packages folder of a prefix."""
    (folder,) = prefix.glob("lib/python*/site-packages")
    return folder


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, at most a minute, with Python free to write bytecode."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    environment = {k: v for k, v in os.environ.items() if k not in unwanted}
    return subprocess.run(
        command,
        env={**environment, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def python(prefix: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the Python of a prefix, with the prefix's own packages."""
    variables.setdefault("PYTHONPATH", str(site_packages(prefix)))
    return run([str(prefix / "bin" / "python"), *arguments], **variables)


def as_ordinary_user(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program as the owner of its files, bound by their modes even where that is root."""
    executable = shutil.which(command[0]) or command[0]
    return run([sys.executable, "-c", _AS_ORDINARY_USER, executable, *command[1:]])


def loads_bytecode(prefix: Path, module: str) -> bool:
    """Whether a fresh Python takes a module from bytecode that was there before."""
    done = python(prefix, "-v", "-B", "-c", f"import {module}")
    assert done.returncode == 0, done.stderr
    folder, _, stem = f"/{module}".replace(".", "/").rpartition("/")
    pattern = rf"^# \S*site-packages{folder}/__pycache__/{stem}\.\S+\.pyc matches "
    return re.search(pattern, done.stderr, re.MULTILINE) is not None
