"""One person's machine, on which things die; and what lies on its disk."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jupyter_envs.engine import read_configuration
from jupyter_envs.ledger import Ledger
from jupyter_envs.operations import Settings, SpecSource, default_settings, open_ledger
from jupyter_envs.store import ADOPTED, Store, current_generation, is_archived, known_slugs
from tests.chaos.packages import VERSIONS, chaos_channel
from tests.support.sandbox import Sandbox, manifest

#: What a generation has of ours; an adopted directory gets it when it is adopted.
OURS = "conda-meta/jupyter-envs"

Manifest = dict[str, str]


class Lies(NamedTuple):
    """An environment as it lies on the disk. ``foreign`` is a directory of another tool,
    ``archive`` what is kept of an archived environment; both are empty where there is none."""

    current: int | None
    generations: dict[int, Manifest]
    archive: Manifest
    foreign: Manifest


class World:
    """A sandbox whose person can be impersonated in this process: the functions of the rooms
    are called as the command line calls them, without its second of start."""

    def __init__(self, folder: Path, *, library: Path, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.channel = chaos_channel().as_uri()
        self.sandbox = Sandbox(folder, cache=folder / "cache", channels=(self.channel,))
        self.sandbox.environ["CHAOS_PYTHON"] = sys.executable
        self.library = library
        self.random = random.Random(seed)
        with self.being():
            self.settings: Settings = default_settings(read_configuration())
        self.store = Store(self.settings.envs_dir)
        self._logs = 0

    @contextmanager
    def being(self, more: Mapping[str, str] | None = None) -> Iterator[None]:
        """This process has the person's environment variables, and so has what it starts."""
        before = dict(os.environ)
        try:
            os.environ.clear()
            os.environ.update({**self.sandbox.environ, **(more or {})})
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def next_log(self) -> Path:
        """A file that no other countdown has."""
        self._logs += 1
        return self.sandbox.folder / f"changes-{self._logs}"

    def ledger(self) -> Ledger:
        """The person's."""
        return open_ledger(self.settings)

    def close(self) -> None:
        """End what still runs."""
        self.sandbox.close()


def spec(version: str, name: str) -> SpecSource:
    """The file of an environment with a kernel and a tool of some version."""
    text = f"name: {name}\ndependencies:\n- tool={version}\n- tiny-kernel\n"
    return SpecSource(data=text.encode())


def other_version(world: World, slug: str) -> str:
    """The one that the environment's current generation does not have."""
    notes = world.store.link(slug) / "share/tool/notes.txt"
    return next(v for v in VERSIONS if v not in notes.read_text())


def snapshot(world: World) -> dict[str, Lies]:
    """Everything of the store that a person, conda or Jupyter could have seen."""
    entries = [p.name for p in world.store.root.glob("[!.]*")] if world.store.root.exists() else []
    slugs = sorted({*entries, *known_slugs(world.store)})
    found = {slug: _lies(world.store, slug) for slug in slugs}
    return {slug: lies for slug, lies in found.items() if lies is not None}


def _lies(store: Store, slug: str) -> Lies | None:
    link = store.link(slug)
    current = current_generation(store, slug)
    archived = is_archived(store, slug)
    is_foreign = link.is_dir() and not link.is_symlink() and current is None
    if current is None and not archived and not is_foreign:
        return None
    return Lies(
        current=current,
        generations=_generations(store, slug),
        archive=manifest(store.archive(slug)) if archived else {},
        foreign=manifest(link) if is_foreign else {},
    )


def _generations(store: Store, slug: str) -> dict[int, Manifest]:
    found = {}
    for path in store.folder(slug).glob("[0-9]*"):
        place = place_of(store, slug, int(path.name))
        complete = (place / OURS / "generation.json").is_file()
        if complete and not (place / OURS / "building").exists():
            found[int(path.name)] = manifest(place)
    return found


def place_of(store: Store, slug: str, number: int) -> Path:
    """Where a generation lies: an adopted directory may be on its way to its own place."""
    spare = store.folder(slug) / "exchange"
    if number == ADOPTED and spare.is_dir() and not spare.is_symlink():
        return spare
    return store.generation(slug, number)


def without_ours(found: Manifest) -> Manifest:
    """A manifest without the folder of our own files."""
    return {key: value for key, value in found.items() if not key.startswith(OURS)}
