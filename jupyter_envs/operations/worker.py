"""The child process that does the work: ``python -m jupyter_envs.operations.worker``.

It reads one job from its standard input and tells everything through the journal. It ends by
``os._exit``: the interpreter's own exit may crash in py-rattler's threads.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from jupyter_envs.store import ADOPTED, Store, empty_trash

from .job import run_job
from .journal import log_path
from .preparing import PREPARE, collect_rarely
from .requests import Job
from .tend import tend


def main() -> None:
    """Read a job, do it, clear up when its end was told, leave."""
    collect_rarely()
    if PREPARE in sys.argv[1:]:
        _prepare()
    text = sys.stdin.buffer.read()
    if not text:
        os._exit(0)  # whoever prepared it had no job for it after all
    job = Job.from_json(text)
    _write_to(log_path(Store(job.settings.envs_dir), job.id))
    result = run_job(job)
    empty_trash(Store(job.settings.envs_dir).trash)
    made = result is not None and "prefix" in result and result.get("generation") != ADOPTED
    if job.settings.tend and result is not None and made:
        tend(Path(result["prefix"]), job.settings)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if result is None else 0)


def _prepare() -> None:
    with suppress(Exception):  # what cannot be loaded fails again, where it can be told
        import_module(".build", __package__)


def _write_to(log: Path) -> None:
    with suppress(OSError):
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.dup2(output, sys.stdout.fileno())
        os.dup2(output, sys.stderr.fileno())
        os.close(output)


if __name__ == "__main__":
    main()
