"""The server extension in a real Jupyter server, asked over HTTP."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from jupyter_envs.server.routes import ROUTES
from jupyter_envs.server.routing import Route
from tests.support.sandbox import manifest

T = TypeVar("T")

PATIENCE = 60.0

#: Ids of the right form that nothing has.
FORGED = {"env": "nonesuch", "id": "0123456789ab", "number": "7", "digest": "0" * 64}


def until(found: Callable[[], T | None], *, seconds: float = PATIENCE) -> T:
    """What ``found`` gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen in {seconds:.0f} seconds")
        time.sleep(0.02)
    return value


def spec_text(*dependencies: str, name: str = "demo", **sections: Any) -> str:
    """The text of an environment.yml (JSON is YAML too)."""
    return json.dumps({"name": name, "dependencies": list(dependencies), **sections}, indent=1)


def spec_source(*dependencies: str, name: str = "demo", **sections: Any) -> dict[str, str]:
    """The same as a source of a request."""
    return {"kind": "spec", "text": spec_text(*dependencies, name=name, **sections)}


def file_source(path: str) -> dict[str, str]:
    """A file of the file browser as a source of a request."""
    return {"kind": "file", "path": path}


def filled(path: str, parts: dict[str, str]) -> str:
    """A route's path with these values for its parts in braces."""
    return re.sub(r"\{(\w+)\}", lambda part: parts[part.group(1)], path)


def route_id(route: Route) -> str:
    """How a test's name tells which route it is about."""
    return f"{route.method} /{route.path}"


def paths() -> dict[str, set[str]]:
    """Every path of the route table with its methods."""
    found: dict[str, set[str]] = {}
    for route in ROUTES:
        found.setdefault(route.path, set()).add(route.method)
    return found


def belongings(home: Path) -> dict[str, str]:
    """Everything that a person has, but for what a running Jupyter server notes for itself."""
    return {
        path: content
        for path, content in manifest(home).items()
        if not path.startswith(("runtime", ".local/share/jupyter/", "work/.ipynb_checkpoints"))
    }
