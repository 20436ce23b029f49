"""Set or remove a package's line in an ``environment.yml``, as a person would: one line changes."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from packaging.utils import canonicalize_name

from jupyter_envs.errors import SpecInvalid

from .document import Document, read_document
from .lists import NotEditableError, remove_item, replace, sure
from .match_specs import dependency_name
from .package_lists import Manager, add_conda, add_pip, list_of, pip_place
from .parse import parse_spec, read_spec
from .pip_lines import classify_pip_line
from .splice import Change, change_text, encode
from .tree import Node, Scalar, Sequence


class PackageEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is to say of one package: its line, or with None that it is not asked for.

    ``name`` finds the line: without regard to case, and for pip also to ``-``, ``_`` and ``.``.
    """

    manager: Manager
    name: str
    text: str | None


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
    except (NotEditableError, ValueError) as error:
        raise _not_editable(edit) from error
    if not _says(edited, edit):
        raise _not_editable(edit)
    return edited


def _step(data: bytes, edit: PackageEdit) -> bytes:
    """One change of a list; a package that is there more than once needs several."""
    document, _ = read_document(data)
    if document is None:
        raise NotEditableError
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
    node = list_of(document.root, edit.manager)
    found = _places(node, edit)
    if not found or not isinstance(node, Sequence):
        add = add_conda if edit.manager == "conda" else add_pip
        return add(lines, document.root, text)
    if len(found) > 1:
        return [sure(remove_item(lines, node, found[-1]))]
    return [replace(lines, node.items[found[0]], text, flow=node.flow)]


def _unset(document: Document, edit: PackageEdit) -> list[Change]:
    """Take out the last line for the package; a pip section goes with its last line."""
    lines = document.lines
    node = list_of(document.root, edit.manager)
    found = _places(node, edit)
    if not found or not isinstance(node, Sequence):
        return []
    if edit.manager == "pip" and len(node.items) == 1:
        dependencies = list_of(document.root, "conda")
        place = pip_place(dependencies) if isinstance(dependencies, Sequence) else None
        if not isinstance(dependencies, Sequence) or place is None:
            raise NotEditableError
        return [sure(remove_item(lines, dependencies, place))]
    return [sure(remove_item(lines, node, found[-1]))]


def _places(node: Node | None, edit: PackageEdit) -> list[int]:
    items = node.items if isinstance(node, Sequence) else ()
    return [
        index
        for index, item in enumerate(items)
        if isinstance(item, Scalar) and _named(edit.manager, item.text.strip()) == _folded(edit)
    ]
