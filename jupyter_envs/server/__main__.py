"""``python -m jupyter_envs.server`` prints the OpenAPI document."""

from __future__ import annotations

import sys

from .openapi import text
from .routes import ROUTES

sys.stdout.write(text(ROUTES))
