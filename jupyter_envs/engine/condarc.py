"""conda's configuration files: where they are, what they say, how they merge.

Source of the rules: conda's documentation, "Using the .condarc conda configuration file" and
"The conda configuration engine for power users" (search path, ``#!final``, ``#!top``,
``#!bottom``). mamba's ``.mambarc`` is read beside each ``.condarc``, as mamba does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import inf
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from jupyter_envs.errors import ConfigurationInvalid

Flag = Literal["final", "top", "bottom"]

_FLAG = re.compile(r"(?:^|\s)#!\s*(final|top|bottom)\b")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")
_YAML_SUFFIXES = (".yml", ".yaml")

#: A file of a few lines may have aliases that stand for billions of values.
_MOST_VALUES = 10_000


class Entry(msgspec.Struct, frozen=True):
    """One value in one file, with the flags written behind it.

    ``value`` is a scalar, a tuple of entries or a dict of entries. ``line`` counts from 1.
    """

    value: Any
    flag: Flag | None = None
    line: int | None = None
    source: str = ""


class Layer(msgspec.Struct, frozen=True):
    """What one file, or the environment, sets."""

    source: str
    entries: dict[str, Entry]


def expand_variables(text: str, environ: Mapping[str, str]) -> str:
    """``$NAME`` and ``${NAME}`` replaced; a name that is not set stays as written."""

    def value(found: re.Match[str]) -> str:
        return environ.get(found.group(1) or found.group(2) or "", found.group(0))

    return _VARIABLE.sub(value, text)


def root_prefix(environ: Mapping[str, str]) -> Path | None:
    """The folder of the conda or mamba installation, as far as the environment tells."""
    if root := environ.get("CONDA_ROOT"):
        return Path(root)
    if executable := environ.get("CONDA_EXE"):
        # <root>/bin/conda, and never a bare name looked up elsewhere
        path = Path(executable)
        return path.parent.parent if path.is_absolute() else None
    if root := environ.get("MAMBA_ROOT_PREFIX"):
        return Path(root)
    return None


def find_files(environ: Mapping[str, str], home: Path, system_root: Path) -> tuple[Path, ...]:
    """The configuration files that exist, from the weakest to the strongest."""
    candidates = chain.from_iterable(
        _files_at(place) for place in _search_path(environ, home, system_root)
    )
    return tuple(dict.fromkeys(candidates))


def _search_path(environ: Mapping[str, str], home: Path, system_root: Path) -> Iterator[Path]:
    yield from _usual_names(system_root / "etc" / "conda")
    yield from _usual_names(system_root / "var" / "lib" / "conda")
    if root := root_prefix(environ):
        yield from _usual_names(root)
    if configuration_home := environ.get("XDG_CONFIG_HOME"):
        yield from _usual_names(Path(configuration_home) / "conda")
    yield from _usual_names(home / ".config" / "conda")
    yield from _usual_names(home / ".conda")
    yield home / ".condarc"
    yield home / ".mambarc"
    if prefix := environ.get("CONDA_PREFIX"):
        yield from _usual_names(Path(prefix))
    if named := environ.get("CONDARC"):
        yield _expand_home(named, home)


def _usual_names(folder: Path) -> tuple[Path, ...]:
    return tuple(folder / name for name in (".condarc", "condarc", "condarc.d", ".mambarc"))


def _expand_home(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith("~/") else Path(text)


def _files_at(place: Path) -> tuple[Path, ...]:
    try:
        if place.is_dir():
            return tuple(sorted(p for p in place.iterdir() if p.suffix in _YAML_SUFFIXES))
        return (place,) if place.is_file() else ()
    except OSError:
        # A folder we may not look into says nothing to us, as it says nothing to conda.
        return ()


def read_file(path: Path) -> Layer:
    """Parse one file; raises ConfigurationInvalid naming the file and, if known, the line."""
    try:
        text = path.read_text("utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is not None and _written_out(node, {}) > _MOST_VALUES:
            reason = f"with its aliases written out it has more than {_MOST_VALUES} values"
            raise ConfigurationInvalid(file=str(path), reason=reason)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(file=str(path), reason=_reason(error)) from error
    except RecursionError as error:
        raise ConfigurationInvalid(file=str(path), reason="it is nested too deeply") from error
    except yaml.YAMLError as error:
        raise ConfigurationInvalid(file=str(path), reason=_where(error)) from error
    if node is None:
        return Layer(str(path), {})
    if not isinstance(node, yaml.MappingNode):
        reason = f"line {node.start_mark.line + 1}: settings are written as 'name: value'"
        raise ConfigurationInvalid(file=str(path), reason=reason)
    return Layer(str(path), _Reader(str(path), text).mapping(node))


def _written_out(node: yaml.Node, known: dict[int, float]) -> float:
    """How many values a node has with every alias written out; endless where one holds itself."""
    if id(node) not in known:
        known[id(node)] = inf
        parts: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            parts = node.value
        known[id(node)] = 1 + sum(_written_out(part, known) for part in parts)
    return known[id(node)]


def _reason(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return error.strerror or type(error).__name__


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it is not valid YAML"
    if mark is None:
        return str(problem)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"


class _Reader:
    """Turns YAML nodes into entries; the flags are comments, which YAML itself drops."""

    def __init__(self, source: str, text: str) -> None:
        self._source = source
        self._lines = text.splitlines()
        self._constructor = yaml.SafeLoader("")

    def mapping(self, node: yaml.MappingNode) -> dict[str, Entry]:
        return {
            str(self._scalar(key)): self._entry(value, key.end_mark) for key, value in node.value
        }

    def _entry(self, node: yaml.Node, flagged_from: yaml.Mark) -> Entry:
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = self.mapping(node)
        elif isinstance(node, yaml.SequenceNode):
            value = tuple(self._entry(item, item.start_mark) for item in node.value)
        else:
            value = self._scalar(node)
        return Entry(value, self._flag(flagged_from), node.start_mark.line + 1, self._source)

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self._constructor.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            reason = f"line {node.start_mark.line + 1}: this value is not understood"
            raise ConfigurationInvalid(file=self._source, reason=reason) from error

    def _flag(self, mark: yaml.Mark) -> Flag | None:
        rest = self._lines[mark.line][mark.column :] if mark.line < len(self._lines) else ""
        found = _FLAG.search(rest)
        return found.group(1) if found else None  # type: ignore[return-value]  # the pattern's three words


def merge(name: str, entries: Sequence[Entry]) -> Entry:
    """One value out of those that several files give, weakest first.

    Scalars: the strongest wins, unless an earlier one is ``#!final``. Lists: the strongest
    file's items come first, then those of the weaker ones, without repetition. Maps: key by
    key. Raises ConfigurationInvalid when files disagree on the kind of value.
    """
    relevant = _up_to_final(entries)
    kinds = {type(entry.value) for entry in relevant}
    if tuple in kinds:
        _require(name, tuple, relevant)
        return msgspec.structs.replace(relevant[-1], value=_merge_lists(relevant))
    if dict in kinds:
        _require(name, dict, relevant)
        return msgspec.structs.replace(relevant[-1], value=_merge_maps(name, relevant))
    return relevant[-1]


def _up_to_final(entries: Sequence[Entry]) -> Sequence[Entry]:
    for position, entry in enumerate(entries):
        if entry.flag == "final":
            return entries[: position + 1]
    return entries


def _require(name: str, kind: type, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if not isinstance(entry.value, kind):
            wanted = "a list" if kind is tuple else "a map of names to values"
            raise ConfigurationInvalid(
                file=entry.source, reason=f"line {entry.line}: {name!r} must be {wanted}"
            )


def _merge_lists(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    strongest_first = list(reversed(entries))
    top = _items(entries, "top")
    everything = _items(strongest_first, None)
    # An item that a weaker file puts at the bottom stays below what stronger files put there.
    bottom = list(reversed(_unique(reversed(_items(strongest_first, "bottom")))))
    at_bottom = {_key(item) for item in bottom}
    ordered = _unique(chain(top, everything))
    return (*(item for item in ordered if _key(item) not in at_bottom), *bottom)


def _items(entries: Iterable[Entry], flag: Flag | None) -> list[Entry]:
    return [item for entry in entries for item in entry.value if flag in (None, item.flag)]


def _unique(items: Iterable[Entry]) -> list[Entry]:
    seen: dict[str, Entry] = {}
    for item in items:
        seen.setdefault(_key(item), item)
    return list(seen.values())


def _key(item: Entry) -> str:
    return repr(plain(item))


def _merge_maps(name: str, entries: Sequence[Entry]) -> dict[str, Entry]:
    keys = dict.fromkeys(key for entry in entries for key in entry.value)
    return {
        key: merge(f"{name}.{key}", [e.value[key] for e in entries if key in e.value])
        for key in keys
    }


def plain(entry: Entry) -> Any:
    """The value without flags and places."""
    if isinstance(entry.value, tuple):
        return tuple(plain(item) for item in entry.value)
    if isinstance(entry.value, dict):
        return {key: plain(item) for key, item in entry.value.items()}
    return entry.value
