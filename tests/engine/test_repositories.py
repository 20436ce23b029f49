"""Logins for repositories: git finds them, and nobody else."""

from __future__ import annotations

import os
import subprocess

from jupyter_envs.engine.repositories import git_environment, repository_urls

LINE = "tool @ git+https://me:Zq8-secret@host.example/a/tool.git@main"
PLAIN = "https://host.example/a/tool.git"


def _asked(url: str, environment: dict[str, str]) -> str:
    """The address that git itself would ask for ``url``."""
    done = subprocess.run(
        ["git", "ls-remote", "--get-url", url],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_git_uses_the_login_of_the_line_for_what_a_lock_names_without_it() -> None:
    mine = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "url.https://mirror.example/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://other.example/",
    }
    environment = {**mine, **git_environment([LINE, "numpy"], mine)}
    assert _asked(PLAIN, environment) == "https://me:Zq8-secret@host.example/a/tool.git"
    assert _asked("https://host.example/b.git", environment) == "https://host.example/b.git"
    # What the person has told git is still so.
    assert _asked("https://other.example/x", environment) == "https://mirror.example/x"


def test_the_addresses_have_no_login() -> None:
    assert repository_urls([LINE, "numpy", "-e git+https://host.example/b.git"]) == (PLAIN,)
    assert git_environment(["numpy"], {}) == {"GIT_TERMINAL_PROMPT": "0"}
