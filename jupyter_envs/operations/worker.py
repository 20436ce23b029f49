"""The child process that does the work: ``python -m jupyter_envs.operations.worker``.

It reads one job from its standard input and tells everything through the journal. It ends by
``os._exit``: the interpreter's own exit may crash in py-rattler's threads.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jupyter_envs.store import ADOPTED, Store, empty_trash

from .job import run_job
from .requests import Job
from .tend import tend


def main() -> None:
    """Read a job, do it, clear up when its end was told, leave."""
    job = Job.from_json(sys.stdin.buffer.read())
    result = run_job(job)
    empty_trash(Store(job.settings.envs_dir).trash)
    made = result is not None and "prefix" in result and result.get("generation") != ADOPTED
    if job.settings.tend and result is not None and made:
        tend(Path(result["prefix"]), job.settings)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if result is None else 0)


if __name__ == "__main__":
    main()
