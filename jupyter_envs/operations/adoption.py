"""What adopting drift would write into an environment.yml. Nothing is written, nothing solved.

Written is what was done: a package that pip brought goes below ``pip:``, one that conda brought
above it, with its version. Where pip replaced a package that other conda packages need, conda
has to bring the new version, or it would bring the old one again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path

import msgspec

from jupyter_envs.errors import DriftChanged, DriftUnknown, NothingToAdopt
from jupyter_envs.ledger import content_hash
from jupyter_envs.spec import (
    PackageEdit,
    classify_pip_line,
    dependency_name,
    edit_spec,
    is_at_commit,
    read_spec,
    without_credentials,
)
from jupyter_envs.store import (
    DriftRecord,
    Environment,
    GenerationFiles,
    Store,
    Verdict,
    conda_records,
    folded,
    read_kept,
)

from .drift import check

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class Adoption(msgspec.Struct, frozen=True, kw_only=True):
    """``data`` is the edited environment.yml. ``taken`` would be in the next generation,
    ``left`` would not: only an environment.yml's lines can be written there."""

    edits: tuple[PackageEdit, ...]
    taken: tuple[Verdict, ...]
    left: tuple[Verdict, ...]
    before: bytes
    data: bytes

    @property
    def difference(self) -> str:
        """What changes in the text, as a unified diff without logins."""
        before, after = (
            without_credentials(data.decode("utf-8", "replace")).splitlines()
            for data in (self.before, self.data)
        )
        name = "environment.yml"
        return "\n".join(unified_diff(before, after, name, name, lineterm=""))


def adoption(environment: Environment, record: DriftRecord) -> Adoption:
    """What would be written for an environment's drift. Raises SpecInvalid."""
    before = read_kept(GenerationFiles(environment.prefix).spec)
    named = _Named(before)
    chosen = [(verdict, _edits(verdict, environment, named)) for verdict in record.verdicts]
    brought = _only_what_was_asked_for(chosen)
    edits = tuple(edit for _, some in brought for edit in some or ())
    return Adoption(
        edits=edits,
        taken=tuple(verdict for verdict, some in chosen if some is not None),
        left=tuple(verdict for verdict, some in chosen if some is None),
        before=before,
        data=_edited(before, edits) if edits else before,
    )


def drift_now(
    store: Store, environment: Environment, fingerprint: str | None = None
) -> DriftRecord:
    """The drift at this moment. Raises DriftUnknown, and DriftChanged where it is not the one
    with that fingerprint: who agreed to something else must look again."""
    record = check(store, environment)
    if record is None:
        raise DriftUnknown(name=environment.name)
    if fingerprint is not None and record.fingerprint != fingerprint:
        raise DriftChanged(name=environment.name)
    return record


def adoptable(store: Store, environment: Environment, fingerprint: str | None = None) -> Adoption:
    """What would be adopted. Raises NothingToAdopt, SpecInvalid, DriftChanged and
    DriftUnknown."""
    record = drift_now(store, environment, fingerprint)
    found = adoption(environment, record)
    if not found.taken:
        raise NothingToAdopt(name=environment.name)
    return found


def own_file(environment: Environment, adopted: bytes = b"") -> Path | None:
    """The user's file that an adoption may be written into: the one the generation was made
    from, while it has the bytes it had then (or those of ``adopted`` already)."""
    source = environment.info.source if environment.info else None
    if source is None or source.kind != "spec" or source.file is None:
        return None
    path = Path(source.file)
    try:
        data = path.read_bytes() if path.is_file() else b""
    except OSError:
        return None
    same = content_hash(data) == source.sha256 or (adopted != b"" and data == adopted)
    return path if same else None


def _edited(data: bytes, edits: tuple[PackageEdit, ...]) -> bytes:
    """The file with the edits; what was remarked on a line that moves below ``pip:`` moves too."""
    edited = edit_spec(data, edits)
    gone = {folded(one.name) for one in edits if one.text is None}
    for one in edits:
        if one.text is not None and one.manager == "pip" and folded(one.name) in gone:
            edited = _with_remark(edited, one.text, _remark_on(data, one.name))
    return edited


def _remark_on(data: bytes, name: str) -> bytes:
    pattern = rb"^[ \t]*-[ \t]+[\"']?(?:\S+::)?%s\b[^#\r\n]*?([ \t]+#[^\r\n]*)" % re.escape(
        name.encode()
    )
    match = re.search(pattern, data, re.MULTILINE)
    return match[1] if match else b""


