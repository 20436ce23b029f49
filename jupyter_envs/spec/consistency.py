"""What only shows when the lines of a file are seen together."""

from __future__ import annotations

from packaging.utils import canonicalize_name

from .dependencies import Dependencies
from .diagnostics import Findings
from .versions import is_exact_build


def check_together(read: Dependencies, findings: Findings) -> None:
    """Duplicates, packages asked for from both managers, a missing pip, pinned builds."""
    _duplicates(read, findings)
    _both_managers(read, findings)
    _pinned_builds(read, findings)
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


def _both_managers(read: Dependencies, findings: Findings) -> None:
    conda = {canonicalize_name(d.name) for d, _ in read.conda if d.name is not None}
    for line, node in read.pip:
        if line.name is not None and canonicalize_name(line.name) in conda:
            findings.add("in_conda_and_pip", node, name=line.name)


def _pinned_builds(read: Dependencies, findings: Findings) -> None:
    """Full exports pin every build, knowingly; a single pin in a file is rarely meant."""
    pinned = [(d, node) for d, node in read.conda if d.build and is_exact_build(d.build)]
    if 2 * len(pinned) > len(read.conda):
        return
    for dependency, node in pinned:
        findings.add("build_pinned", node, spec=dependency.text, build=dependency.build)
