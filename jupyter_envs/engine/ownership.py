"""Which Python distributions and files of a prefix conda owns."""

from __future__ import annotations

import json
from email.parser import HeaderParser
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

_METADATA = (".dist-info/METADATA", ".egg-info/PKG-INFO", ".egg-info")


class Ownership(msgspec.Struct, frozen=True):
    """``distributions``: normalized name to version. ``files``: path in the prefix to package.

    The names are those of the distributions, which often differ from the conda names.
    """

    distributions: dict[str, str]
    files: dict[str, str]


def read_ownership(prefix: Path) -> Ownership:
    """What conda-meta claims, with names and versions from the distributions' own metadata."""
    files: dict[str, str] = {}
    distributions: dict[str, str] = {}
    for path in (prefix / "conda-meta").glob("*.json"):
        record = json.loads(path.read_bytes())
        for file in record.get("files", ()):
            files[file] = record["name"]
            if file.endswith(_METADATA):
                _add_distribution(prefix / file, distributions)
    return Ownership(distributions, files)


def _add_distribution(metadata: Path, found: dict[str, str]) -> None:
    if not metadata.is_file():
        return
    headers = HeaderParser().parsestr(metadata.read_text("utf-8", "replace"), headersonly=True)
    if headers["Name"] and headers["Version"]:
        found[canonicalize_name(headers["Name"])] = headers["Version"]
