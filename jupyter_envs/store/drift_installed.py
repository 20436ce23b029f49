"""What is installed in a prefix, as conda's records and Python's distributions tell it."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from jupyter_envs.spec import strip_credentials, without_credentials

from .drift_marks import site_packages

_METADATA = (b'.dist-info/METADATA"', b'.egg-info/PKG-INFO"', b'.egg-info"')
_SEPARATORS = re.compile(r"[-_.]+")
_VERSION = re.compile(r"^Version:\s*(\S+)", re.MULTILINE)


class CondaRecord(msgspec.Struct, frozen=True):
    """What identity needs of a ``conda-meta/*.json``. Who wrote it, conda or we, decides which
    of the two fields has what a person asked for."""

    name: str
    version: str = ""
    build: str = ""
    sha256: str | None = None
    depends: tuple[str, ...] = ()
    files: msgspec.Raw = msgspec.Raw(b"[]")
    requested_spec: str | None = None
    requested_specs: tuple[str, ...] | None = None

    @property
    def requested(self) -> bool:
        """Whether a person asked for it."""
        return bool(self.requested_spec or self.requested_specs)

    def metadata(self) -> Iterator[str]:
        """The paths of its distributions' metadata."""
        # Looked for in the text: a hundred thousand names would have to be made for a few.
        text = bytes(self.files)
        for ending in _METADATA:
            end = text.find(ending)
            while end >= 0:
                last = end + len(ending)
                yield json.loads(text[text.rfind(b'"', 0, end) : last])
                end = text.find(ending, last)


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """A Python distribution by its folder (relative to the prefix); ``name`` is folded."""

    folder: str
    name: str
    version: str


class Origin(msgspec.Struct, frozen=True):
    """Where pip took a distribution from, if not from an index."""

    place: str
    editable: bool


_RECORD = msgspec.json.Decoder(CondaRecord)


def folded(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return _SEPARATORS.sub("-", name).lower()


def conda_records(prefix: Path) -> dict[str, CondaRecord]:
    """conda's records by name; one that cannot be read is as if it were not there."""
    found: dict[str, CondaRecord] = {}
    folder = f"{prefix}/conda-meta"
    for name in sorted(_listed(folder)):
        if name.endswith(".json"):
            try:
                record = _RECORD.decode(Path(folder, name).read_bytes())
            except (OSError, msgspec.MsgspecError):
                continue
            found[record.name] = record
    return found


def distributions(prefix: Path) -> list[Distribution]:
    """Every distribution that Python would see."""
    found = []
    for site in site_packages(prefix):
        for entry in sorted(_listed(f"{prefix}/{site}")):
            stem, dot, kind = entry.rpartition(".")
            if not dot or kind not in ("dist-info", "egg-info", "egg-link") or entry[0] in "~.":
                continue
            name, _, rest = stem.partition("-")
            version = rest if kind == "dist-info" else rest.partition("-")[0]
            found.append(Distribution(folder=f"{site}/{entry}", name=folded(name), version=version))
    return found


def owned_folders(records: Mapping[str, CondaRecord]) -> dict[str, CondaRecord]:
    """The folders of the distributions that conda's packages brought."""
    return {
        path.removesuffix("/METADATA").removesuffix("/PKG-INFO"): record
        for record in records.values()
        for path in record.metadata()
    }


def unowned_distributions(prefix: Path) -> list[Distribution]:
    """The distributions that pip, or somebody like it, brought."""
    owned = owned_folders(conda_records(prefix))
    return [
        one
        for one in distributions(prefix)
        if one.folder not in owned and has_metadata(prefix, one)
    ]


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def has_metadata(prefix: Path, one: Distribution) -> bool:
    """Whether it is more than a folder that was left behind."""
    path = f"{prefix}/{one.folder}"
    if not one.folder.endswith(".dist-info"):
        return os.path.lexists(path)
    return os.path.isfile(f"{path}/METADATA")  # noqa: PTH113 - of every distribution


def exact_version(prefix: Path, one: Distribution) -> str:
    """Its version by its own metadata; in the folder's name signs may be replaced."""
    text = read_text(prefix / one.folder / "METADATA")
    match = _VERSION.search(text)
    return match[1] if match else one.version


def installer(prefix: Path, one: Distribution) -> str:
    """The tool that says it installed it; empty where none does."""
    try:
        with open(f"{prefix}/{one.folder}/INSTALLER", "rb", buffering=0) as file:  # noqa: PTH123
            return file.read(64).strip().decode("utf-8", "replace")
    except OSError:
        return ""


def was_requested(prefix: Path, one: Distribution) -> bool:
    """Whether pip was asked for it by name."""
    return (prefix / one.folder / "REQUESTED").exists()


def origin(prefix: Path, one: Distribution) -> Origin | None:
    """Where it came from (PEP 610); None for an index, and for what cannot be read."""
    if one.folder.endswith(".egg-link"):
        return Origin(read_text(prefix / one.folder).partition("\n")[0], editable=True)
    said = direct_url(prefix, one)
    if said is None:
        return None
    about = said.get("dir_info")
    editable = isinstance(about, dict) and about.get("editable") is True
    return Origin(_place(said), editable)


def direct_url(prefix: Path, one: Distribution) -> dict[str, Any] | None:
    """What pip wrote down of the address (PEP 610), with a text as ``url``."""
    text = read_text(prefix / one.folder / "direct_url.json")
    try:
        said: Any = json.loads(text) if text else None
    except ValueError:
        return None
    return said if isinstance(said, dict) and isinstance(said.get("url"), str) else None


def commit(prefix: Path, one: Distribution) -> str | None:
    """The commit that it was built from; None for what is of no repository."""
    about = (direct_url(prefix, one) or {}).get("vcs_info")
    found = about.get("commit_id") if isinstance(about, dict) else None
    return found if isinstance(found, str) else None


def _place(said: dict[str, Any]) -> str:
    about, url = said.get("vcs_info"), said["url"]
    if isinstance(about, dict) and isinstance(about.get("commit_id"), str):
        subdirectory = said.get("subdirectory")
        below = f"#subdirectory={subdirectory}" if subdirectory else ""
        return f"{about.get('vcs')}+{strip_credentials(url)}@{about['commit_id']}{below}"
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme == "file" else without_credentials(url)


def recorded_files(prefix: Path, one: Distribution) -> Iterator[tuple[str, str]]:
    """Path in the prefix and hash (``sha256=...``, or empty) of each file of a distribution."""
    base = one.folder.rpartition("/")[0]
    # A NUL or a line without end is for csv no row; what comes before it is.
    with suppress(csv.Error):
        for row in csv.reader(read_text(prefix / one.folder / "RECORD").splitlines()):
            path = os.path.normpath(f"{base}/{row[0]}") if row and row[0] else ""
            if path and not path.startswith(("../", "/")):
                yield path, row[1] if len(row) > 1 else ""


def read_text(path: Path) -> str:
    """A small file's text; empty where there is none."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
