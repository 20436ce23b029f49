"""What only shows when the lines of a file are seen together."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from .conda_names import conda_name_for
from .cuda import check_cuda
from .dependencies import Dependencies
from .diagnostics import Findings
from .match_specs import Dependency
from .tree import Scalar
from .versions import is_exact_build

_CONDA_FORGE = re.compile(r"(?:.*/)?conda-forge/?")
_NAME_ONLY = re.compile(r"[A-Za-z0-9._-]+\s*(?:[<>=!~]=?=?\s*[0-9][A-Za-z0-9.*]*\s*,?\s*)*")


def check_together(
    read: Dependencies, channels: tuple[str, ...] | None, findings: Findings
) -> None:
    """Duplicates, packages asked for from both managers, a missing pip, pinned builds, and what
    conda-forge would have. ``channels`` are those of the file, None where it names none."""
    _duplicates(read, findings)
    if read.pip:
        # An export repeats an environment as it is: there nobody chose between the managers.
        on_conda_forge = not _is_export(read) and (
            channels is None or any(_CONDA_FORGE.fullmatch(c) for c in channels)
        )
        _both_managers(read, on_conda_forge, findings)
    _pinned_builds(read, findings)
    check_cuda(read, findings)
    if needs_pip(read) and read.pip_key is not None:
        findings.add("pip_missing", read.pip_key)


def needs_pip(read: Dependencies) -> bool:
    """Whether there are pip lines, but no pip to go with them."""
    return bool(read.pip) and all(dependency.name != "pip" for dependency, _ in read.conda)


def _duplicates(read: Dependencies, findings: Findings) -> None:
    seen: set[str] = set()
    for dependency, node in read.conda:
        if dependency.name in seen:
            findings.add("dependency_duplicate", node, name=dependency.name)
        elif dependency.name is not None:
            seen.add(dependency.name)


def _both_managers(read: Dependencies, on_conda_forge: bool, findings: Findings) -> None:
    """Lines of pip for what conda is asked for too, under the name it has there, or could be.

    Lines with extras, markers and addresses have their reasons to be with pip.
    """
    conda = {canonicalize_name(d.name) for d, _ in read.conda if d.name is not None}
    for line, node in read.pip:
        if line.name is None:
            continue
        known = conda_name_for(line.name)
        if not conda.isdisjoint(map(canonicalize_name, (line.name, known or line.name))):
            findings.add("in_conda_and_pip", node, name=line.name)
        elif known and on_conda_forge and line.kind == "requirement" and _is_plain(line.text):
            findings.add("pip_has_conda", node, name=line.name, conda=known)


def _is_plain(text: str) -> bool:
    return _NAME_ONLY.fullmatch(text) is not None


def _pinned_builds(read: Dependencies, findings: Findings) -> None:
    if not _is_export(read):
        for dependency, node in _pinned(read):
            findings.add("build_pinned", node, spec=dependency.text, build=dependency.build)


def _is_export(read: Dependencies) -> bool:
    """Full exports pin every build, knowingly; a single pin in a file is rarely meant."""
    return 2 * len(_pinned(read)) > len(read.conda)


def _pinned(read: Dependencies) -> list[tuple[Dependency, Scalar]]:
    return [(d, node) for d, node in read.conda if d.build and is_exact_build(d.build)]
