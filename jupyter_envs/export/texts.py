"""Exports that people read and edit: environment.yml in two forms, and requirements.txt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from packaging.utils import canonicalize_name

from jupyter_envs.lock import Lock, LockedPackage, pypi_name, repository_of
from jupyter_envs.spec import Spec, classify_pip_line, without_credentials


def pinned_spec(spec: Spec, lock: Lock, platform: str, name: str) -> bytes:
    """An environment.yml with every package of ``platform`` at its exact version.

    Builds are left out, so that it can be solved on another platform too; ``nodefaults`` keeps
    other tools from adding channels that the lock did not use.
    """
    packages = lock.for_platform(platform)
    conda = [f"{p.name}={p.version}" for p in packages if p.manager == "conda"]
    by_address = _by_address(spec)
    pip = [_exactly(p, by_address) for p in packages if p.manager == "pip"]
    channels = [*_shown(spec.channels or lock.channels), "nodefaults"]
    return _document(name, list(dict.fromkeys(channels)), conda, [*_options(spec), *pip], spec)


def history_spec(spec: Spec, lock: Lock, name: str) -> bytes:
    """An environment.yml with what was asked for and no more, with channels and pip."""
    channels = list(_shown(spec.channels or lock.channels))
    return _document(name, channels, list(_shown(spec.dependencies)), list(_shown(spec.pip)), spec)


def _options(spec: Spec) -> Sequence[str]:
    """Where the packages come from; what is installed is told by the lock."""
    return [line for line in _shown(spec.pip) if classify_pip_line(line).kind == "option"]


def _by_address(spec: Spec) -> frozenset[str]:
    """The packages that were asked for by an address: no index has to have them."""
    lines = map(classify_pip_line, spec.pip)
    return frozenset(canonicalize_name(one.name) for one in lines if one.kind == "url" and one.name)


def _exactly(package: LockedPackage, by_address: frozenset[str]) -> str:
    if canonicalize_name(package.name) in by_address or repository_of(package) is not None:
        return f"{package.name} @ {package.url}"
    return f"{package.name}=={package.version}"


def _shown(lines: Sequence[str]) -> Sequence[str]:
    return [without_credentials(line) for line in lines]


def _document(
    name: str, channels: list[str], conda: list[str], pip: list[str], spec: Spec
) -> bytes:
    dependencies: list[object] = list(conda)
    if pip:
        if not any(line.partition("=")[0].strip() == "pip" for line in conda):
            dependencies.append("pip")
        dependencies.append({"pip": pip})
    document: dict[str, Any] = {"name": name, "channels": channels, "dependencies": dependencies}
    if spec.variables:
        document["variables"] = dict(spec.variables)
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)
    return text.encode()


def requirements(spec: Spec, lock: Lock, platform: str) -> bytes:
    """The pip part of ``platform`` as a requirements.txt with hashes.

    conda's packages have other files than PyPI's, so no hash of theirs would do there: those
    that PyPI has are named in comments, the others are counted.
    """
    packages = lock.for_platform(platform)
    conda = [p for p in packages if p.manager == "conda"]
    by_address = _by_address(spec)
    named = sorted((name, p.version) for p in conda if (name := pypi_name(p)) is not None)
    built = [p for p in packages if repository_of(p) is not None]
    from_pip = any(p.manager == "pip" for p in packages)
    first = "# From pip, verified by hash:" if from_pip else "# Nothing is from pip."
    lines = [f"# platform: {platform}", first]
    for p in packages:
        if p.manager == "pip" and p not in built:
            lines += [f"{_exactly(p, by_address)} \\", f"    --hash=sha256:{p.sha256}"]
    if built:
        # With a hash anywhere, pip refuses what has none.
        lines += ["# From a commit, without a hash; pip installs these in a run of their own:"]
        lines += [f"#   pip install --no-deps '{_exactly(p, by_address)}'" for p in built]
    lines += ["# From conda, with their names on PyPI; conda's files have other hashes:"]
    lines += [f"# {name}=={version}" for name, version in named]
    lines += [f"# From conda, and not on PyPI: {len(conda) - len(named)} packages."]
    return ("\n".join(lines) + "\n").encode()
