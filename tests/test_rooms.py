"""The rooms stay rooms: who may import whom, how long a file may be, what no file may hold.

``python -m tests.test_rooms`` lists the files that are long enough to need a reason.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "jupyter_envs"
SOURCE = ROOT / PACKAGE

#: Importable from everywhere: the errors, and the version.
ALWAYS = frozenset({"errors", "_version"})

#: Room to the rooms it may import. docs/design.md shows this table to people.
ROOMS: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "spec": frozenset(),
    "lock": frozenset({"spec"}),
    "policy": frozenset({"spec", "lock"}),
    "engine": frozenset({"spec", "lock", "policy"}),
    "store": frozenset({"engine", "lock", "spec"}),
    "kernels": frozenset({"store", "engine"}),
    "ledger": frozenset(),
    "hardware": frozenset(),
    "stacks": frozenset({"spec", "hardware"}),
    "translate": frozenset({"spec", "engine"}),
    "export": frozenset({"lock", "spec", "store"}),
    "remote": frozenset(),
    "hub": frozenset({"stacks", "policy"}),
}
_BELOW_DOCTOR = frozenset(ROOMS) - {"errors"}
ROOMS["doctor"] = _BELOW_DOCTOR
ROOMS["operations"] = _BELOW_DOCTOR | {"doctor"}
ROOMS["cli"] = _BELOW_DOCTOR | {"doctor", "operations"}
ROOMS["server"] = _BELOW_DOCTOR | {"doctor", "operations", "cli"}

#: Modules beside the rooms, and what each is for.
TOP_LEVEL: dict[str, frozenset[str]] = {
    "__init__": frozenset({"server"}),  # in the function that Jupyter's server calls
    "__main__": frozenset({"cli"}),
    "_version": frozenset(),
}

#: Libraries that one room keeps to itself. An empty set: nobody imports it.
OWNERS: dict[str, frozenset[str]] = {
    "rattler": frozenset({"engine"}),
    "uv": frozenset({"engine"}),
    "pynvml": frozenset({"hardware"}),
    "tornado": frozenset({"server"}),
    "jupyter_server": frozenset({"server"}),
    "jupyterhub": frozenset(),
}

#: (module, what it imports past the other room's __init__), each with the reason.
DEEP_IMPORTS: dict[tuple[str, str], str] = {}

#: Rooms that are loaded piece by piece, as they are needed.
LAZY = sorted(path.parent.name for path in SOURCE.glob("*/__init__.pyi"))

LONGEST = 500
LONG = 300


class Import(NamedTuple):
    """One import: the room (or library) it reaches, the module below it, the names it takes."""

    target: str
    inside: str
    names: tuple[str, ...]
    ours: bool


def imports_of(text: str, package: tuple[str, ...]) -> Iterator[Import]:
    """Every import in a module's text, wherever it stands; ``package`` is the module's own."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _import(alias.name.split("."), ())
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            yield from _from(_absolute(node, package), names)
        elif isinstance(node, ast.Call) and _is_import_call(node):
            named = node.args[0]
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                yield _import(named.value.split("."), ())


def _absolute(node: ast.ImportFrom, package: tuple[str, ...]) -> list[str]:
    module = node.module.split(".") if node.module else []
    if node.level == 0:
        return module
    return [*package[: len(package) - node.level + 1], *module]


