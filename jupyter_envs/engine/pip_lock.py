"""The pip section of a spec as locked packages: resolved by uv inside the new prefix."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from jupyter_envs.errors import LockInvalid, PipFailed, PipUnsupported
from jupyter_envs.lock import LockedPackage
from jupyter_envs.spec import classify_pip_line

from .credentials import strip_url
from .ownership import Ownership
from .uv import UvContext, run_uv

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_INDEX_OPTIONS = ("--index-url", "--extra-index-url", "--find-links", "-i", "-f")
_REFUSED = {
    "conda": "it is a conda line; move it up under 'dependencies:'",
    "constraint": "constraints in another file are not part of this one; write the versions here",
    "editable": "an editable install changes with its folder and cannot be locked",
    "file": "requirements in another file are not part of this one; copy its lines here",
    "invalid": "it is not a requirement",
    "path": "a local path exists only on this machine",
    "vcs": "a version control checkout has no hash to verify it by",
}


_HINTS = {
    "conda": "Write it under 'dependencies:', or with '==' as pip does.",
    "option": "Take the line out; pip's own configuration is read, and --index-url, "
    "--extra-index-url and --find-links may be given here.",
}


def check_pip_lines(lines: Sequence[str]) -> None:
    """Refuse, before anything is downloaded, what could not be locked.

    Requirements, archives by https and the options that name an index are accepted. Raises
    PipUnsupported.
    """
    for text in lines:
        line = classify_pip_line(text)
        reason = _REFUSED.get(line.kind)
        if line.kind == "option" and not _names_index(line.text):
            reason = "this option of pip has no meaning in a locked environment"
        if reason is not None:
            raise PipUnsupported(
                line=strip_url(line.text), reason=reason, hint=_HINTS.get(line.kind)
            )


def _names_index(option: str) -> bool:
    name, _, value = option.replace("=", " ", 1).partition(" ")
    return name in _INDEX_OPTIONS and urlsplit(value.strip()).scheme in {"http", "https", "file"}


def lock_pip(
    lines: Sequence[str],
    owned: Ownership,
    platform: str,
    context: UvContext,
    *,
    preferred: Sequence[LockedPackage] = (),
) -> tuple[LockedPackage, ...]:
    """Resolve ``lines``, constrained by what conda owns; conda's packages are not repeated.

    ``preferred`` are kept where nothing speaks against it. Raises PipFailed.
    """
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-pip-") as folder_name:
        folder = Path(folder_name)
        (folder / "pip.in").write_text("\n".join(lines) + "\n", "utf-8")
        pins = sorted(f"{name}=={version}" for name, version in owned.distributions.items())
        (folder / "owned.txt").write_text("\n".join(pins) + "\n", "utf-8")
        output = folder / "pylock.toml"
        if preferred:
            output.write_text(pylock(preferred), "utf-8")
        arguments = ["compile", "pip.in", "-c", "owned.txt", "-o", "pylock.toml", "--quiet"]
        arguments += ["--format", "pylock.toml", "--no-header"]
        for name in sorted(owned.distributions):
            arguments += ["--no-emit-package", name]
        result = run_uv(arguments, context, folder=folder)
        if result.returncode != 0:
            raise PipFailed(
                reason=strip_url(result.explanation),
                hint=_hint(lines, owned, result.stderr),
                details=result.stderr.strip().splitlines()[-30:],
            )
        document = tomllib.loads(output.read_text("utf-8"))
    return tuple(
        _locked(entry, platform, folder)
        for entry in document.get("packages", ())
        if canonicalize_name(entry["name"]) not in owned.distributions
    )


def _hint(lines: Sequence[str], owned: Ownership, said: str) -> str | None:
    if "error sending request" in said:
        return "Check the network, the proxy and the package index that pip is configured with."
    clashing = _clashing(lines, owned)
    if clashing:
        return (
            f"conda installs {', '.join(clashing)}: ask for the version you need under "
            "'dependencies:' and take the line out of 'pip:'."
        )
    held = [f"{n} {v}" for n, v in owned.distributions.items() if _names(said, f"{n}=={v}")]
    if held:
        return f"conda installs {', '.join(held)}: ask for another version under 'dependencies:'."
    return None


def _names(said: str, pin: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(pin)}(?!\w|\.\d)", said) is not None


def _clashing(lines: Sequence[str], owned: Ownership) -> list[str]:
    clashing = []
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        version = owned.distributions.get(canonicalize_name(requirement.name))
        if version and not requirement.specifier.contains(version, prereleases=True):
            clashing.append(f"{requirement.name} {version}")
    return clashing


def _locked(entry: dict[str, Any], platform: str, folder: Path) -> LockedPackage:
    file = next(iter(entry.get("wheels", ())), None) or entry.get("sdist") or entry.get("archive")
    name = canonicalize_name(entry["name"])
    if file is None or "sha256" not in file.get("hashes", {}):
        raise LockInvalid(file="the pip section", reason=f"{name} has no file with a sha256")
    url = _url(file, folder)
    return LockedPackage(
        name=name,
        version=entry.get("version") or _version_in(url),
        manager="pip",
        platform=platform,
        url=url,
        sha256=file["hashes"]["sha256"],
    )


def _version_in(url: str) -> str:
    # An archive given by its URL has no version of its own in the pylock.toml.
    file_name = unquote(urlsplit(url).path.rpartition("/")[2])
    if file_name.endswith(".whl"):
        return str(parse_wheel_filename(file_name)[1])
    return str(parse_sdist_filename(file_name)[1])


def _url(file: dict[str, Any], folder: Path) -> str:
    if "url" in file:
        return strip_url(file["url"])
    # Files of a local --find-links folder are given by path, relative to the pylock.toml.
    return "file://" + quote(str((folder / file["path"]).resolve()))


def pylock(packages: Sequence[LockedPackage]) -> str:
    """A ``pylock.toml`` (PEP 751) that installs exactly ``packages``."""
    parts = ['lock-version = "1.0"\ncreated-by = "jupyter_envs"\n']
    for package in packages:
        kind = "wheels = [{file}]" if package.file_name.endswith(".whl") else "sdist = {file}"
        file = f'{{ url = "{package.url}", hashes = {{ sha256 = "{package.sha256}" }} }}'
        parts.append(
            f'[[packages]]\nname = "{package.name}"\nversion = "{package.version}"\n'
            + kind.format(file=file)
            + "\n"
        )
    return "\n".join(parts)
