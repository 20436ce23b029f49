"""Keys for other programs, which begin with ``x-``: kept in the file, and no part of the spec."""

from __future__ import annotations

from typing import Any

from .document import read_document
from .tree import Mapping, Node, Scalar, Sequence

OWN_KEY = "x-jupyter-envs"
"""What this program keeps in an environment.yml: what a stack is, what to try after making it."""


def is_extension(key: str) -> bool:
    """Whether a key of the file is for other programs."""
    return key.startswith("x-") and len(key) > len("x-")


def read_extension(data: bytes, key: str = OWN_KEY) -> Any:
    """The value below a key: mappings, lists and texts; None where it is not there or the file
    cannot be read. Numbers stay the texts that were written: ``5.0`` is no ``5``."""
    document, _ = read_document(data)
    if document is None or not isinstance(document.root, Mapping):
        return None
    for name, value in document.root.pairs:
        if isinstance(name, Scalar) and name.text == key:
            return _plain(value)
    return None


def extension_line(data: bytes, key: str = OWN_KEY) -> int:
    """The line, from 1, on which a key stands; 1 where it does not."""
    document, _ = read_document(data)
    if document is not None and isinstance(document.root, Mapping):
        for name, _ in document.root.pairs:
            if isinstance(name, Scalar) and name.text == key:
                return document.lines.position(name.start).line
    return 1


def _plain(node: Node) -> Any:
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {k.text: _plain(v) for k, v in node.pairs if isinstance(k, Scalar)}
    return None if node.is_null else node.text
