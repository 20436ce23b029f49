"""The pip section of a spec as locked packages: resolved by uv, against what conda owns.

In a prefix uv asks the Python there; for a machine that is not this one it is told what that
machine's Python would answer.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from jupyter_envs.errors import LockInvalid, PipFailed
from jupyter_envs.lock import LockedPackage, UnhashedPackage, commit_address, repository_of

from .credentials import strip_url
from .ownership import Ownership
from .uv import UvContext, run_uv
from .wheels import PythonTarget, best_wheel, uv_platform

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def lock_pip(
    lines: Sequence[str],
    owned: Ownership,
    target: PythonTarget,
    context: UvContext,
    *,
    constraints: Sequence[str] = (),
    preferred: Sequence[LockedPackage] = (),
) -> tuple[LockedPackage, ...]:
    """Resolve ``lines``, constrained by what conda owns; conda's packages are not repeated.

    ``preferred`` are kept where nothing speaks against it. Raises PipFailed, and LockInvalid
    for what has no sha256.
    """
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-pip-") as folder_name:
        folder = Path(folder_name)
        _write(folder / "pip.in", lines)
        pins = [f"{n}=={v}" for n, v in owned.distributions.items() if _is_version(v)]
        _write(folder / "owned.txt", [*sorted(pins), *constraints])
        output = folder / "pylock.toml"
        if preferred:
            output.write_text(pylock(preferred), "utf-8")
        arguments = ["compile", "pip.in", "-c", "owned.txt", "-o", "pylock.toml", "--quiet"]
        arguments += ["--format", "pylock.toml", "--no-header"]
        if context.elsewhere:
            arguments += _elsewhere(target)
            context = replace(context, environment={**context.environment, **_system(target)})
        for name in sorted(owned.distributions):
            arguments += ["--no-emit-package", name]
        result = run_uv(arguments, context, folder=folder)
        if result.returncode != 0:
            raise PipFailed(
                reason=strip_url(result.explanation),
                hint=_hint(lines, owned, result.stderr),
                details=[strip_url(said) for said in result.stderr.strip().splitlines()[-30:]],
            )
        document = tomllib.loads(output.read_text("utf-8"))
    return tuple(
        _locked(entry, target, folder)
        for entry in document.get("packages", ())
        if canonicalize_name(entry["name"]) not in owned.distributions
    )


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False  # conda's versions are freer than PEP 440's
    return True


def _elsewhere(target: PythonTarget) -> list[str]:
    platform = uv_platform(target)
    if platform is None:
        raise PipFailed(
            reason=f"pip packages cannot be resolved for {target.platform} from another machine",
            hint=f"Make the lock on a machine of {target.platform}, or take these from conda.",
        )
    return ["--python-version", target.python, "--python-platform", platform]


def _system(target: PythonTarget) -> dict[str, str]:
    """The macOS version, for which uv has no option."""
    if not target.platform.startswith("osx-"):
        return {}
    return {"MACOSX_DEPLOYMENT_TARGET": ".".join(map(str, target.system))}


def _hint(lines: Sequence[str], owned: Ownership, said: str) -> str | None:
    if "Git operation failed" in said:
        return "Check the repository's address and its branch, tag or commit, and your login to it."
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


def _locked(entry: dict[str, Any], target: PythonTarget, folder: Path) -> LockedPackage:
    name = canonicalize_name(entry["name"])
    if "vcs" in entry:
        return _at_commit(name, entry, target)
    wheels = entry.get("wheels", ())
    file = best_wheel(wheels, target) or entry.get("sdist") or entry.get("archive")
    file = file or next(iter(wheels), None)
    if file is None or "sha256" not in file.get("hashes", {}):
        raise LockInvalid(file="the pip section", reason=f"{name} has no file with a sha256")
    url = _url(file, folder)
    return LockedPackage(
        name=name,
        version=entry.get("version") or _version_in(url),
        manager="pip",
        platform=target.platform,
        url=url,
        sha256=file["hashes"]["sha256"],
    )


def _at_commit(name: str, entry: dict[str, Any], target: PythonTarget) -> LockedPackage:
    where = entry["vcs"]
    if where["type"] != "git" or "url" not in where or "version" not in entry:
        raise LockInvalid(file="the pip section", reason=f"{name} is of no known repository")
    commit = where["commit-id"]
    url = strip_url(where["url"]).removeprefix("git+")
    return LockedPackage(
        name=name,
        version=entry["version"],
        manager="pip",
        platform=target.platform,
        url=commit_address(url, commit, where.get("subdirectory", "")),
        sha256=commit,
        revision=where.get("requested-revision", ""),
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
        repository = repository_of(package)
        if repository is not None:
            parts.append(_package(package, _vcs(repository)))
            continue
        file = f'{{ url = "{package.url}", hashes = {{ sha256 = "{package.sha256}" }} }}'
        parts.append(_package(package, _kind_of(package).format(file=file)))
    return "\n".join(parts)


def _package(package: LockedPackage, source: str) -> str:
    return f'[[packages]]\nname = "{package.name}"\nversion = "{package.version}"\n{source}\n'


def _vcs(one: UnhashedPackage) -> str:
    parts = {
        "type": "git",
        "url": one.repository,
        "requested-revision": one.revision,
        "commit-id": one.commit,
        "subdirectory": one.subdirectory,
    }
    texts = ", ".join(f'{key} = "{text}"' for key, text in parts.items() if text)
    return f"vcs = {{ {texts} }}"


def _kind_of(package: LockedPackage) -> str:
    if package.file_name.endswith(".whl"):
        return "wheels = [{file}]"
    try:
        parse_sdist_filename(package.file_name)
    except InvalidSdistFilename:
        # A repository's archive of one commit is called after the commit.
        return "archive = {file}"
    return "sdist = {file}"
