"""What ``show`` tells of the file that an environment was made from."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.operations import SourceState, TextDiff, TrackedFile

from .output import moment, out

_STATES = {
    "committed": "committed",
    "changed": "changed since the last commit",
    "added": "added, not yet committed",
    "untracked": "not under version control",
    "ignored": "ignored by Git",
    "missing": "not there",
}

_CHECKOUTS = {
    "refused": "Git does not read this checkout: {reason}",
    "no_git": "there is no Git on this machine",
    "failed": "it did not answer: {reason}",
}


def print_source(name: str, found: SourceState) -> None:
    """The file's state, Git's view of it, and the differences."""
    if found.file is None:
        return
    if not found.exists:
        _fact("File", "it is not there any more")
    elif found.behind:
        _fact("File", f"it has changed since; to follow it: jupyter envs update {name}")
    if found.checkout in _CHECKOUTS:
        _fact("Git", _CHECKOUTS[found.checkout].format(reason=found.reason or "no reason given"))
    for one in found.files:
        _fact("Git", _tracked(one))
    _print_diff(found.diff, "From the environment to its file:")
    for one in found.files:
        _print_diff(one.diff, f"From the last commit to {Path(one.file).name}:")


def _fact(title: str, value: str) -> None:
    out.print(f"{title + ':':<11}{value}", markup=False)


def _tracked(one: TrackedFile) -> str:
    commit = f" (last in {one.commit.hash}, {moment(one.commit.time)})" if one.commit else ""
    return f"{Path(one.file).name} is {_STATES[one.state]}{commit}"


def _print_diff(diff: TextDiff | None, title: str) -> None:
    if diff is None:
        return
    out.print(f"\n{title}", markup=False)
    out.print(diff.text, end="", markup=False)
    if diff.truncated:
        out.print("... it is longer than what is shown here.", markup=False)
