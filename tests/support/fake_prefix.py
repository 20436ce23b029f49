"""A prefix of a few files, and hands that do to it what conda, pip and people do.

What each tool leaves behind is as the real ones were seen to do: pip takes a package's files
away by its ``RECORD`` and writes its own, conda knows nothing of that.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from jupyter_envs.store import Expected

SITE = "lib/python3.12/site-packages"


def expected_conda(name: str, version: str, build: str = "0") -> Expected:
    """What a lock has of a package that :meth:`FakePrefix.conda_install` makes."""
    return Expected("conda", name, version, build, _archive(name, version, build))


def expected_pip(name: str, version: str) -> Expected:
    """What a lock has of a pip package."""
    return Expected("pip", name, version, "", "0" * 64)


def _archive(name: str, version: str, build: str) -> str:
    return hashlib.sha256(f"{name}-{version}-{build}".encode()).hexdigest()


class FakePrefix:
    """A prefix in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        (folder / "conda-meta").mkdir(parents=True)
        (folder / "conda-meta" / "history").touch()
        self.site = folder / SITE
        self.site.mkdir(parents=True)

    # -- conda --------------------------------------------------------------------------------

    def conda_install(
        self, name: str, version: str, build: str = "0", *, archive: str | None = None
    ) -> None:
        """Install, in place of the version that conda knows of."""
        self.conda_remove(name)
        files = self._dist(name, version, "conda")
        for path, data in files.items():
            self._write(path, data)
        body = {
            "name": name,
            "version": version,
            "build": build,
            "sha256": archive or _archive(name, version, build),
            "files": list(files),
            "paths_data": {
                "paths": [
                    {
                        "_path": path,
                        "path_type": "hardlink",
                        "sha256": hashlib.sha256(data).hexdigest(),
                        "size_in_bytes": len(data),
                    }
                    for path, data in files.items()
                ]
            },
            "requested_specs": [name],
        }
        self._meta(name, version, build).write_text(json.dumps(body))
        self._remember(f"+{name}-{version}-{build}")

    def conda_remove(self, name: str) -> None:
        """Take away what conda knows of, if anything."""
        for meta in self.path.glob(f"conda-meta/{name}-*.json"):
            for path in json.loads(meta.read_text())["files"]:
                (self.path / path).unlink(missing_ok=True)
            meta.unlink()
            self._tidy()
            self._remember(f"-{name}")

    def _meta(self, name: str, version: str, build: str) -> Path:
        return self.path / "conda-meta" / f"{name}-{version}-{build}.json"

    def _remember(self, line: str) -> None:
        with (self.path / "conda-meta" / "history").open("a") as file:
            file.write(f"{line}\n")

    # -- pip ----------------------------------------------------------------------------------

    def pip_install(self, name: str, version: str, *, place: str | None = None) -> None:
        """Install, in place of whatever Python sees; ``place``: as an editable install of it."""
        self.pip_uninstall(name)
        files = self._dist(name, version, "pip", place)
        for path, data in files.items():
            self._write(path, data)

    def pip_uninstall(self, name: str) -> None:
        """Take away what Python sees first, by its RECORD."""
        for info in sorted(self.site.glob(f"{name}-*.dist-info")):
            for row in (info / "RECORD").read_text().splitlines():
                (self.site / row.partition(",")[0]).unlink(missing_ok=True)
            shutil.rmtree(info, ignore_errors=True)
        self._tidy()

    def _dist(
        self, name: str, version: str, tool: str, place: str | None = None
    ) -> Mapping[str, bytes]:
        info = f"{name}-{version}.dist-info"
        code = f"version = {version!r}  # as {tool} has it\n".encode()
        if place is None:
            members = {f"{name}/__init__.py": code, f"{name}/{version.replace('.', '_')}.py": code}
        else:
            members = {f"__editable__.{name}.pth": place.encode()}
            direct = {"url": f"file://{place}", "dir_info": {"editable": True}}
            members[f"{info}/direct_url.json"] = json.dumps(direct).encode()
        members[f"{info}/METADATA"] = f"Name: {name}\nVersion: {version}\n".encode()
        members[f"{info}/INSTALLER"] = f"{tool}\n".encode()
        if tool == "pip":
            members[f"{info}/REQUESTED"] = b""
        rows = [f"{path},sha256={_urlsafe(data)},{len(data)}\n" for path, data in members.items()]
        members[f"{info}/RECORD"] = "".join((*rows, f"{info}/RECORD,,\n")).encode()
        return {f"{SITE}/{path}": data for path, data in members.items()}

    # -- hands --------------------------------------------------------------------------------

    def module(self, name: str) -> Path:
        """A file that every version of a package has."""
        return self.site / name / "__init__.py"

    def run(self) -> None:
        """What importing everything leaves behind."""
        for source in [*self.site.glob("*/*.py"), *self.site.glob("*.py")]:
            cache = source.parent / "__pycache__"
            cache.mkdir(exist_ok=True)
            (cache / f"{source.stem}.cpython-312.pyc").write_bytes(b"bytecode")

    def _write(self, path: str, data: bytes) -> None:
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def _tidy(self) -> None:
        """Folders without files go, as both tools take care of."""
        for folder in sorted(self.site.iterdir()):
            if folder.is_dir() and not any(p.is_file() for p in folder.rglob("*")):
                shutil.rmtree(folder)


def _urlsafe(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
