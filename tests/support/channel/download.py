"""Wheels from the package index that this machine's pip is configured for."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.channel.cache import cache_root, cached_folder
from tests.support.channel.interpreters import Interpreter
from tests.support.channel.unavailable import ChannelUnavailableHere

_TIMEOUT_SECONDS = 600

# Any index has it, for any Python: if this cannot be downloaded, there is no index.
_ANYTHING = "packaging"


def wheels_for(
    interpreter: Interpreter, requirements: tuple[str, ...], *, closure: bool
) -> list[Path]:
    """Download wheels once and return their paths.

    ``closure`` adds everything they depend on. Raises ChannelUnavailableHere without an index,
    and RuntimeError when there is one that lacks what is asked.
    """
    question = "\n".join((interpreter.version, str(closure), *requirements))
    key = hashlib.sha256(question.encode()).hexdigest()[:16]

    def fill(folder: Path) -> None:
        _pip_download(interpreter.executable, requirements, folder, closure=closure)

    return sorted(cached_folder(cache_root() / "wheels" / key, "files", fill).glob("*.whl"))


def _pip_download(
    executable: str, requirements: tuple[str, ...], folder: Path, *, closure: bool
) -> None:
    failure = _run_pip(executable, requirements, folder, closure=closure)
    if failure is None:
        return
    with tempfile.TemporaryDirectory() as scratch:
        unreachable = _run_pip(executable, (_ANYTHING,), Path(scratch), closure=False)
    if unreachable is None:
        # Then the table of packages is wrong, and skipping tests would hide that.
        raise RuntimeError(f"pip does not find what the catalogue names: {failure}")
    raise ChannelUnavailableHere(f"the packages could not be downloaded: {failure}")


def _run_pip(
    executable: str, requirements: tuple[str, ...], folder: Path, *, closure: bool
) -> str | None:
    """Download into ``folder``; the reason when it fails."""
    # The pip that runs us, told to act for the other interpreter: that one's own pip may be
    # old or missing, and pip's --python-version would evaluate markers for the wrong Python.
    command = [sys.executable, "-m", "pip", "--python", executable, "download"]
    command += ["--quiet", "--no-input", "--only-binary=:all:", "--dest", str(folder)]
    command += ["--progress-bar=off", "--retries=1", *([] if closure else ["--no-deps"])]
    try:
        answer = subprocess.run(
            [*command, *requirements],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"pip did not finish in {_TIMEOUT_SECONDS} s"
    if answer.returncode == 0:
        return None
    lines = [line for line in answer.stderr.splitlines() if line.startswith("ERROR")]
    return lines[-1] if lines else "pip failed without a message (is it installed?)"
