"""What pip and uv install from while a test runs: the wheels that the channel was made of."""

from __future__ import annotations

from pathlib import Path

from tests.support.channel.catalogue import PACKAGES
from tests.support.channel.download import wheels_for
from tests.support.channel.interpreters import describe, running_executable


def pip_from_wheels() -> dict[str, str]:
    """Variables by which pip and uv find the running Python's wheels, and no index."""
    return from_folder(_wheels())


def from_folder(folder: Path) -> dict[str, str]:
    """The same for any folder of wheels."""
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


def _wheels() -> Path:
    interpreter = describe(running_executable())
    assert interpreter is not None, "the channel was made of the running Python"
    return wheels_for(interpreter, PACKAGES, closure=True)[0].parent
