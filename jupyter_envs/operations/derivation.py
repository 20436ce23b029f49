"""An environment.yml and a lock for what another tool installed, from its own records.

Nothing is written, downloaded or solved. What has no hash, or no address that a lock may hold,
cannot be had again byte for byte: it is listed beside the lock, and belongs to the environment all
the same.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import yaml

from jupyter_envs.engine import CondaConfiguration
from jupyter_envs.errors import AdoptionImpossible
from jupyter_envs.lock import (
    Lock,
    LockedPackage,
    channel_problem,
    emit_lock,
    package_problem,
    with_input,
)
from jupyter_envs.spec import (
    dependency_name,
    has_credentials,
    strip_credentials,
)
from jupyter_envs.store import (
    UnlockedPackage,
    read_history,
    read_text,
    requested_specs,
    unowned_distributions,
)

from .derivation_pip import pip_package

_NAME = re.compile(r"^([A-Za-z0-9_.-]+)")
_HEADER = (
    "# Derived from what was installed when this environment was adopted.\n"
    "# Versions that it does not name are in the lock.\n"
)


class _Record(msgspec.Struct, frozen=True):
    name: str
    version: str
    build: str = ""
    url: str | None = None
    subdir: str | None = None
    sha256: str | None = None
    md5: str | None = None
    depends: tuple[str, ...] = ()
    requested_spec: str | None = None
    requested_specs: tuple[str, ...] | None = None


_RECORD = msgspec.json.Decoder(_Record)


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """``spec`` is the text of the environment.yml, ``lock`` has all that can be locked.
    ``origins`` are the addresses that its conda packages came from, without logins."""

    spec: bytes
    lock: Lock
    unlocked: tuple[UnlockedPackage, ...]
    variables: dict[str, str]
    origins: tuple[str, ...]

    def lock_bytes(self) -> bytes:
        """The conda-lock.yml, which says at its top what is not in it."""
        lines = [f"# Not locked: {one.name} {one.version} ({one.reason})" for one in self.unlocked]
        # A version is text of somebody else's: no line of it may become one of the lock's.
        comments = "".join(f"{' '.join(line.split())}\n" for line in lines)
        return comments.encode() + emit_lock(self.lock)


def derive(prefix: Path, name: str, configuration: CondaConfiguration) -> Derived:
    """What ``prefix`` is, as a spec and a lock.

    Raises AdoptionImpossible where conda's records cannot be read.
    """
    records = _records(prefix, name)
    platform = _platform(records.values(), name)
    parts: list[LockedPackage | UnlockedPackage] = [
        _locked(record, platform) for record in records.values()
    ]
    lines: dict[str, str] = {}
    for found in unowned_distributions(prefix):
        line, package = pip_package(prefix, found, platform)
        lines.update({found.name: line} if line else {})
        parts.append(package)
    unlocked = [one for one in parts if isinstance(one, UnlockedPackage)]
    origins = _origins(records.values())
    named = [url for url in origins if channel_problem(url) is None]
    urls = named or list(configuration.channels)
    variables = _variables(prefix)
    spec = _spec(
        name,
        [_short(url, configuration) for url in urls],
        _dependencies(records, read_history(prefix)),
        sorted(lines.values()),
        variables,
    )
    lock = Lock(platforms=(platform,), channels=tuple(urls), packages=_once(parts))
    return Derived(
        spec=spec,
        lock=with_input(lock, "environment.yml", spec),
        unlocked=tuple(sorted(unlocked, key=lambda one: (one.manager, one.name))),
        variables=variables,
        origins=origins,
    )


def _once(packages: Iterable[LockedPackage | UnlockedPackage]) -> tuple[LockedPackage, ...]:
    return tuple({p.key: p for p in packages if isinstance(p, LockedPackage)}.values())


def _records(prefix: Path, name: str) -> dict[str, _Record]:
    found = {}
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        try:
            record = _RECORD.decode(path.read_bytes())
        except (OSError, msgspec.MsgspecError) as error:
            reason = f"conda's record {path.name} cannot be read ({error})"
            raise AdoptionImpossible(name=name, reason=reason) from error
        found[record.name] = record
    return found


def _platform(records: Iterable[_Record], name: str) -> str:
    """The platform that its packages are for."""
    found = sorted({one.subdir for one in records if one.subdir and one.subdir != "noarch"})
    if len(found) != 1:
        reason = f"its packages are for {', '.join(found) or 'no platform'}"
        raise AdoptionImpossible(name=name, reason=reason)
    return found[0]


# -- conda's packages ----------------------------------------------------------------------------


def _locked(record: _Record, platform: str) -> LockedPackage | UnlockedPackage:
    package = LockedPackage(
        name=record.name,
        version=record.version,
        manager="conda",
        platform=platform,
        url=strip_credentials(record.url or ""),
        sha256=record.sha256 or "",
        md5=record.md5,
        dependencies=_constraints(record.depends),
    )
    if not record.url:
        reason = "its record has no address"
    elif not record.sha256:
        reason = "its record has no sha256"
    else:
        problem = package_problem(package)
        if problem is None:
            return package
        reason = problem
    return UnlockedPackage(
        manager="conda",
        name=record.name,
        version=record.version,
        build=record.build,
        sha256=record.sha256 or "",
        reason=reason,
    )


def _constraints(depends: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in depends:
        match = _NAME.match(text.strip())
        if match is not None:
            rules = [found.get(match[0], ""), text.strip()[match.end() :].strip()]
            found[match[0]] = ",".join(rule for rule in rules if rule)
    return found


def _dependencies(records: Mapping[str, _Record], history: str) -> list[str]:
    """The lines for conda: what was asked for, as it was; else what nothing else needs."""
    asked = requested_specs(history, records.keys()) or _without_history(records)
    lines = {name: _line(records[name], text) for name, text in asked.items()}
    python = records.get("python")
    if python is not None:
        lines = {"python": _line(python, lines.get("python", "python")), **lines}
    return list(lines.values())


def _without_history(records: Mapping[str, _Record]) -> dict[str, str]:
    marked = {
        name: record.requested_spec or (record.requested_specs or ("",))[0] or name
        for name, record in records.items()
        if record.requested_spec or record.requested_specs
    }
    needed = {name for one in records.values() for name in _constraints(one.depends)}
    return marked or {name: name for name in records if name not in needed}


def _line(record: _Record, text: str) -> str:
    """A dependency as it was asked for, where a file may have it so; Python keeps its minor."""
    if has_credentials(text) or dependency_name(text) != record.name or "/" in text:
        text = f"{record.name}={record.version}"
    if record.name != "python":
        return text
    minor = ".".join(record.version.split(".")[:2])
    return (
        text
        if re.match(rf"python\s*==?\s*{re.escape(minor)}(?![0-9])", text)
        else f"python={minor}"
    )


def _origins(records: Iterable[_Record]) -> tuple[str, ...]:
    """The addresses of the channels, the one of most packages first."""
    urls = Counter(
        strip_credentials(record.url).rsplit("/", 2)[0]
        for record in records
        if record.url and record.url.count("/") > 2
    )
    return tuple(url for url, _ in urls.most_common())


def _short(url: str, configuration: CondaConfiguration) -> str:
    """A channel as a person would write it, where that means the same."""
    name = url.removeprefix(f"{configuration.channel_alias.rstrip('/')}/")
    plain = name != url and name.partition("/")[0] not in configuration.custom_channels
    return name if plain else url


# -- the file ------------------------------------------------------------------------------------


def _variables(prefix: Path) -> dict[str, str]:
    """What ``conda env config vars`` has set."""
    try:
        said = json.loads(read_text(prefix / "conda-meta" / "state") or "{}").get("env_vars", {})
        # conda's own word for one that was unset.
        return {str(k): str(v) for k, v in said.items() if v != "***unset***"}
    except (ValueError, AttributeError):
        return {}


def _spec(
    name: str,
    channels: list[str],
    dependencies: list[str],
    pip: list[str],
    variables: dict[str, str],
) -> bytes:
    lines: list[object] = list(dependencies)
    if pip:
        if not any(dependency_name(text) == "pip" for text in dependencies):
            lines.append("pip")
        lines.append({"pip": pip})
    body: dict[str, object] = {
        "name": name,
        "channels": [*channels, "nodefaults"],
        "dependencies": lines,
    }
    if variables:
        body["variables"] = variables
    return (_HEADER + yaml.safe_dump(body, sort_keys=False, allow_unicode=True)).encode()
