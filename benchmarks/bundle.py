"""What a browser loads of the front end."""

from __future__ import annotations

import gzip
from pathlib import Path

import jupyter_envs
from benchmarks.bench import Bench
from benchmarks.measure import Result, Skipped, summary

_LABEXTENSION = Path(jupyter_envs.__file__).parent / "labextension"


def _scripts() -> list[bytes]:
    """The built scripts, some of which are only loaded when they are needed."""
    found = sorted((_LABEXTENSION / "static").glob("*.js"))
    if not found:
        raise Skipped("the front end is not built: make frontend")
    if (_LABEXTENSION / "build_log.json").exists():
        raise Skipped("the front end was built for development: jlpm build:prod")
    return [path.read_bytes() for path in found]


def size(_: Bench) -> Result:
    """All of it, as Jupyter's server sends it."""
    return summary("bundle-kb", [sum(map(len, _scripts())) / 1000], unit="kB")


def packed_size(_: Bench) -> Result:
    """The same as a proxy sends it that compresses."""
    packed = sum(len(gzip.compress(script)) for script in _scripts()) / 1000
    return summary("bundle-gzip-kb", [packed], unit="kB")
