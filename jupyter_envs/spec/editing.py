"""Set or remove a package's line in an ``environment.yml``, as a person would: one line changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name

from jupyter_envs.errors import SpecInvalid

from .document import Document, read_document
from .lines import Lines
from .lists import add_items, dash_of, indent_of, quoted, remove_item, replace, trimmed_end
from .match_specs import dependency_name
from .parse import parse_spec, read_spec
from .pip_lines import classify_pip_line
from .splice import Change, change_text, encode
from .tree import Mapping, Node, Scalar, Sequence

Manager = Literal["conda", "pip"]

_DEEPER = "    "


class PackageEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is to say of one package: its line, or with None that it is not asked for.

    ``name`` finds the line: without regard to case, and for pip also to ``-``, ``_`` and ``.``.
    """

    manager: Manager
    name: str
    text: str | None


class _NotEditableError(Exception):
    """The file has a form in which no line can be set."""


def edit_spec(data: bytes, edits: Iterable[PackageEdit]) -> bytes:
    """The bytes of an ``environment.yml`` in which ``edits`` are made, in their order.

    A line that is there is replaced, another one added with the indentation and line ending of
    its neighbours; all other bytes stay. A pip line without a pip section makes one, and asks
    for conda's ``pip``. Raises SpecInvalid for a file that cannot be read, for a line that is
    none, and for a file whose form does not allow it (lists that are aliases).
    """
    read_spec(data, "environment.yml")
    for edit in edits:
        data = _edited(data, edit)
    return data


def _edited(data: bytes, edit: PackageEdit) -> bytes:
    _check_line(edit)
    try:
        edited = _step(data, edit)
        while edited != data and not _says(edited, edit):
            data, edited = edited, _step(edited, edit)
    except (_NotEditableError, ValueError) as error:
        raise _not_editable(edit) from error
    if not _says(edited, edit):
        raise _not_editable(edit)
    return edited


def _step(data: bytes, edit: PackageEdit) -> bytes:
    """One change of a list; a package that is there more than once needs several."""
    document, _ = read_document(data)
    if document is None:
        raise _NotEditableError
    changes = _unset(document, edit) if edit.text is None else _set(document, edit, edit.text)
    text = change_text(document.lines.text, changes)
    return encode(text, document.encoding, document.bom)


def _check_line(edit: PackageEdit) -> None:
    if edit.text is not None and _named(edit.manager, edit.text) != _folded(edit):
        raise _invalid(edit, f"{edit.text!r} is not a line for {edit.name}")


def _not_editable(edit: PackageEdit) -> SpecInvalid:
    return _invalid(edit, "the list cannot be changed in the form it is written in")


def _invalid(edit: PackageEdit, reason: str) -> SpecInvalid:
    return SpecInvalid(
        file="environment.yml",
        reason=f"{reason} ({edit.name})",
        hint="Change the line by hand.",
    )


def _says(data: bytes, edit: PackageEdit) -> bool:
    spec = parse_spec(data).spec
    if spec is None:
        return False
    lines = spec.dependencies if edit.manager == "conda" else spec.pip
    found = [line for line in lines if _named(edit.manager, line) == _folded(edit)]
    if edit.text is None:
        return not found or (edit.manager == "conda" and found == ["pip"])
    return found == [edit.text.strip(" ")]


def _named(manager: Manager, line: str) -> str | None:
    if manager == "conda":
        return dependency_name(line)
    name = classify_pip_line(line).name
    return None if name is None else canonicalize_name(name)


def _folded(edit: PackageEdit) -> str:
    return edit.name.lower() if edit.manager == "conda" else canonicalize_name(edit.name)


def _set(document: Document, edit: PackageEdit, text: str) -> list[Change]:
    lines = document.lines
    node = _list_of(document, edit.manager)
    found = _places(node, edit)
    if not found or not isinstance(node, Sequence):
        return _add(document, edit, text)
    if len(found) > 1:
        return [_sure(remove_item(lines, node, found[-1]))]
    return [replace(lines, node.items[found[0]], text, flow=node.flow)]


def _unset(document: Document, edit: PackageEdit) -> list[Change]:
    """Take out the last line for the package; a pip section goes with its last line."""
    lines = document.lines
    node = _list_of(document, edit.manager)
    found = _places(node, edit)
    if not found or not isinstance(node, Sequence):
        return []
    if edit.manager == "pip" and len(node.items) == 1:
        dependencies = _list_of(document, "conda")
        place = _pip_place(dependencies) if isinstance(dependencies, Sequence) else None
        if not isinstance(dependencies, Sequence) or place is None:
            raise _NotEditableError
        return [_sure(remove_item(lines, dependencies, place))]
    return [_sure(remove_item(lines, node, found[-1]))]


def _sure(change: Change | None) -> Change:
    if change is None:
        raise _NotEditableError
    return change


def _places(node: Node | None, edit: PackageEdit) -> list[int]:
    items = node.items if isinstance(node, Sequence) else ()
    return [
        index
        for index, item in enumerate(items)
        if isinstance(item, Scalar) and _named(edit.manager, item.text.strip()) == _folded(edit)
    ]


