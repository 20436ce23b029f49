"""How far each chain has come, kept outside of it: what is cut off at its end is missed then.

``<root>/.heads/<host>.json`` is replaced after each append, under the chain's lock. A writer
that dies in between leaves it behind its chain, never before it: the lines are on the disk
before the head is written. It is no seal: whoever can write the ledger can write the head too.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

#: ``prev`` of a chain's first line.
GENESIS = "0" * 64

_FOLDER = ".heads"
_SUFFIX = ".json"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A chain's newest line: how many there are, its hash, its file and the file's size."""

    count: int
    hash: str
    file: str
    size: int


_DECODER = msgspec.json.Decoder(Head)


def head_file(root: Path, host: str) -> Path:
    """Where a host's head is."""
    return root / _FOLDER / f"{host}{_SUFFIX}"


def read_head(root: Path, host: str) -> Head | None:
    """A host's head; None where there is none that can be read."""
    try:
        return _DECODER.decode(head_file(root, host).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def write_head(root: Path, host: str, head: Head) -> None:
    """Replace a host's head at once. Its lock is held, so the temporary name is nobody else's."""
    path = head_file(root, host)
    temporary = path.with_name(f".{host}.new")
    data = msgspec.json.encode(head)
    try:
        temporary.write_bytes(data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
    temporary.replace(path)


def heads(root: Path) -> set[str]:
    """The hosts that have a head."""
    try:
        names = os.listdir(root / _FOLDER)
    except OSError:
        return set()
    found = (name for name in names if name.endswith(_SUFFIX) and not name.startswith("."))
    return {name.removesuffix(_SUFFIX) for name in found}
