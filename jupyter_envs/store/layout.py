"""Where everything of a store lies (DESIGN: "On disk"). Paths only; nothing is touched."""

from __future__ import annotations

from pathlib import Path

import msgspec

HIDDEN = ".jupyter-envs"
#: Fixed-length placeholders in conda packages leave room for 255 bytes; a few are for "/bin".
MAX_PREFIX_BYTES = 250


class Store(msgspec.Struct, frozen=True):
    """A folder of environments (conda's ``envs_dir``). ``slug`` is an environment's folder name."""

    root: Path

    @property
    def hidden(self) -> Path:
        """The folder that holds all generations."""
        return self.root / HIDDEN

    @property
    def operations(self) -> Path:
        """Journals of operations, ``<id>.jsonl``."""
        return self.hidden / "operations"

    @property
    def trash(self) -> Path:
        """Folders on their way out: renamed here first, so that nothing half-gone is seen."""
        return self.hidden / ".trash"

    def link(self, slug: str) -> Path:
        """What conda, mamba and people see: a symlink to the current generation."""
        return self.root / slug

    def folder(self, slug: str) -> Path:
        """The folder of an environment's generations."""
        return self.hidden / slug

    def generation(self, slug: str, number: int) -> Path:
        """The prefix of one generation."""
        return self.folder(slug) / str(number)

    def lock_file(self, slug: str) -> Path:
        """Held by whoever changes the environment."""
        return self.folder(slug) / "lock"

    def leases(self, slug: str) -> Path:
        """Who uses which generation."""
        return self.folder(slug) / "leases"

    def archive(self, slug: str) -> Path:
        """What is kept of an archived environment: :class:`GenerationFiles` finds its spec, lock
        and generation.json there as in a prefix, of which nothing else is left."""
        return self.folder(slug) / "archive"

    def link_target(self, slug: str, number: int) -> str:
        """The symlink's text: relative, so that a store can be moved or mounted elsewhere."""
        return f"{HIDDEN}/{slug}/{number}"


def is_number(name: str) -> bool:
    """Whether a folder is called as a generation is."""
    return name.isascii() and name.isdigit()


def generation_at(path: str) -> tuple[str, int] | None:
    """The slug and the number of the generation that a path, without symlinks, lies in; None
    where it lies in none. Nothing is looked up."""
    _, found, rest = path.rpartition(f"/{HIDDEN}/")
    slug, _, below = rest.partition("/")
    number = below.partition("/")[0]
    return (slug, int(number)) if found and slug and is_number(number) else None


class GenerationFiles(msgspec.Struct, frozen=True):
    """Our own files inside one generation's prefix."""

    prefix: Path

    @property
    def folder(self) -> Path:
        """``conda-meta/jupyter-envs``."""
        return self.prefix / "conda-meta" / "jupyter-envs"

    @property
    def spec(self) -> Path:
        """The environment.yml as given, byte for byte."""
        return self.folder / "environment.yml"

    @property
    def lock(self) -> Path:
        """The lock the generation was made from."""
        return self.folder / "conda-lock.yml"

    @property
    def included(self) -> Path:
        """The files that the spec's pip section names, as one JSON object; often not there."""
        return self.folder / "included.json"

    @property
    def info(self) -> Path:
        """generation.json."""
        return self.folder / "generation.json"

    @property
    def start(self) -> Path:
        """The start shim."""
        return self.folder / "start"

    @property
    def building(self) -> Path:
        """Present while the generation is not complete."""
        return self.folder / "building"
