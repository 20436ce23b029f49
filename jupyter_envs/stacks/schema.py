"""A JSON Schema of stacks, for editors: that of environment.yml with its ``x-jupyter-envs``.

``python -m jupyter_envs.stacks`` prints it; ``stack.schema.json`` beside this module is that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.spec import OWN_KEY, environment_schema

from .read import StackSection


def stack_schema_file() -> Path:
    """Where the schema lies as a file."""
    return Path(__file__).with_name("stack.schema.json")


def stack_schema() -> dict[str, Any]:
    """The schema, as plain values."""
    (section,), definitions = msgspec.json.schema_components(
        [StackSection], ref_template="#/definitions/{name}"
    )
    base = environment_schema()
    for name in ("min_driver", "min_cc", "min_glibc"):
        # A version without quotes is a number to an editor.
        definitions["TargetSection"]["properties"][name]["anyOf"].append({"type": "number"})
    return {
        **base,
        "title": "stack",
        "description": "A stack: an environment.yml that jupyter_envs offers to make.",
        "properties": {**base["properties"], OWN_KEY: section},
        "required": [*base["required"], OWN_KEY],
        "definitions": definitions,
    }


def stack_schema_text() -> str:
    """The schema as the file has it."""
    return json.dumps(stack_schema(), indent=2) + "\n"
