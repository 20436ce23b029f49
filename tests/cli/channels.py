"""Channels to try the command line on, and what came out of them."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from jupyter_envs.lock import Lock, parse_lock
from tests.support.channel import LocalChannel
from tests.support.channel.archive import Recipe, write_archive
from tests.support.channel.cache import REPOSITORY
from tests.support.sandbox import Failed, Sandbox


def make_channel(folder: Path, *recipes: Recipe) -> LocalChannel:
    """A small channel of the recipes' packages."""
    for recipe in recipes:
        write_archive(recipe, folder)
    command = [sys.executable, "-m", "tests.support.channel.index", str(folder)]
    subprocess.run(command, check=True, cwd=REPOSITORY, timeout=60)
    return LocalChannel(folder)


def copy_channel(channel: LocalChannel, folder: Path, *without: str) -> LocalChannel:
    """A copy of ``channel`` that lacks the files of these names, such as its shards."""
    ignore = shutil.ignore_patterns(*without)
    shutil.copytree(channel.path, folder, copy_function=os.link, ignore=ignore)
    return LocalChannel(folder, channel.python_minors)


def lock_of(sandbox: Sandbox, name: str = "demo") -> Lock:
    """The lock of an environment's current generation."""
    path = sandbox.envs / name / "conda-meta" / "jupyter-envs" / "conda-lock.yml"
    return parse_lock(path.read_bytes(), file=str(path))


def url_of(sandbox: Sandbox, package: str, name: str = "demo") -> str:
    """Where the lock says that a package comes from."""
    return next(p.url for p in lock_of(sandbox, name).packages if p.name == package)


def refusal(sandbox: Sandbox, *arguments: object) -> dict[str, Any]:
    """The error of a call that must fail."""
    try:
        answer = sandbox.run(*arguments, "--json")
    except Failed as failed:
        return failed.error
    raise AssertionError(f"this was to fail: {answer}")


def traces(secret: str, folder: Path) -> set[str]:
    """Files below ``folder`` whose name or bytes hold ``secret``, plain or in base64."""
    forms = [secret.encode(), *_in_base64(secret.encode())]
    found = set()
    for path in folder.rglob("*"):
        if secret in path.name:
            found.add(str(path.relative_to(folder)))
        elif path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if any(form in data for form in forms):
                found.add(str(path.relative_to(folder)))
    return found


def _in_base64(secret: bytes) -> list[bytes]:
    """How base64 writes ``secret`` inside a longer text, at each of the three alignments."""
    forms = []
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + secret)
        # The first and last characters mix with the neighbours' bits.
        forms.append(text[(0, 2, 3)[shift] : -4])
    return forms
