"""Put the channel together, once for each content, and find it again."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import msgspec

from tests.support.channel import catalogue, synthetic
from tests.support.channel.archive import Recipe, host_subdir, write_archive
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
    running_minor,
    works_elsewhere,
)
from tests.support.channel.unavailable import ChannelUnavailableHere
from tests.support.channel.wheels import read_wheel, wheel_recipes

_WORKERS = 2


class LocalChannel(msgspec.Struct, frozen=True):
    """A conda channel in a folder; ``python_minors`` begins with that of the running Python."""

    path: Path
    python_minors: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The ``file://`` URL of the channel."""
        return self.path.as_uri()

    def archives(self, name: str) -> list[Path]:
        """The package files of one package, all versions and builds."""
        found = (path for path in self.path.glob("*/*.conda") if package_name(path) == name)
        return sorted(found)


def package_name(archive: Path) -> str:
    """``numpy`` of ``numpy-2.2.6-py311_0.conda``."""
    return archive.name.rsplit("-", 2)[0]


def local_channel(say: Callable[[str], None] = lambda _: None) -> LocalChannel:
    """The main channel; builds it at the first call. Raises ChannelUnavailableHere."""
    return _channels(say)[0]


def second_channel(say: Callable[[str], None] = lambda _: None) -> LocalChannel:
    """A small channel with other versions, for priorities. Raises ChannelUnavailableHere."""
    return _channels(say)[1]


def _channels(say: Callable[[str], None]) -> tuple[LocalChannel, LocalChannel]:
    try:
        host_subdir()
        running_minor()
    except KeyError as error:
        raise ChannelUnavailableHere(f"no conda platform is known for {error}") from error
    others = other_executables()
    folder = cached_folder(
        cache_root() / "channels", _key(others), lambda unfinished: fill(unfinished, others, say)
    )
    minors = tuple(json.loads((folder / "python_minors.json").read_text()))
    return LocalChannel(folder / "local", minors), LocalChannel(folder / "second")


def _key(others: list[Path]) -> str:
    """Hash of all that decides the content: this code with its pins, and the interpreters."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    for executable in (running_executable(), *others):
        digest.update(identity(executable).encode())
    return digest.hexdigest()[:16]


def fill(folder: Path, others: list[Path], say: Callable[[str], None]) -> None:
    """Make both channels below ``folder``. Raises ChannelUnavailableHere."""
    pythons = list(_pythons(others, say))
    interpreters = tuple(interpreter for interpreter, _ in pythons)
    say("Downloading wheels")
    wheels = _wheels(interpreters)
    say(f"Packaging {len(wheels)} wheels")
    local, second = folder / "local", folder / "second"
    recipes = chain((recipe for _, recipe in pythons), map(abi_recipe, interpreters))
    _write_all(chain(recipes, synthetic.main_recipes()), local)
    _write_all(synthetic.second_recipes(), second)
    with ThreadPoolExecutor(_WORKERS) as pool:
        jobs = [
            pool.submit(_package_wheel, path, interpreters, chosen_for, local)
            for path, chosen_for in wheels.items()
        ]
        for job in jobs:
            job.result()
    say("Indexing")
    _index(local, second)
    minors = [interpreter.minor for interpreter in interpreters]
    (folder / "python_minors.json").write_text(json.dumps(minors))


def _pythons(
    others: list[Path], say: Callable[[str], None]
) -> Iterator[tuple[Interpreter, Recipe]]:
    """The running Python, then the first of another minor that works when moved."""
    running = _usable(running_executable())
    if running is None:
        raise ChannelUnavailableHere("the running Python cannot be repackaged")
    say(f"Python {running[0].version} from {running[0].base}")
    yield running
    for executable in others:
        other = _usable(executable)
        if other is not None:
            say(f"Python {other[0].version} from {other[0].base}")
            yield other
            return


def _usable(executable: Path) -> tuple[Interpreter, Recipe] | None:
    interpreter = describe(executable)
    if interpreter is None:
        return None
    recipe = python_recipe(interpreter)
    return (interpreter, recipe) if works_elsewhere(recipe, interpreter) else None


def _wheels(interpreters: tuple[Interpreter, ...]) -> dict[Path, list[Interpreter]]:
    """Wheel files, each once, with the interpreters that pip chose it for."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        closures = [
            (interpreter, pool.submit(wheels_for, interpreter, catalogue.PACKAGES, closure=True))
            for interpreter in interpreters
        ]
    older = wheels_for(interpreters[0], catalogue.OLDER, closure=False)
    by_name: dict[str, Path] = {}
    chosen_for: defaultdict[str, list[Interpreter]] = defaultdict(list)
    answers = [(interpreter, job.result()) for interpreter, job in closures]
    for interpreter, paths in (*answers, (interpreters[0], older)):
        for path in paths:
            by_name[path.name] = path
            chosen_for[path.name].append(interpreter)
    return {path: chosen_for[name] for name, path in sorted(by_name.items())}


def _package_wheel(
    path: Path,
    everyone: tuple[Interpreter, ...],
    chosen_for: list[Interpreter],
    channel: Path,
) -> None:
    wheel = read_wheel(path)
    extra = catalogue.ADDED_FILES.get(wheel.conda_name, ())
    _write_all(wheel_recipes(wheel, everyone, chosen_for, extra), channel)


def _write_all(recipes: Iterable[Recipe], channel: Path) -> None:
    for recipe in recipes:
        write_archive(recipe, channel)


def _index(*channels: Path) -> None:
    for channel in channels:
        channel.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.support.channel.index", *map(str, channels)]
    subprocess.run(command, check=True, cwd=REPOSITORY, stdin=subprocess.DEVNULL, timeout=300)
