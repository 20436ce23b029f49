"""What programs said in notebooks: the errors that are saved in them. No code is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jupyter_envs.doctor.facts import Said

_MOST_BYTES = 20_000_000
_MOST_NOTEBOOKS = 10
#: A program that warns in a loop says the same again and again.
_MOST_TEXTS = 200
_LONGEST = 4000


def look_at_outputs(notebooks: Iterable[Path]) -> tuple[Said, ...]:
    """Errors, and what went to standard error, of each notebook as it was saved last."""
    found: list[Said] = []
    for path in list(dict.fromkeys(notebooks))[:_MOST_NOTEBOOKS]:
        texts = dict.fromkeys(text[:_LONGEST] for text in _texts(_read(path)) if text.strip())
        found += (Said(source=path.name, text=text) for text in list(texts)[-_MOST_TEXTS:])
    return tuple(found)


def _read(path: Path) -> Any:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _texts(notebook: Any) -> Iterator[str]:
    for cell in _list(notebook, "cells"):
        for output in _list(cell, "outputs"):
            if not isinstance(output, dict):
                continue
            if output.get("output_type") == "error":
                yield f"{output.get('ename', '')}: {output.get('evalue', '')}"
            elif output.get("output_type") == "stream" and output.get("name") == "stderr":
                text = output.get("text", "")
                joined = "".join(map(str, text)) if isinstance(text, list) else str(text)
                yield from joined.splitlines()


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []
