"""A channel of 120 packages: Python, and the wheels of ``wheels.txt`` as conda packages."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from packaging.requirements import Requirement

from benchmarks.measure import Skipped
from tests.support.channel import ChannelUnavailableHere
from tests.support.channel.archive import write_archive
from tests.support.channel.cache import REPOSITORY, cache_root, cached_folder
from tests.support.channel.download import wheels_for
from tests.support.channel.interpreters import (
    Interpreter,
    abi_recipe,
    describe,
    identity,
    python_recipe,
    running_executable,
)
from tests.support.channel.wheels import conda_name, read_wheel, wheel_recipes

#: A notebook user's JupyterLab, with what they plot, fit and compute with: fixed, closed.
_PINS = Path(__file__).with_name("wheels.txt")
_WORKERS = 2


class LargeChannel(msgspec.Struct, frozen=True):
    """``requirements`` are the wheels that are in the folder ``wheels``."""

    url: str
    python: str
    wheels: Path
    requirements: tuple[str, ...]

    @property
    def dependencies(self) -> tuple[str, ...]:
        """What a spec has to say to get all of it."""
        wanted = (Requirement(text) for text in self.requirements)
        return (f"python={self.python}", *(f"{conda_name(r.name)}{r.specifier}" for r in wanted))


def large_channel() -> LargeChannel:
    """The channel, made once. Raises Skipped without a package index, or for a Python that the
    pinned wheels are not for."""
    interpreter = describe(running_executable())
    if interpreter is None:
        raise Skipped("the running Python cannot be repackaged")
    requirements = tuple(_PINS.read_text().split())
    try:
        wheels = wheels_for(interpreter, requirements, closure=False)
    except (ChannelUnavailableHere, RuntimeError) as error:
        raise Skipped(f"the 120 packages are not here: {error}") from error
    question = f"{identity(running_executable())}{requirements}{Path(__file__).read_text()}"
    folder = cached_folder(
        cache_root() / "large",
        hashlib.sha256(question.encode()).hexdigest()[:16],
        lambda unfinished: _fill(unfinished, interpreter, wheels),
        keep=1,
    )
    return LargeChannel(folder.as_uri(), interpreter.minor, wheels[0].parent, requirements)


def _fill(folder: Path, interpreter: Interpreter, wheels: list[Path]) -> None:
    for recipe in (python_recipe(interpreter), abi_recipe(interpreter)):
        write_archive(recipe, folder)

    def package(path: Path) -> None:
        for recipe in wheel_recipes(read_wheel(path), (interpreter,), (interpreter,)):
            write_archive(recipe, folder)

    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(package, wheels))
    command = [sys.executable, "-m", "tests.support.channel.index", str(folder)]
    subprocess.run(command, check=True, cwd=REPOSITORY, stdin=subprocess.DEVNULL, timeout=300)
