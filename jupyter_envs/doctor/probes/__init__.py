"""What runs in an environment's own Python to see whether a framework computes, and where.

Nothing here is imported by this program but by its name: :func:`program` gives the text of one
framework's probe, complete in itself, for any Python from 3.8 on.
"""

from __future__ import annotations

import re
from importlib.resources import files

_FUTURE = "from __future__ import annotations\n"
_OF_START = re.compile(r"^from \.start import .*\n", re.MULTILINE)


def program(framework: str, seconds: float) -> str:
    """The text of the probe of a framework, to be run by ``python -c``; after ``seconds`` it ends
    by itself, should nobody be there to end it."""
    folder = files(__name__)
    parts = [folder.joinpath(f"{name}.py").read_text("utf-8") for name in ("start", framework)]
    # One program: it may promise the future only once, and at its top.
    text = "\n".join(_OF_START.sub("", part.replace(_FUTURE, "")) for part in parts)
    return f"{_FUTURE}{text}\nrun({framework!r}, probe, {seconds!r})\n"
