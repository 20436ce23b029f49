"""Repositories below ``pip:``: whether they can be had here, and the logins for them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jupyter_envs.errors import PipFailed
from jupyter_envs.lock import LockedPackage, unhashed
from jupyter_envs.spec import classify_pip_line, read_repository

from .credentials import strip_url


def repository_urls(
    lines: Sequence[str], packages: Iterable[LockedPackage] = ()
) -> tuple[str, ...]:
    """The addresses that lines of a pip section, and packages of a lock, are built from; without
    logins, and each once."""
    asked = (strip_url(url) for url in _addresses(lines))
    return tuple(dict.fromkeys([*asked, *(one.repository for one in unhashed(packages))]))


def _addresses(lines: Sequence[str]) -> Iterator[str]:
    for text in lines:
        line = classify_pip_line(text)
        found = read_repository(line.text) if line.kind == "vcs" else None
        if found is not None:
            yield found.url


def require_git(urls: Sequence[str]) -> None:
    """Raise PipFailed where there is a repository to fetch, and nothing to fetch it with."""
    if urls and shutil.which("git") is None:
        raise PipFailed(
            reason=f"it names the repository {urls[0]}, and there is no git on this machine",
            hint="Install git, or give the https address of a wheel or of a commit's archive.",
        )


def git_environment(lines: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Variables by which git uses the logins that ``lines`` have, and never asks for one.

    A lock has no logins, so what is installed from it finds them here. ``known`` are the
    variables that git has already.
    """
    logins = {strip_url(url): url for url in _addresses(lines) if strip_url(url) != url}
    found = {"GIT_TERMINAL_PROMPT": "0"}
    if not logins:
        return found
    first = known.get("GIT_CONFIG_COUNT", "0")
    start = int(first) if first.isdecimal() else 0
    for number, (plain, url) in enumerate(logins.items(), start):
        found[f"GIT_CONFIG_KEY_{number}"] = f"url.{url}.insteadOf"
        found[f"GIT_CONFIG_VALUE_{number}"] = plain
    found["GIT_CONFIG_COUNT"] = str(start + len(logins))
    return found
