"""Make bytecode files with the Python that will read them.

This file is not imported: the environment's own interpreter runs it, so it uses nothing but the
standard library and what Python 3.8 understands. Usage::

    PREFIX/bin/python -I -S -B -W ignore compile_pool.py PREFIX OUT PROCESSES NICE  < jobs.json

A job is ``[source, sha256, pyc]``: a path below PREFIX, the hash that the source must have, and
null or the bytecode below PREFIX that Python wrote for it. Job number N becomes ``OUT/N.pyc``.
Each process K leaves ``OUT/results.K``: ``[N, outcome, mtime, size]`` for each of its jobs, the
last two of the source. The outcome is "made", or "unfit" when the source or its bytecode is not
the expected one, or "refused" when this Python cannot compile it.

The bytecode checks its source by time and size, and names the source relative to PREFIX:
Python puts the real path in when it imports the module.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import os
import struct
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

_HEADER_BYTES = 16
_UNFIT = ("unfit", 0, 0)
_REFUSED = ("refused", 0, 0)


def _header(stat: os.stat_result) -> bytes:
    """The first bytes of a pyc that is checked by time (PEP 552): magic, flags 0, mtime, size."""
    fields = (0, int(stat.st_mtime) & 0xFFFFFFFF, stat.st_size & 0xFFFFFFFF)
    return MAGIC_NUMBER + struct.pack("<III", *fields)


def _renamed(code: CodeType, name: str) -> CodeType:
    """The code object, and those nested in it, with ``name`` as its file."""
    constants = (_renamed(c, name) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_filename=name, co_consts=tuple(constants))


def _taken_over(pyc: str, header: bytes, name: str) -> CodeType | None:
    """The code in a pyc that Python wrote; None where it is of another source."""
    data = Path(pyc).read_bytes()
    if data[:_HEADER_BYTES] != header:
        return None
    # Python itself would load and run the same bytes at the next import.
    return _renamed(marshal.loads(data[_HEADER_BYTES:]), name)  # noqa: S302


def _make(job: list[str], target: Path) -> tuple[str, int, int]:
    source, sha256, pyc = job
    with Path(source).open("rb") as file:
        stat = os.fstat(file.fileno())
        text = file.read()
    if hashlib.sha256(text).hexdigest() != sha256:
        return _UNFIT
    if pyc is None:
        code: CodeType | None = compile(text, source, "exec", dont_inherit=True)
    else:
        code = _taken_over(pyc, _header(stat), source)
    if code is None:
        return _UNFIT
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with os.fdopen(descriptor, "wb") as out:
        out.write(_header(stat) + marshal.dumps(code))
    return "made", int(stat.st_mtime), stat.st_size


def _work(jobs: list[list[str]], out: Path, first: int, step: int) -> None:
    """Every ``step``-th job from ``first`` on: neighbours are of a size, so shares are even."""
    results = []
    for number in range(first, len(jobs), step):
        try:
            made = _make(jobs[number], out / f"{number}.pyc")
        except OSError:
            made = _UNFIT
        # Packages ship templates and sources for other Pythons, which fail in many ways.
        except Exception:  # noqa: BLE001
            made = _REFUSED
        results.append((number, *made))
    (out / f"results.{first}").write_text(json.dumps(results))


def _main(prefix: str, out: Path, processes: int, nice: int) -> None:
    os.chdir(prefix)
    os.nice(nice)
    jobs = json.load(sys.stdin)
    children = []
    for first in range(processes):
        child = os.fork()
        if child == 0:
            try:
                _work(jobs, out, first, processes)
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
