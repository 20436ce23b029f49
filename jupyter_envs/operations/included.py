"""Keeping the files that a spec's pip section names with the generation made from it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jupyter_envs.store import GenerationFiles, read_kept, write_atomically


def read_included(files: GenerationFiles) -> dict[str, bytes]:
    """The files, by their paths relative to the spec; empty where it names none."""
    if not files.included.exists():
        return {}
    return msgspec.json.decode(read_kept(files.included), type=dict[str, bytes])


def write_included(files: GenerationFiles, included: Mapping[str, bytes]) -> None:
    """Keep the files, for this user's eyes alone: a requirements file may hold a login."""
    if included:
        write_atomically(files.included, msgspec.json.encode(dict(included)), mode=0o600)
