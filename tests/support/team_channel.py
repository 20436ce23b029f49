"""A channel that has all names of the team's file: a real Python 3.10 with real packages from
wheels, and small ones in the place of what is gigabytes elsewhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support import gpu_packages
from tests.support.channel.archive import Entry, Recipe, write_archive
from tests.support.channel.cache import REPOSITORY, cache_root, cached_folder
from tests.support.channel.download import wheels_for
from tests.support.channel.interpreters import (
    Interpreter,
    abi_recipe,
    describe,
    identity,
    other_executables,
    python_recipe,
    running_executable,
    works_elsewhere,
)
from tests.support.channel.wheels import read_wheel, wheel_recipes

MINOR = "3.10"
_PACKAGES = ("ipykernel==7.3.0", "matplotlib==3.10.9", "numpy==2.2.6", "pandas==2.3.3",
             "pip==26.3")  # fmt: skip


def team_channel() -> Path | None:
    """The folder of a channel called ``conda-forge``; None where there is no Python 3.10.

    Raises ChannelUnavailableHere without a package index.
    """
    found = _interpreter()
    if found is None:
        return None
    interpreter, recipe = found
    digest = hashlib.sha256(identity(Path(interpreter.executable)).encode())
    for source in (Path(__file__), Path(gpu_packages.__file__)):
        digest.update(source.read_bytes())

    def fill(folder: Path) -> None:
        _fill(folder / "conda-forge", interpreter, recipe)

    group = cache_root() / "team"
    return cached_folder(group, digest.hexdigest()[:16], fill) / "conda-forge"


def _interpreter() -> tuple[Interpreter, Recipe] | None:
    for executable in (running_executable(), *other_executables()):
        interpreter = describe(executable)
        if interpreter is None or interpreter.minor != MINOR:
            continue
        recipe = python_recipe(interpreter)
        if works_elsewhere(recipe, interpreter):
            return interpreter, recipe
    return None


def _fill(channel: Path, interpreter: Interpreter, python: Recipe) -> None:
    for recipe in (python, abi_recipe(interpreter), *_stand_ins()):
        write_archive(recipe, channel)
    for path in wheels_for(interpreter, _PACKAGES, closure=True):
        for recipe in wheel_recipes(read_wheel(path), (interpreter,), [interpreter], ()):
            write_archive(recipe, channel)
    command = [sys.executable, "-m", "tests.support.channel.index", str(channel)]
    subprocess.run(command, check=True, cwd=REPOSITORY, timeout=120)


def _stand_ins() -> Iterator[Recipe]:
    wanted = {"cuda-version", "pytorch", "torchaudio", "torchvision"}
    yield from (r for r in gpu_packages.gpu_recipes((MINOR,)) if r.name in wanted)
    yield Recipe(name="jupyter", version="1.1.1", depends=("ipykernel",))
    for name, version in (("transformers", "4.35.0"), ("transformers", "4.57.1"),
                          ("datasets", "4.4.1")):  # fmt: skip
        text = f'__version__ = "{version}"\n'.encode()
        yield Recipe(
            name=name,
            version=version,
            build="pyh0_0",
            noarch="python",
            depends=("python >=3.8", "numpy"),
            files=(Entry(f"site-packages/{name}/__init__.py", text),),
        )
