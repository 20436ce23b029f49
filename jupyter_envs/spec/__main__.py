"""``python -m jupyter_envs.spec`` prints the JSON Schema of environment.yml."""

from __future__ import annotations

import sys

from .schema import schema_text

if __name__ == "__main__":
    sys.stdout.write(schema_text())
