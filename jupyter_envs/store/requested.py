"""What a person asked conda for, by ``conda-meta/history``, as conda itself reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from jupyter_envs.spec import dependency_name

_SPECS = re.compile(r"#\s*(?P<action>\w+)\s+specs:\s*(?P<specs>.*)")
_ASKED = ("create", "install", "update", "neutered")
_TAKEN = ("remove", "uninstall")
# The form before conda 4.4: bare texts with commas between them, some of them inside a version.
_NEXT = re.compile(r",(?=\s*[A-Za-z_])")


def requested_specs(history: str, installed: Collection[str]) -> dict[str, str]:
    """The last text by which each package was asked for, of those that are still installed.

    A removal takes a name out again; a neutered spec, which conda had to weaken to go on,
    replaces the stricter one.
    """
    found: dict[str, str] = {}
    for action, texts in _entries(history):
        for text in texts:
            name = dependency_name(text)
            if name is None:
                continue
            found.pop(name, None)
            if action in _ASKED:
                found[name] = text
    return {name: text for name, text in found.items() if name in installed}


def _entries(history: str) -> Iterator[tuple[str, list[str]]]:
    for block in re.split(r"^==>.*<==\s*$", history, flags=re.MULTILINE):
        lines = [m for line in block.splitlines() if (m := _SPECS.match(line))]
        # Within one entry, conda takes away first, then adds, then weakens.
        for actions in (_TAKEN, _ASKED[:3], _ASKED[3:]):
            for match in lines:
                if match["action"] in actions:
                    yield match["action"], _texts(match["specs"].strip())


def _texts(written: str) -> list[str]:
    if not written.startswith("["):
        texts: list[object] = [part.strip() for part in _NEXT.split(written)]
    else:
        try:
            said = ast.literal_eval(written)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return []
        texts = list(said) if isinstance(said, list) else []
    # "@" at the end marks what conda tracked as a feature.
    return [text for text in texts if isinstance(text, str) and text and not text.endswith("@")]
