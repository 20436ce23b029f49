"""A lock digest in a notebook's metadata: which packages it was last used with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_envs.errors import NotebookInvalid
from jupyter_envs.store import write_atomically

from .sources import read_file

KEY = "jupyter_envs"


def stamped(metadata: Mapping[str, Any], digest: str | None) -> dict[str, Any]:
    """A notebook's metadata with the digest, or without any: never a path, never a name."""
    plain = {key: value for key, value in metadata.items() if key != KEY}
    return plain if digest is None else {**plain, KEY: {"lock_digest": digest}}


def stamp_of(metadata: Mapping[str, Any]) -> str | None:
    """The digest in a notebook's metadata, or None."""
    ours = metadata.get(KEY)
    digest = ours.get("lock_digest") if isinstance(ours, dict) else None
    return digest if isinstance(digest, str) else None


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook's content. Raises SourceNotFound, NotebookInvalid."""
    try:
        content = json.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        raise NotebookInvalid(file=str(path), reason="it is no JSON") from error
    if not isinstance(content, dict) or not isinstance(content.get("metadata"), dict):
        raise NotebookInvalid(file=str(path), reason="it has no metadata")
    return content


def stamp_notebook(path: Path, digest: str | None) -> bool:
    """Write a digest into a notebook, or take it out; returns whether that changed the file.

    Everything else stays, in the form that Jupyter saves notebooks in.
    Raises SourceNotFound, NotebookInvalid.
    """
    content = read_notebook(path)
    if stamp_of(content["metadata"]) == digest:
        return False
    content["metadata"] = stamped(content["metadata"], digest)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    mode = path.stat().st_mode & 0o777
    write_atomically(path.resolve(), text.encode("utf-8", "surrogatepass"), mode=mode)
    return True
