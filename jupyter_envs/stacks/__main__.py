"""``python -m jupyter_envs.stacks`` prints the JSON Schema of stacks."""

from __future__ import annotations

import sys

from .schema import stack_schema_text

if __name__ == "__main__":
    sys.stdout.write(stack_schema_text())
