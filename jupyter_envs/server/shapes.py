"""From the rooms' values to what travels, where the two differ."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import msgspec

from jupyter_envs.errors import Problem
from jupyter_envs.operations import Event, Operation, is_resumable
from jupyter_envs.store import Store

from .messages import EventView, OperationView


def operation_view(store: Store, operation: Operation) -> OperationView:
    """An operation as clients see it; looks at the disk for an interrupted one."""
    error = operation.error
    return OperationView(
        id=operation.id,
        verb=operation.verb,
        name=operation.name,
        state=operation.state,
        phase=operation.phase,
        actor=operation.actor,
        started=operation.started,
        updated=operation.updated,
        events=operation.events,
        queue_position=operation.queue_position,
        done=operation.done,
        total=operation.total,
        unit=operation.unit,
        result=operation.result,
        error=Problem.read(error) if error else None,
        resumable=is_resumable(store, operation),
    )


def event_view(event: Event) -> EventView:
    """An event with all its fields, which the journal leaves out where they say nothing."""
    return EventView(**msgspec.structs.asdict(event))


def activation_command(slug: str, envs_dir: Path | None) -> str:
    """A line for a terminal of this server, where our command may not be on the PATH."""
    script = Path(sys.executable).with_name("jupyter-envs")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "jupyter_envs"]
    place = ["--envs-dir", str(envs_dir)] if envs_dir else []
    return f'eval "$({shlex.join([*program, *place, "activate", slug])})"'
