"""What an environment.yml wants to have tried: ``x-jupyter-envs: {probe: [...]}``."""

from __future__ import annotations

from .document import read_document
from .tree import Mapping, Node, Scalar, Sequence

_KEY = "x-jupyter-envs"
_MOST = 20


def named_probes(data: bytes) -> tuple[str, ...]:
    """The frameworks under ``x-jupyter-envs: {probe: [...]}``; none for a text that has no such
    list, or is no environment.yml at all."""
    document, _ = read_document(data)
    section = _value(document.root if document else None, _KEY)
    found = _value(section, "probe")
    if not isinstance(found, Sequence):
        return ()
    texts = (item.text.strip() for item in found.items if isinstance(item, Scalar))
    return tuple(dict.fromkeys(text for text in texts if text))[:_MOST]


def _value(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, Mapping):
        return None
    return next((v for k, v in node.pairs if isinstance(k, Scalar) and k.text == key), None)
