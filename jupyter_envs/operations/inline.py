"""Operations that take milliseconds run in the caller's process, with the same journal."""

from __future__ import annotations

from jupyter_envs.errors import EnvironmentBusy
from jupyter_envs.store import Store, require_writable

from .actor import user_name
from .catalogue import new_id, read_operation, running_on
from .job import run_job
from .journal import Operation
from .recovery import close_dead_on
from .requests import Job, Rollback
from .settings import Settings


def run_here(request: Rollback, settings: Settings, *, actor: str | None = None) -> Operation:
    """Carry out a rollback at once. A failure is in the operation returned, not raised.

    Raises EnvironmentBusy when another operation is at work on the environment, and
    StoreReadOnly.
    """
    store = Store(settings.envs_dir)
    require_writable(store)
    close_dead_on(store, request.name)
    busy = running_on(store, request.name)
    if busy is not None:
        raise EnvironmentBusy(name=request.name, operation=busy.id)
    job = Job(id=new_id(store), request=request, settings=settings, actor=actor or user_name())
    run_job(job)
    return read_operation(store, job.id)[0]
