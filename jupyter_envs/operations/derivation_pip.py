"""What pip, or somebody like it, put into an environment: a line for a file, and how far it can be
locked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyter_envs.lock import LockedPackage, commit_address, package_problem
from jupyter_envs.spec import classify_pip_line, strip_credentials
from jupyter_envs.store import Distribution, UnlockedPackage, exact_version, origin, read_text


def pip_package(
    prefix: Path, one: Distribution, platform: str
) -> tuple[str | None, LockedPackage | UnlockedPackage]:
    """The line below ``pip:`` (None: no line would bring it), and how far it can be locked."""
    version, place = exact_version(prefix, one), origin(prefix, one)
    line: str | None = f"{one.name}=={version}"
    reason = "pip kept neither its address nor its hash"
    if place is not None and (place.editable or "://" not in place.place):
        line, reason = None, f"it was installed from the folder or file {place.place}"
    elif place is not None:
        said = _direct_url(prefix, one)
        locked = _locked(said, one.name, version, platform)
        line = _address_line(said, one.name) or line
        if locked is not None:
            return line, locked
        reason = f"it was installed from {place.place}"
    unlocked = UnlockedPackage(
        manager="pip",
        name=one.name,
        version=version,
        reason=reason,
        editable=place is not None and place.editable,
        in_spec=line is not None,
    )
    return line, unlocked


def _direct_url(prefix: Path, one: Distribution) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read_text(prefix / one.folder / "direct_url.json"))
    return found


def _locked(said: dict[str, Any], name: str, version: str, platform: str) -> LockedPackage | None:
    """An archive whose hash pip wrote down (PEP 610), or a commit of a Git repository."""
    url, sha256 = strip_credentials(said["url"]), _sha256(said)
    about = said.get("vcs_info")
    if isinstance(about, dict) and about.get("vcs") == "git":
        sha256 = str(about.get("commit_id"))
        url = commit_address(url, sha256, str(said.get("subdirectory") or ""))
    package = LockedPackage(
        name=name, version=version, manager="pip", platform=platform, url=url, sha256=sha256
    )
    return package if package_problem(package) is None else None


def _sha256(said: dict[str, Any]) -> str:
    about = said.get("archive_info")
    hashes = about.get("hashes") if isinstance(about, dict) else None
    return str(hashes.get("sha256") if isinstance(hashes, dict) else None)


def _address_line(said: dict[str, Any], name: str) -> str | None:
    url, about = strip_credentials(said["url"]), said.get("vcs_info")
    if isinstance(about, dict):
        line = f"{name} @ {about.get('vcs')}+{url}@{about.get('commit_id')}"
        if said.get("subdirectory"):
            line += f"#subdirectory={said['subdirectory']}"
    else:
        line = f"{name} @ {url}"
    return line if classify_pip_line(line).kind in ("url", "vcs") else None
