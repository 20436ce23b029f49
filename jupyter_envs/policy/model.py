"""What an administrator allows, and the questions that are asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from jupyter_envs.errors import PolicyDenied


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of a site. What is not mentioned is allowed, except link scripts.

    ``link_scripts`` names packages (patterns with ``*``) whose post-link scripts may run.
    ``channels`` are URL patterns that packages may come from; None means any.
    ``repositories`` are URL patterns of the Git repositories that pip packages may be built from;
    None means any, an empty list none.
    ``packages_denied`` are name patterns that no environment may hold.
    ``freeze`` marks new generations, so that conda and pip refuse to change them.
    """

    link_scripts: tuple[str, ...] = ()
    channels: tuple[str, ...] | None = None
    repositories: tuple[str, ...] | None = None
    packages_denied: tuple[str, ...] = ()
    freeze: bool = False
    file: str = ""

    def may_run_link_script(self, name: str) -> bool:
        """Whether the package may run its link script."""
        return _matches(name, self.link_scripts)

    def check_channels(self, urls: Iterable[str]) -> None:
        """Raise PolicyDenied for the first channel that is not allowed."""
        if self.channels is None:
            return
        for url in urls:
            if not _matches(url.rstrip("/"), self.channels):
                raise PolicyDenied(what=f"the channel {url}", file=self.file)

    def check_repositories(self, urls: Iterable[str]) -> None:
        """Raise PolicyDenied for the first repository that is not allowed."""
        if self.repositories is None:
            return
        for url in urls:
            if not _matches(url, self.repositories):
                raise PolicyDenied(what=f"the repository {url}", file=self.file)

    def check_packages(self, names: Iterable[str]) -> None:
        """Raise PolicyDenied for the first package that is not allowed."""
        for name in names:
            if _matches(name, self.packages_denied):
                raise PolicyDenied(what=f"the package {name}", file=self.file)


def _matches(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def policy_path(configured: Path | None, system: Path = Path("/etc/jupyter_envs")) -> Path | None:
    """The policy file in force: the system's wins, so that a user cannot loosen it."""
    site = system / "policy.yml"
    return site if site.exists() else configured
