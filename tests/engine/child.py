"""Run a function of a test module in a process of its own.

py-rattler's threads can abort an interpreter that ends in the ordinary way after an install, so
such a process ends with ``os._exit``.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.support.channel.cache import REPOSITORY


def in_child(function: Callable[..., Any], *arguments: Any, timeout: float = 60) -> Any:
    """What ``function`` answers; arguments and answer travel as JSON.

    An exception is the test's failure, with the child's traceback.
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", __name__, function.__module__, function.__name__],
        input=json.dumps(arguments),
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _main(module: str, name: str) -> None:
    function = getattr(importlib.import_module(module), name)
    print(json.dumps(function(*json.load(sys.stdin))), flush=True)
    os._exit(0)


if __name__ == "__main__":
    _main(*sys.argv[1:])
