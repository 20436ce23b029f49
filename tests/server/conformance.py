"""Whether what a server answers is what its OpenAPI document says."""

from __future__ import annotations

import re

import httpx
import schemathesis
from schemathesis import DeserializationContext, Response
from schemathesis.core.media_types import YAML_MEDIA_TYPES

from jupyter_envs.server.door import PREFIX
from jupyter_envs.server.openapi import document
from jupyter_envs.server.routes import ROUTES
from jupyter_envs.server.table import pattern

#: Without "security": who may ask is tried out in test_auth.py, and Jupyter's 403 for a missing
#: token is not what every tool expects.
SCHEMA = schemathesis.openapi.from_dict({**document(ROUTES), "security": []})

#: A request of the right form may still name what does not exist, or hold a bad environment.yml;
#: but it is never told that its form is wrong (400).
SCHEMA.config.checks.positive_data_acceptance.expected_statuses = ["2XX", "404", "409", "422"]


@schemathesis.deserializer(*YAML_MEDIA_TYPES, "text/plain")
def _as_it_is(_: DeserializationContext, response: Response) -> str:
    """A file is a text to us: what stands in it is no part of the API."""
    return response.content.decode()


_PATTERNS = [(re.compile(f".*/{PREFIX}{pattern(route.path)}"), route) for route in ROUTES]


def check(response: httpx.Response) -> None:
    """Raise an error for an answer of an undocumented status, type or form.

    An answer to something that is in no route has nothing to conform to.
    """
    path = response.request.url.raw_path.partition(b"?")[0].decode()
    for expression, route in _PATTERNS:
        if route.method == response.request.method and expression.fullmatch(path):
            SCHEMA[f"/{route.path}"][route.method].validate_response(response)
            return