def _is_import_call(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return bool(node.args) and name in {"import_module", "__import__"}


def _from(module: list[str], names: tuple[str, ...]) -> Iterator[Import]:
    if module != [PACKAGE]:
        yield _import(module, names)
        return
    for name in names:  # "from jupyter_envs import engine" reaches a room, too
        yield _import([PACKAGE, "_version" if name == "__version__" else name], ())


def _import(module: list[str], names: tuple[str, ...]) -> Import:
    if module[0] != PACKAGE:
        return Import(module[0], ".".join(module[1:]), names, ours=False)
    return Import((module[1:] or ["_version"])[0], ".".join(module[2:]), names, ours=True)


def violations(room: str, imports: Iterable[Import]) -> list[str]:
    """What a module of ``room`` imports and may not."""
    allowed = {**ROOMS, **TOP_LEVEL}[room] | ALWAYS | {room}
    return [
        f"{room} imports {item.target}"
        for item in imports
        if (item.ours and item.target not in allowed)
        or (not item.ours and room not in OWNERS.get(item.target, {room}))
    ]


def find_cycle(edges: Mapping[str, Set[str]]) -> list[str]:
    """Rooms that import each other in a circle; empty when there is none."""

    def visit(room: str, path: list[str]) -> list[str]:
        if room in path:
            return [*path[path.index(room) :], room]
        for target in sorted(edges.get(room, ())):
            if circle := visit(target, [*path, room]):
                return circle
        return []

    return next((circle for room in sorted(edges) if (circle := visit(room, []))), [])


def exported(text: str) -> list[str]:
    """The names of ``__all__`` in a module's text."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def in_order(names: Iterable[str]) -> list[str]:
    """Constants, then classes, then functions, each by the alphabet: ruff's order (RUF022)."""

    def kind(name: str) -> int:
        return 0 if name.isupper() else 1 if name.lstrip("_")[:1].isupper() else 2

    return sorted(names, key=lambda name: (kind(name), name))


def hygiene_faults(text: str) -> list[str]:
    """Places of one machine and notes to oneself, which no tracked file holds."""
    patterns = {
        "a path of one machine": r"(?<![\w.~-])/(?:work|root|tmp|Users)/[\w.-]+",
        "a note to oneself": r"\b(?:TO" + r"DO|FIX" + r"ME)\b",
    }
    found = [name for name, pattern in patterns.items() if re.search(pattern, text)]
    if f"{ROOT}/" in text:
        found.append("the folder of this checkout")
    return found


def room_of(path: Path) -> str:
    """The room a module of the package belongs to."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def tracked(*suffixes: str) -> list[Path]:
    """The repository's files with these suffixes, without what was built or downloaded."""
    left_out = {"node_modules", "build", "dist", "lib", "generated", "labextension", "__pycache__"}
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in left_out and (f[0] != "." or f == ".github")]
        found += (Path(folder) / name for name in files if Path(name).suffix in suffixes)
    return sorted(found)


def line_count(path: Path) -> int:
    return len(path.read_bytes().splitlines())


@cache
def package_imports() -> dict[Path, tuple[Import, ...]]:
    """Every module of the package with what it imports."""
    return {
        path: tuple(
            imports_of(path.read_text("utf-8"), (PACKAGE, *path.relative_to(SOURCE).parent.parts))
        )
        for path in sorted(SOURCE.rglob("*.py"))
    }


def between_rooms() -> Iterator[tuple[Path, Import]]:
    """The imports that leave their room."""
    for path, imports in package_imports().items():
        for item in imports:
            if item.ours and item.target != room_of(path):
                yield path, item


# -- the package -------------------------------------------------------------------------------


def test_every_module_belongs_to_a_room_of_the_table() -> None:
    assert len(package_imports()) > 50
    assert {room_of(path) for path in package_imports()} <= {*ROOMS, *TOP_LEVEL}


def test_a_room_imports_only_what_the_table_allows() -> None:
    found = {
        str(path.relative_to(SOURCE)): wrong
        for path, imports in package_imports().items()
        if (wrong := violations(room_of(path), imports))
    }
    assert found == {}


def test_no_room_is_above_itself() -> None:
    real: dict[str, set[str]] = {}
    for path, item in between_rooms():
        real.setdefault(room_of(path), set()).add(item.target)
    assert find_cycle(ROOMS) == []
    assert find_cycle(real) == []


def test_rooms_meet_at_their_front_doors() -> None:
    found = {
        (str(path.relative_to(SOURCE)), f"{item.target}.{item.inside}")
        for path, item in between_rooms()
        if item.inside
    }
    assert found == set(DEEP_IMPORTS), "take what is no longer needed out of DEEP_IMPORTS"


@pytest.mark.parametrize("room", sorted(path.parent.name for path in SOURCE.glob("*/__init__.py")))
def test_a_front_door_lists_what_it_lets_out(room: str) -> None:
    # A room that is loaded piece by piece lists its pieces in a stub beside its door.
    door = SOURCE / room / "__init__.py"
    text = (door.with_suffix(".pyi") if room in LAZY else door).read_text("utf-8")
    listed = exported(text)
    brought = {
        name
        for item in imports_of(text, (PACKAGE, room))
        if item.ours and item.target == room
        for name in item.names
    }
    taken = {
        name
        for _, item in between_rooms()
        if item.target == room and not item.inside
        for name in item.names
    }
    assert listed == in_order(set(listed))
    assert set(listed) == brought
    assert taken <= brought


