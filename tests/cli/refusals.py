"""What every failure of the command line must be like, and how the disk looks after it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from tests.support.sandbox import Sandbox

#: A second sentence begins: prose for one line should not.
_SECOND_SENTENCE = re.compile(r"[.!?] [A-Z]")


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A call that failed as it should, with the error that ``--json`` ended in."""

    code: str
    message: str
    hint: str | None = None
    params: dict[str, Any] = {}
    details: Any = None


def call(
    sandbox: Sandbox, *arguments: object, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """A call of the command line, whatever comes of it; ``before`` is an argv to run it with."""
    return subprocess.run(
        [*before, *sandbox.command(*arguments)],
        env=sandbox.environ,
        cwd=sandbox.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refuse(sandbox: Sandbox, *arguments: object, before: tuple[str, ...] = ()) -> Refusal:
    """The error of a call with ``--json``, which must have ended as errors have to."""
    done = call(sandbox, *arguments, "--json", before=before)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stderr == ""
    refusal = msgspec.json.decode(done.stdout.splitlines()[-1], type=Refusal)
    assert refusal.code != "internal_error", refusal.message
    for text in (refusal.message, refusal.hint or ""):
        assert "Traceback" not in text
        assert "\n" not in text
    assert not _SECOND_SENTENCE.search(refusal.message), refusal.message
    assert "(reason)" not in refusal.message, "a parameter was not given"
    return refusal


def seen(sandbox: Sandbox, *arguments: object) -> str:
    """What a person reads on the terminal of a call that fails."""
    done = call(sandbox, *arguments)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def everything(sandbox: Sandbox) -> dict[str, tuple[int | str, ...]]:
    """All that the person owns, without the journals of operations: generations, symlinks,
    kernels, environments.txt, ledger and trash, once nobody works on them any more.

    A file by inode, size, mode and time: reading ten thousand files after each of many
    failures takes too long. One test compares their bytes.
    """
    sandbox.wait_for_workers()
    hidden = sandbox.envs / ".jupyter-envs"
    left_out = {hidden / "operations", hidden / ".trash"}
    found: dict[str, tuple[int | str, ...]] = {}
    for root, folders, files in os.walk(sandbox.home):
        here = Path(root)
        folders[:] = [name for name in folders if here / name != hidden / "operations"]
        for path in (here / name for name in (*folders, *files)):
            if path not in left_out:
                found[str(path.relative_to(sandbox.home))] = _identity(path)
    return found


def _identity(path: Path) -> tuple[int | str, ...]:
    if path.is_symlink():
        return (str(path.readlink()),)
    facts = path.stat()
    if path.is_dir():
        return (facts.st_mode,)
    return (facts.st_ino, facts.st_size, facts.st_mode, facts.st_mtime_ns)
