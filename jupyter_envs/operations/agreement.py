"""Whether a spec and a lock belong together, and if not, how they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os.path import relpath
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from jupyter_envs.errors import LockMismatch
from jupyter_envs.lock import (
    Lock,
    LockedPackage,
    added_by_us,
    line_changes,
    matches_input,
    parse_lock,
    pypi_name,
    require_platform,
)
from jupyter_envs.spec import Spec, classify_pip_line, dependency_name, without_credentials

from .pip_files import all_lines, pip_part
from .requests import SpecSource

LOCK_NAME = "conda-lock.yml"


def lock_place(file: Path) -> Path:
    """Where the lock of an environment.yml lies: ``<its name>.conda-lock.yml`` if that is there,
    for folders with several, else ``conda-lock.yml`` beside it."""
    own = file.with_name(f"{file.stem}.{LOCK_NAME}")
    return own if own.exists() else file.with_name(LOCK_NAME)


def agreed_lock(source: SpecSource, spec: Spec, platform: str) -> Lock:
    """The lock that a source has to be made from.

    Raises LockInvalid, PlatformNotLocked, and LockMismatch with each difference.
    """
    assert source.lock is not None
    place = source.lock_file or LOCK_NAME
    lock = parse_lock(source.lock, file=place)
    require_platform(lock, platform, file=place)
    found = differences(source, spec, lock, platform)
    if found:
        raise LockMismatch(
            lock=place,
            file=source.file or "the environment.yml",
            reason=found[0] if len(found) == 1 else f"{len(found)} differences",
            details={"lines": list(found)},
        )
    return lock


def differences(source: SpecSource, spec: Spec, lock: Lock, platform: str) -> tuple[str, ...]:
    """Each way in which the lock is not that of the spec, a text each; none: they agree.

    First the lines that were added, removed or changed since, where the lock tells them; then
    the lines that its packages do not fulfil; for a lock that does not tell its lines, also the
    packages that nothing asks for.
    """
    whole = all_lines(spec, pip_part(spec.pip, source.included))
    changes = () if _same_files(source, lock) else line_changes(lock, whole)
    found = [change.text for change in changes or ()]
    told = {line for change in changes or () for line in (change.after or "").split(" & ")}
    packages = lock.for_platform(platform)
    found += [text for text, line in _unfulfilled(whole, packages) if line not in told]
    if changes is None:
        found += _unasked(whole, packages, added_by_us(lock))
    return tuple(found)


def input_names(source: SpecSource, lock_file: Path) -> dict[str, bytes]:
    """The spec and the files it names, by their paths relative to the lock."""
    if source.file is None:
        return {"environment.yml": source.data}
    folder, file = lock_file.absolute().parent, Path(source.file).absolute()
    found = {relpath(file, folder): source.data}
    for key, data in source.included.items():
        found[relpath(file.parent / key, folder)] = data
    return found


def _same_files(source: SpecSource, lock: Lock) -> bool:
    names = input_names(source, Path(source.lock_file or LOCK_NAME))
    return all(matches_input(lock, name, data) for name, data in names.items())


def _unfulfilled(spec: Spec, packages: Sequence[LockedPackage]) -> Iterator[tuple[str, str]]:
    """Sentences for the lines that no package fulfils, each with its line."""
    from jupyter_envs.engine import unsatisfied  # loads py-rattler: workers and checks only

    versions = {p.name: f"{p.version} {p.build}" for p in packages if p.manager == "conda"}
    for text in unsatisfied(spec.dependencies, packages):
        has = versions.get(dependency_name(text) or "")
        yield f"{text} is asked for, and the lock has {has or 'no such package'}", text
    distributions = {name: p.version for p in packages if (name := pypi_name(p))}
    for text in spec.pip:
        if (problem := _pip_problem(text, distributions)) is not None:
            shown = without_credentials(text)
            yield f"pip: {shown} is asked for, and the lock has {problem}", shown


def _pip_problem(text: str, distributions: dict[str, str]) -> str | None:
    # Here, since every command loads this module, and few compare anything.
    from packaging.requirements import InvalidRequirement, Requirement

    if classify_pip_line(text).kind != "requirement":
        return None  # an address and an option say nothing of a version
    try:
        requirement = Requirement(text.split(" --")[0])
    except InvalidRequirement:
        return None
    version = distributions.get(canonicalize_name(requirement.name))
    if version is None:
        # With a marker it may not be meant for this platform.
        return None if requirement.marker else "no such package"
    try:
        fits = requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return None
    return None if fits else version


def _unasked(spec: Spec, packages: Sequence[LockedPackage], added: Sequence[str]) -> list[str]:
    """conda packages that are neither asked for nor needed by what is."""
    conda = {p.name: p for p in packages if p.manager == "conda"}
    asked = [dependency_name(text) for text in spec.dependencies]
    if None in asked:
        return []  # an address: what it asks for is not known by name
    open_ = [*asked, *added]
    reached: set[str] = set()
    while open_:
        name = open_.pop()
        if name in conda and name not in reached:
            reached.add(name)
            open_ += conda[name].dependencies
    return [
        f"{name} {conda[name].version} is in the lock, and nothing asks for it"
        for name in sorted(set(conda) - reached)
    ]