@pytest.mark.parametrize("room", LAZY)
def test_what_a_lazy_room_lists_is_there(room: str) -> None:
    module = importlib.import_module(f"{PACKAGE}.{room}")
    text = (SOURCE / room / "__init__.pyi").read_text("utf-8")
    for name in exported(text):
        found = getattr(module, name)
        assert not isinstance(found, ModuleType), f"{name} is the module of that name"


def test_the_design_page_shows_the_same_table() -> None:
    page = (ROOT / "docs" / "design.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\| ([^|]*) \|$", page, re.MULTILINE)
    shown = {room: frozenset(re.findall(r"`(\w+)`", allowed)) for room, allowed in rows}
    assert shown == ROOMS


# -- every file --------------------------------------------------------------------------------


def test_no_file_is_too_long() -> None:
    files = tracked(".py", ".ts", ".tsx")
    assert len(files) > 100
    assert [str(path) for path in files if line_count(path) > LONGEST] == []


def test_no_file_holds_a_place_of_one_machine_or_a_note_to_oneself() -> None:
    files = tracked(".py", ".ts", ".tsx", ".md", ".yml", ".yaml", ".toml", ".sh", ".json")
    files.append(ROOT / "Makefile")
    faults = {
        str(path.relative_to(ROOT)): found
        for path in files
        if path != Path(__file__) and (found := hygiene_faults(path.read_text("utf-8", "replace")))
    }
    assert faults == {}


def test_every_module_says_what_it_is() -> None:
    texts = {path: path.read_text("utf-8") for path in tracked(".py")}
    silent = [
        str(path.relative_to(ROOT))
        for path, text in texts.items()
        if text.strip() and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


# -- the checks themselves ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "text", "found"),
    [
        ("spec", "from jupyter_envs.errors import SpecInvalid", []),
        ("spec", "from jupyter_envs import __version__", []),
        ("spec", "from .tree import Node", []),
        ("spec", "from jupyter_envs.lock import Lock", ["spec imports lock"]),
        ("spec", "def f():\n    from jupyter_envs.lock import Lock", ["spec imports lock"]),
        ("spec", "from jupyter_envs import lock", ["spec imports lock"]),
        ("spec", "from ..lock.model import Lock", ["spec imports lock"]),
        ("spec", "from .. import lock", ["spec imports lock"]),
        ("spec", "import jupyter_envs.lock.model", ["spec imports lock"]),
        ("spec", "import importlib\nimportlib.import_module('jupyter_envs.lock')",
         ["spec imports lock"]),
        ("operations", "from jupyter_envs.cli import main", ["operations imports cli"]),
        ("cli", "from jupyter_envs.server import routes", ["cli imports server"]),
        ("engine", "import rattler.lock", []),
        ("store", "from rattler.package import Build", ["store imports rattler"]),
        ("cli", "import uv", ["cli imports uv"]),
        ("kernels", "import tornado.ioloop", ["kernels imports tornado"]),
        ("hub", "from jupyterhub.app import JupyterHub", ["hub imports jupyterhub"]),
    ],
)  # fmt: skip
def test_violations_are_found(room: str, text: str, found: list[str]) -> None:
    assert violations(room, imports_of(text, (PACKAGE, room))) == found


def test_circles_are_found() -> None:
    assert find_cycle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_front_doors_are_read() -> None:
    assert exported('__all__ = ["a", "B"]') == ["a", "B"]
    assert in_order(["b", "Zebra", "TABLE", "a", "Ant"]) == ["TABLE", "Ant", "Zebra", "a", "b"]
    deep = next(imports_of("from jupyter_envs.lock.model import Lock", (PACKAGE, "cli")))
    assert (deep.target, deep.inside, deep.names) == ("lock", "model", ("Lock",))


@pytest.mark.parametrize(
    "text",
    ["cache = '/wo" + "rk/x'", "# /ro" + "ot/.cache", "~ TO" + "DO: later", f"see {ROOT}/docs"],
)
def test_hygiene_faults_are_found(text: str) -> None:
    assert hygiene_faults(text)


@pytest.mark.parametrize("text", ["~/work/x", "https://host/tmp/x", "a workaround to do"])
def test_ordinary_text_is_no_hygiene_fault(text: str) -> None:
    assert hygiene_faults(text) == []


if __name__ == "__main__":
    for file in tracked(".py", ".ts", ".tsx"):
        if line_count(file) > LONG:
            print(f"{line_count(file):5} {file.relative_to(ROOT)}")
