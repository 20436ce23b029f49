"""A JSON Schema of ``environment.yml``, for editors: completion, and marks while one types.

``python -m jupyter_envs.spec`` prints it; ``environment.schema.json`` beside this module is
that. A schema sees values without their places and without each other, so it says less than the
diagnostics do; what it refuses, they refuse or warn of.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .match_specs import SUBDIRS
from .parse import KEYS
from .sections import RESERVED_VARIABLES, VARIABLE_NAME

_DRAFT = "http://json-schema.org/draft-07/schema#"
_TEMPLATE = r"(?!.*(?:\{\{|\{%))"
_DEPENDENCY = rf"^{_TEMPLATE}(?!.*(?:=>|=<|===|;|,\s*$))[A-Za-z0-9_./~][^\t]*$"
_CHANNEL = rf"^{_TEMPLATE}[^-\s\[\]<>|,;=][^\s\[\]<>|,;=]*$"
_PIP_LINE = rf"^{_TEMPLATE}\S.*$"

_DESCRIPTIONS = {
    "name": "Name of the environment.",
    "channels": "Where packages come from, in order of priority: names, addresses, folders.",
    "dependencies": "Packages from conda's channels, and at most one pip: section.",
    "platforms": "The platforms that the environment is for.",
    "variables": "Environment variables that are set in kernels and shells.",
    "prefix": "A folder of the machine where the file was written; ignored.",
    "category": "Ignored: all of the dependencies are installed.",
}


def schema_file() -> Path:
    """Where the schema lies as a file."""
    return Path(__file__).with_name("environment.schema.json")


def environment_schema() -> dict[str, Any]:
    """The schema, as plain values."""
    properties: dict[str, Any] = {
        "name": {"type": ["string", "number"]},
        "channels": _list({"type": "string", "pattern": _CHANNEL}),
        "dependencies": _list({"oneOf": [_dependency(), _pip_section()]}),
        "platforms": _list({"type": "string", "enum": sorted(SUBDIRS)}),
        "variables": _variables(),
        "prefix": {"type": "string"},
        "category": {"type": "string"},
    }
    assert set(KEYS) <= set(properties)
    return {
        "$schema": _DRAFT,
        "title": "environment.yml",
        "description": "A conda environment (CEP 24), as jupyter_envs reads it.",
        "type": "object",
        "properties": {
            key: {"description": _DESCRIPTIONS[key], **part} for key, part in properties.items()
        },
        # Keys for other programs.
        "patternProperties": {"^x-.": {}},
        "required": ["dependencies"],
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _dependency() -> dict[str, Any]:
    return {
        "type": "string",
        "description": "A package, such as numpy, numpy=1.26, numpy>=1.26,<2, channel::numpy.",
        "pattern": _DEPENDENCY,
    }


def _pip_section() -> dict[str, Any]:
    lines = _list({"type": "string", "pattern": _PIP_LINE})
    return {
        "type": "object",
        "description": "Packages that pip installs after conda.",
        "properties": {"pip": lines},
        "required": ["pip"],
        "additionalProperties": False,
    }


def _variables() -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {
            "pattern": f"^{VARIABLE_NAME}$",
            "not": {"enum": sorted(RESERVED_VARIABLES)},
        },
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    }


def schema_text() -> str:
    """The schema as the file has it."""
    return json.dumps(environment_schema(), indent=2) + "\n"
