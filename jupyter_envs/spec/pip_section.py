"""The ``pip:`` section of the dependencies."""

from __future__ import annotations

import re
from typing import TypeAlias

from .diagnostics import Findings
from .pip_lines import PipLine, classify_pip_line
from .repositories import read_repository
from .sections import refuse_node
from .selectors import note_selector
from .syntax import find_jinja
from .tree import Node, Scalar, Sequence
from .urls import has_credentials

PipItem: TypeAlias = tuple[PipLine, Scalar]

# They follow a folder, or have no meaning in a lock.
_UNLOCKABLE = frozenset(("vcs", "editable", "path", "option"))
# Files whose lines are part of this one, and options that say where packages come from.
_FILES = frozenset(("file", "constraint"))
_INDEX = re.compile(r"(?:--index-url|--extra-index-url|--find-links|-i|-f)[ =]\s*https?://")


def read_pip(key: Scalar, value: Node, findings: Findings) -> list[PipItem]:
    """Read the list; what is wrong in it goes to ``findings`` and is left out."""
    if isinstance(value, Scalar) and value.is_null:
        findings.add("pip_empty", key)
        return []
    if not isinstance(value, Sequence):
        refuse_node(value, "pip_not_list", findings)
        return []
    items = (_read_item(item, findings) for item in value.items)
    return [item for item in items if item is not None]


def _read_item(item: Node, findings: Findings) -> PipItem | None:
    if not isinstance(item, Scalar) or item.is_null or item.is_number:
        refuse_node(item, "pip_item_not_text", findings)
        return None
    text = item.text.strip()
    template = find_jinja(text)
    if template:
        findings.add("jinja", item, text=template)
        return None
    line = classify_pip_line(text)
    if line.kind == "invalid":
        findings.add("pip_line_invalid", item, line=text)
        return None
    note_selector(item, findings)
    if line.kind == "conda":
        findings.add("pip_conda_line", item, line=text)
    elif line.kind in _FILES or _INDEX.match(text):
        findings.add("pip_option", item, line=text)
    elif line.kind == "vcs" and read_repository(text) is not None:
        findings.add("pip_repository", item, line=text)
    elif line.kind in _UNLOCKABLE:
        findings.add("pip_unlockable", item, line=text, kind=line.kind)
    if has_credentials(text):
        findings.add("credentials_in_url", item, url=text)
    return line, item