def _with_remark(data: bytes, line: str, remark: bytes) -> bytes:
    pattern = rb"^([ \t]*-[ \t]+%s)(?=\r?$)" % re.escape(line.encode())
    commented = re.sub(pattern, lambda found: found[1] + remark, data, count=1, flags=re.MULTILINE)
    # A comment changes nothing, or it is none.
    same = read_spec(commented, "environment.yml") == read_spec(data, "environment.yml")
    return commented if same else data


class _Named:
    """The packages that the file asks for by name."""

    def __init__(self, data: bytes) -> None:
        spec = read_spec(data, "environment.yml")
        self.conda = {name for text in spec.dependencies if (name := dependency_name(text))}
        self.pip = {folded(n) for line in spec.pip if (n := classify_pip_line(line).name)}


_Edits = list[PackageEdit]

#: Differences that a line with a commit of a repository can bring about.
_FROM_ELSEWHERE = ("pip_local", "pip_replaced_conda", "version_changed", "hash_mismatch")


def _conda(name: str, text: str | None) -> PackageEdit:
    return PackageEdit(manager="conda", name=name, text=text)


def _pip(name: str, text: str | None) -> PackageEdit:
    return PackageEdit(manager="pip", name=name, text=text)


def _edits(verdict: Verdict, environment: Environment, named: _Named) -> _Edits | None:
    """The lines for one difference; none where no line is needed, None where none would do."""
    package, after = verdict.package, verdict.after or ""
    pip_name = verdict.distribution or package
    line = _pip_line(verdict, pip_name)
    if line is None:
        return None
    if verdict.code == "pip_replaced_conda":
        if _is_needed(package, environment):
            return None if verdict.origin else [_conda(package, f"{package}={after}")]
        removal = [_conda(package, None)] if package in named.conda else []
        return [*removal, _pip(pip_name, line)]
    if verdict.code in ("pip_local", "hash_mismatch"):
        return [_pip(pip_name, line)] if verdict.origin else None
    if verdict.code in ("added_by_conda", "version_changed", "pip_added"):
        if verdict.manager == "pip":
            return [_pip(pip_name, line)]
        return _conda_line(verdict, f"{package}={after}", named)
    if verdict.code == "build_changed":
        version = _version_of(package, environment)
        return _conda_line(verdict, f"{package}={version}={after}", named) if version else None
    if verdict.code == "removed":
        if verdict.manager == "pip":
            return [_pip(pip_name, None)] if pip_name in named.pip else None
        return [_conda(package, None)] if package in named.conda else None
    return None


def _pip_line(verdict: Verdict, name: str) -> str | None:
    """What asks pip for it; None for a folder, and for an address that may mean something else
    the next time."""
    if verdict.origin is None:
        return f"{name}=={verdict.after or ''}"
    if verdict.code not in _FROM_ELSEWHERE or not is_at_commit(verdict.origin):
        return None
    return f"{name} @ {verdict.origin}"


def _conda_line(verdict: Verdict, text: str, named: _Named) -> _Edits:
    """None is needed for what moved along with another package: what is installed is what the
    solver prefers."""
    along = verdict.code != "added_by_conda" and not verdict.requested
    return [] if along and verdict.package not in named.conda else [_conda(verdict.package, text)]


def _only_what_was_asked_for(
    chosen: Iterable[tuple[Verdict, _Edits | None]],
) -> Iterator[tuple[Verdict, _Edits | None]]:
    """What was only brought along needs no line of its own: it will be brought along again.

    Where no tool wrote down what was asked for, all of it has to be.
    """
    pairs = list(chosen)
    for manager in ("conda", "pip"):
        added = [v for v, _ in pairs if v.manager == manager and v.code in _BROUGHT]
        if any(one.requested for one in added):
            pairs = [
                (v, [] if v in added and not v.requested and some else some) for v, some in pairs
            ]
    return iter(pairs)


_BROUGHT = ("added_by_conda", "pip_added")


def _is_needed(package: str, environment: Environment) -> bool:
    """Whether another conda package depends on it."""
    return any(
        match[0] == package
        for record in conda_records(environment.prefix).values()
        for text in record.depends
        if (match := _NAME.match(text)) is not None
    )


def _version_of(package: str, environment: Environment) -> str | None:
    record = conda_records(environment.prefix).get(package)
    return record.version if record else None
