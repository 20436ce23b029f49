"""The lists that hold packages, conda's and pip's, and how a line comes into each."""

from __future__ import annotations

from typing import Literal

from .lines import Lines
from .lists import (
    NotEditableError,
    add_items,
    dash_of,
    indent_of,
    quoted,
    sure,
    trimmed_end,
)
from .match_specs import dependency_name
from .splice import Change
from .tree import Mapping, Node, Scalar, Sequence

Manager = Literal["conda", "pip"]

_DEEPER = "    "


def value_of(node: Node, name: str) -> Node | None:
    """The first value of a key; None where a node has no such key."""
    pairs = node.pairs if isinstance(node, Mapping) else ()
    return next((v for k, v in pairs if isinstance(k, Scalar) and k.text == name), None)


def list_of(root: Node, manager: Manager) -> Node | None:
    """The node that holds the lines of a manager, also where it is empty; None without one."""
    node = value_of(root, "dependencies")
    if manager == "conda" or not isinstance(node, Sequence):
        return node if manager == "conda" else None
    place = pip_place(node)
    return None if place is None else value_of(node.items[place], "pip")


def pip_place(dependencies: Sequence) -> int | None:
    """Which of the dependencies is the pip section."""
    items = enumerate(dependencies.items)
    return next((i for i, item in items if value_of(item, "pip") is not None), None)


def last_text(sequence: Sequence) -> int:
    """The last item that is a text: sections stay at the end. -1 where there is none."""
    texts = [i for i, item in enumerate(sequence.items) if isinstance(item, Scalar)]
    return texts[-1] if texts else -1


def add_conda(lines: Lines, root: Node, text: str) -> list[Change]:
    """Ask for a conda package behind the others. Raises NotEditableError."""
    dependencies = list_of(root, "conda")
    if isinstance(dependencies, Sequence) and dependencies.items:
        return [sure(add_items(lines, dependencies, last_text(dependencies), [text]))]
    return _fill(lines, root, dependencies, [quoted(text, flow=_flow(dependencies))])


def add_pip(lines: Lines, root: Node, text: str) -> list[Change]:
    """Ask for a package from PyPI; a missing section, and a missing pip, come with it.

    Raises NotEditableError.
    """
    section, dependencies = list_of(root, "pip"), list_of(root, "conda")
    if isinstance(section, Sequence) and section.items:
        return [sure(add_items(lines, section, len(section.items) - 1, [text]))]
    if not isinstance(dependencies, Sequence) or not dependencies.items:
        flow = _flow(dependencies)
        raw = quoted(text, flow=flow)
        made = [f"{{pip: [{raw}]}}"] if flow else ["pip:", f"{_DEEPER}- {raw}"]
        return _fill(lines, root, dependencies, ["pip", *made])
    changes = [] if has_pip(dependencies) else [ask_for_pip(lines, dependencies)]
    if section is not None:
        return [*changes, *fill_section(lines, dependencies, section, text)]
    return [*changes, new_section(lines, dependencies, len(dependencies.items) - 1, text)]


def has_pip(dependencies: Sequence) -> bool:
    """Whether conda's pip is among the dependencies."""
    texts = (item.text for item in dependencies.items if isinstance(item, Scalar))
    return any(dependency_name(text.strip()) == "pip" for text in texts)


def ask_for_pip(lines: Lines, dependencies: Sequence) -> Change:
    """Add conda's pip behind the other packages. Raises NotEditableError."""
    return sure(add_items(lines, dependencies, last_text(dependencies), ["pip"]))


def new_section(lines: Lines, dependencies: Sequence, after: int, text: str) -> Change:
    """A pip section with one line behind an item of the list. Raises NotEditableError."""
    item = dependencies.items[after]
    if dependencies.flow:
        return Change(item.end, item.end, f", {{pip: [{quoted(text, flow=True)}]}}")
    dash = sure(dash_of(lines, item))
    indent, new = indent_of(lines, dash), lines.line_break
    _, end = lines.span_of(trimmed_end(lines, item))
    child = f"{indent}{_DEEPER}- {quoted(text, flow=False)}"
    return Change(end, end, f"{new}{indent}- pip:{new}{child}")


def fill_section(lines: Lines, dependencies: Sequence, section: Node, text: str) -> list[Change]:
    """Put the first line into a ``pip:`` that is empty. Raises NotEditableError."""
    if isinstance(section, Sequence) and section.flow:
        return [sure(add_items(lines, section, -1, [text]))]
    if dependencies.flow:
        return [Change(section.start, section.end, f" [{quoted(text, flow=True)}]")]
    place = sure(pip_place(dependencies))
    indent = indent_of(lines, sure(dash_of(lines, dependencies.items[place])))
    _, end = lines.span_of(section.start)
    child = f"{lines.line_break}{indent}{_DEEPER}- {quoted(text, flow=False)}"
    return [Change(section.start, section.end, ""), Change(end, end, child)]


def _flow(node: Node | None) -> bool:
    return isinstance(node, Sequence) and node.flow


def _fill(lines: Lines, root: Node, node: Node | None, written: list[str]) -> list[Change]:
    """Put the first lines into ``dependencies:``, which is empty or not there."""
    if isinstance(node, Sequence) and node.flow:
        return [Change(node.start, node.end, f"[{', '.join(written)}]")]
    if not isinstance(root, Mapping) or root.flow:
        raise NotEditableError
    new = lines.line_break
    dashes = (line if line.startswith(" ") else f"- {line}" for line in written)
    block = "".join(f"{new}  {line}" for line in dashes)
    if node is not None:
        _, end = lines.span_of(node.start)
        return [Change(node.start, node.end, ""), Change(end, end, block)]
    _, end = lines.span_of(max(trimmed_end(lines, part) for part in root.pairs[-1]))
    return [Change(end, end, f"{new}dependencies:{block}")]
