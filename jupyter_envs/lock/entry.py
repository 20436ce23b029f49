"""One entry of the ``package:`` list of a conda-lock.yml."""

from __future__ import annotations

from typing import cast

from .document import Node
from .model import LockedPackage, Manager
from .section import Section


def package_section(node: Node, number: int, *, file: str) -> Section:
    """Entry ``number`` (from 1), named in messages as well as it can be. Raises LockInvalid."""
    section = Section(node, file=file, what=f"package {number}")
    if not section.has("name"):
        return section
    return Section(node, file=file, what=f"package {section.text('name')[:128]!a}")


def is_installed(entry: Section) -> bool:
    """Whether the entry is of the category ``main``, the only one that is installed."""
    return entry.text_or("category", "main") == "main"


def read_package(entry: Section) -> LockedPackage:
    """The package of one entry, its texts as written. Raises LockInvalid for missing parts."""
    name = entry.text("name")
    manager = entry.text("manager")
    if manager not in ("conda", "pip"):
        raise entry.refuse(f"its manager {manager[:80]!a} is neither conda nor pip")
    return LockedPackage(
        name=name,
        version=entry.text("version"),
        manager=cast("Manager", manager),
        platform=entry.text("platform"),
        url=entry.text("url"),
        sha256=_sha256(entry),
        md5=_md5(entry),
        dependencies=entry.texts("dependencies"),
    )


def _sha256(entry: Section) -> str:
    if not entry.has("hash"):
        raise entry.refuse("it has no hash, so what is downloaded could not be verified")
    found = entry.section("hash")
    if found.has("sha256"):
        return found.text("sha256").lower()
    only = "only an md5" if found.has("md5") else "an empty hash"
    raise entry.refuse(f"a sha256 is needed to verify what is downloaded, and it has {only}")


def _md5(entry: Section) -> str | None:
    found = entry.section("hash")
    return found.text("md5").lower() if found.has("md5") else None
