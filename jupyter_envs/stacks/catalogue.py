"""All stacks: those that are shipped, packages', the site's, and the user's own; later ones win.

A file that cannot be used is listed with its reason, and takes nothing else away: where an
earlier place has a stack of that name, that one stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jupyter_envs.errors import StackInvalid, StackNotFound

from .model import BrokenStack, Origin, Stack
from .read import read_stack

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "jupyter_envs.stacks"
"""The entry points by which a package brings stacks: each names a module whose folder has them."""

# The one to begin with first; what is not named comes after, by name.
_ORDER = (
    "starter", "tabular", "pytorch", "jax", "tensorflow", "nlp", "vision", "llm", "rapids", "geo",
    "r", "bio", "polyglot",
)  # fmt: skip

_MOST = 200
_LARGEST = 1_000_000


class Place(NamedTuple):
    """A folder of stacks, or why there is none."""

    origin: Origin
    folder: Path
    problem: str | None = None


def shipped_place() -> Place:
    """The stacks that come with this program."""
    return Place("shipped", Path(__file__).with_name("shipped"))


def package_places() -> Iterator[Place]:
    """Folders that installed packages offer by the entry point ``jupyter_envs.stacks``."""
    from importlib.metadata import entry_points  # here, since it loads a reader of mail

    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        yield _package_place(point)


def _package_place(point: EntryPoint) -> Place:
    from importlib.resources import files

    try:
        return Place("package", Path(str(files(point.load()))))
    except Exception as error:  # noqa: BLE001 - another package's code may fail in any way
        return Place("package", Path(point.name), f"the package cannot be loaded: {error}")


def find_stacks(places: Iterable[Place]) -> list[Stack | BrokenStack]:
    """The stacks of all places, by id, and after those that work the broken ones."""
    working: dict[str, Stack] = {}
    broken: list[BrokenStack] = []
    for place in places:
        for found in _in_place(place):
            if isinstance(found, Stack):
                working.pop(found.id, None)
                working[found.id] = found
            else:
                broken.append(found)
    return [*working.values(), *broken]


def get_stack(stacks: Sequence[Stack | BrokenStack], stack_id: str) -> Stack:
    """The stack of that id. Raises StackNotFound, and what is wrong with a broken one."""
    for found in stacks:
        if found.id == stack_id and isinstance(found, Stack):
            return found
    for found in stacks:
        if found.id == stack_id and isinstance(found, BrokenStack):
            raise found.problem
    raise StackNotFound(id=stack_id[:60])


def _in_place(place: Place) -> Iterator[Stack | BrokenStack]:
    if place.problem is not None:
        yield _broken(place, place.folder, place.problem)
        return
    try:
        found = [path for path in place.folder.glob("*.y*ml") if path.is_file()]
    except OSError as error:
        yield _broken(place, place.folder, error.strerror or str(error))
        return
    for path in sorted(found, key=_rank)[:_MOST]:
        yield _read(path, place)
    if len(found) > _MOST:
        yield _broken(place, place.folder, f"it has more than {_MOST} files; the rest is left out")


def _rank(path: Path) -> tuple[int, str]:
    known = path.stem in _ORDER
    return (_ORDER.index(path.stem) if known else len(_ORDER)), path.name


def _read(path: Path, place: Place) -> Stack | BrokenStack:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        return _broken(place, path, error.strerror or str(error))
    shown = None if place.origin == "shipped" else str(path)
    try:
        return _known(data, path.stem, place.origin, shown)
    except StackInvalid as error:
        return _listed(path.stem, place.origin, str(path), error)


@lru_cache(maxsize=64)
def _known(data: bytes, stack_id: str, origin: Origin, file: str | None) -> Stack:
    """A server is asked for the same files again and again."""
    return read_stack(data, stack_id, origin=origin, file=file)


def _broken(place: Place, path: Path, reason: str) -> BrokenStack:
    problem = StackInvalid(file=str(path), reason=reason)
    return _listed(path.stem, place.origin, str(path), problem)


def _listed(stack_id: str, origin: Origin, file: str, problem: StackInvalid) -> BrokenStack:
    return BrokenStack(id=stack_id, origin=origin, file=file, problem=problem)