def _list_of(document: Document, manager: Manager) -> Node | None:
    """The node that holds the lines of a manager, also where it is empty; None without one."""
    node = _value(document.root, "dependencies")
    if manager == "conda" or not isinstance(node, Sequence):
        return node if manager == "conda" else None
    place = _pip_place(node)
    return None if place is None else _value(node.items[place], "pip")


def _pip_place(node: Sequence) -> int | None:
    return next(
        (i for i, item in enumerate(node.items) if _value(item, "pip") is not None),
        None,
    )


def _value(node: Node, name: str) -> Node | None:
    pairs = node.pairs if isinstance(node, Mapping) else ()
    return next((v for k, v in pairs if isinstance(k, Scalar) and k.text == name), None)


def _add(document: Document, edit: PackageEdit, text: str) -> list[Change]:
    lines = document.lines
    dependencies = _list_of(document, "conda")
    if edit.manager == "pip":
        return _add_pip(document, dependencies, text)
    if isinstance(dependencies, Sequence) and dependencies.items:
        return [_sure(add_items(lines, dependencies, _last_text(dependencies), [text]))]
    return _fill(document, dependencies, [quoted(text, flow=_flow(dependencies))])


def _last_text(sequence: Sequence) -> int:
    """The last item that is a text: sections stay at the end. -1 where there is none."""
    texts = [i for i, item in enumerate(sequence.items) if isinstance(item, Scalar)]
    return texts[-1] if texts else -1


def _flow(node: Node | None) -> bool:
    return isinstance(node, Sequence) and node.flow


def _add_pip(document: Document, dependencies: Node | None, text: str) -> list[Change]:
    lines = document.lines
    section = _list_of(document, "pip")
    if isinstance(section, Sequence) and section.items:
        return [_sure(add_items(lines, section, len(section.items) - 1, [text]))]
    if not isinstance(dependencies, Sequence) or not dependencies.items:
        raw = quoted(text, flow=_flow(dependencies))
        flow = _flow(dependencies)
        made = [f"{{pip: [{raw}]}}"] if flow else ["pip:", f"{_DEEPER}- {raw}"]
        return _fill(document, dependencies, ["pip", *made])
    if section is not None:
        return _fill_section(lines, dependencies, section, text)
    return [*_missing_pip(lines, dependencies), *_new_section(lines, dependencies, text)]


def _missing_pip(lines: Lines, dependencies: Sequence) -> list[Change]:
    texts = (item.text for item in dependencies.items if isinstance(item, Scalar))
    if any(dependency_name(text.strip()) == "pip" for text in texts):
        return []
    return [_sure(add_items(lines, dependencies, _last_text(dependencies), ["pip"]))]


def _new_section(lines: Lines, dependencies: Sequence, text: str) -> list[Change]:
    last = dependencies.items[-1]
    if dependencies.flow:
        return [Change(last.end, last.end, f", {{pip: [{quoted(text, flow=True)}]}}")]
    dash = dash_of(lines, last)
    if dash is None:
        raise _NotEditableError
    indent, new = indent_of(lines, dash), lines.line_break
    _, end = lines.span_of(trimmed_end(lines, last))
    child = f"{indent}{_DEEPER}- {quoted(text, flow=False)}"
    return [Change(end, end, f"{new}{indent}- pip:{new}{child}")]


def _fill_section(lines: Lines, dependencies: Sequence, section: Node, text: str) -> list[Change]:
    """Put the first line into a ``pip:`` that is empty."""
    changes = _missing_pip(lines, dependencies)
    if isinstance(section, Sequence) and section.flow:
        return [*changes, _sure(add_items(lines, section, -1, [text]))]
    if dependencies.flow:
        raw = f" [{quoted(text, flow=True)}]"
        return [*changes, Change(section.start, section.end, raw)]
    place = _pip_place(dependencies)
    assert place is not None
    dash = dash_of(lines, dependencies.items[place])
    if dash is None:
        raise _NotEditableError
    indent = indent_of(lines, dash)
    _, end = lines.span_of(section.start)
    child = f"{lines.line_break}{indent}{_DEEPER}- {quoted(text, flow=False)}"
    return [*changes, Change(section.start, section.end, ""), Change(end, end, child)]


def _fill(document: Document, node: Node | None, written: list[str]) -> list[Change]:
    """Put the first lines into ``dependencies:``, which is empty or not there."""
    lines, root = document.lines, document.root
    if not isinstance(root, Mapping) or (root.flow and node is None):
        raise _NotEditableError
    if isinstance(node, Sequence) and node.flow:
        return [Change(node.start, node.end, f"[{', '.join(written)}]")]
    new = lines.line_break
    dashes = (line if line.startswith(" ") else f"- {line}" for line in written)
    block = "".join(f"{new}  {line}" for line in dashes)
    if node is not None:
        if root.flow:
            raise _NotEditableError
        _, end = lines.span_of(node.start)
        return [Change(node.start, node.end, ""), Change(end, end, block)]
    last = root.pairs[-1][1] if root.pairs[-1][1].end > root.pairs[-1][0].end else root.pairs[-1][0]
    _, end = lines.span_of(trimmed_end(lines, last))
    return [Change(end, end, f"{new}dependencies:{block}")]
