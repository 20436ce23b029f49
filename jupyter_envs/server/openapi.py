"""The OpenAPI 3.1 document, made from the route table: one source of truth.

``python -m jupyter_envs.server`` prints it; ``openapi.json`` beside this file is what
it printed, and the TypeScript types are made from that.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from jupyter_envs import __version__
from jupyter_envs.errors import Problem

from .door import PREFIX
from .routing import Route

_REF = "#/components/schemas/{name}"
_PART = re.compile(r"\{(\w+)\}")
_PARTS = {
    "env": "Name or slug of an environment.",
    "id": "An operation's id.",
    "number": "Number of a generation.",
    "digest": "A lock digest, or how it begins.",
}
_MEDIA = "application/json"
_TAGS = frozenset({"environments", "hardware", "operations", "specs", "storage"})


@lru_cache(maxsize=1)
def document(routes: tuple[Route, ...]) -> dict[str, Any]:
    """The description of these routes."""
    schemas, components = msgspec.json.schema_components(_types(routes), ref_template=_REF)
    known = dict(zip(map(repr, _types(routes)), schemas, strict=True))
    queries = {route.query.__name__ for route in routes}  # they are parameters
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = _operation(route, known, components)
        paths.setdefault(f"/{route.path}", {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "jupyter_envs",
            "version": __version__,
            "description": "Conda environments as verified Jupyter kernels.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": f"/{PREFIX}", "description": "Below the server's base_url."}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {
                name: _cleaned(schema)
                for name, schema in sorted(components.items())
                if name not in queries
            },
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "token TOKEN, as for the rest of Jupyter's API.",
                }
            },
        },
    }


def _types(routes: Sequence[Route]) -> list[Any]:
    used: dict[str, Any] = {repr(Problem): Problem}
    for route in routes:
        for kind in (route.answer, route.body, route.query):
            if kind is not None:
                used[repr(kind)] = kind
    return list(used.values())


def _operation(route: Route, known: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    description = inspect.cleandoc(route.endpoint.__doc__ or route.summary)
    made: dict[str, Any] = {
        "operationId": _id(route),
        "summary": route.summary,
        "description": description,
        "tags": [_tag(route)],
        "responses": _responses(route, known),
    }
    parameters = [_part(name) for name in _PART.findall(route.path)]
    parameters += _parameters(components[route.query.__name__])
    if parameters:
        made["parameters"] = parameters
    if route.body is not None:
        content = {_MEDIA: {"schema": known[repr(route.body)]}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _id(route: Route) -> str:
    words = re.findall(r"\w+", _PART.sub(r"\1", route.path)) or ["root"]
    return "_".join([route.method.lower(), *words])


def _tag(route: Route) -> str:
    first = route.path.partition("/")[0]
    return first if first in _TAGS else "site"


def _part(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": _PARTS[name],
        "schema": {"type": "string", "minLength": 1},
    }


def _parameters(query: dict[str, Any]) -> list[dict[str, Any]]:
    required = query.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _without_null(schema),
        }
        for name, schema in query["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, it is never null."""
    schema = {key: value for key, value in schema.items() if (key, value) != ("default", None)}
    if "enum" in schema:
        return {**schema, "enum": [value for value in schema["enum"] if value is not None]}
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if not kinds:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _responses(route: Route, known: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": route.summary}
    if route.file:
        # Bytes of any type, which OpenAPI 3.1 says by saying nothing of their form.
        good["content"] = {"*/*": {}}
    elif route.answer is not None:
        good["content"] = {_MEDIA: {"schema": known[repr(route.answer)]}}
    if route.status == 202:
        good["headers"] = {
            "Location": {
                "description": "Where the operation is, base_url included.",
                "schema": {"type": "string"},
            }
        }
    wrong = {"schema": {"$ref": _REF.format(name="Problem")}}
    bad = {"description": "It was not done; the code says why.", "content": {_MEDIA: wrong}}
    return {str(route.status): good, "4XX": bad, "5XX": bad}


def _cleaned(schema: Any) -> Any:
    """Docstrings as they read, and objects of any content said to be that."""
    if isinstance(schema, list):
        return [_cleaned(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _cleaned(value) for key, value in schema.items()}
    if isinstance(made.get("description"), str):
        made["description"] = inspect.cleandoc(made["description"])
    if made.get("type") == "object" and "properties" not in made:
        made.setdefault("additionalProperties", True)
    if "properties" in made and made.get("additionalProperties") is not False:
        # What we send is always there; what clients send (nothing unknown) may be left out.
        made["required"] = list(made["properties"])
    return made


def text(routes: tuple[Route, ...]) -> str:
    """The document as it is committed."""
    return json.dumps(document(routes), indent=1, ensure_ascii=False) + "\n"
