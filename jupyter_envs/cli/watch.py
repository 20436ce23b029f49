"""Following an operation on the terminal, and cancelling it by Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyter_envs import operations, store
from jupyter_envs.errors import OperationEnded

from .output import err, escape, print_failure, print_json, size

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

CANCELLED = 130

_PHASES = {
    "queued": "Waiting for a place",
    "metadata": "Reading channels",
    "solve": "Solving",
    "download": "Downloading",
    "install": "Installing",
    "pip": "Installing pip packages",
    "verify": "Starting the kernel",
    "publish": "Publishing",
    "probe": "Trying the GPU",
    "clean": "Removing",
}

_NOTES = {
    "package_added": "{name} was added: the file does not ask for it, and it is needed",
    "spec_warning": "line {line}: {text}",
    "login_unusable": "the login for {place} is not used: {reason}",
    "link_script_skipped": "the link script of {name} was not run (the policy does not allow it)",
    "link_script_said": "{name} says: {text}",
    "not_registered": "{name} is there, and {reason}; it is tried again by itself",
    "no_kernel": "no package of this environment brings a Jupyter kernel",
    "kernel_not_started": "the kernel {kernel} was left out: {reason}",
    "activation_unexplained": "{variable} is set to what it was while building",
    "pip_check": "{finding}",
    "drift_left": "changed by hand, and not in the next generation: {what}"
    " ('jupyter envs adopt {name}' writes it into the file)",
    "not_locked": "{name} {version} is in no lock: {reason}",
    "file_not_written": "{file} was left as it is: it has changed since, or is not there",
    "not_recorded": "{name} is removed, but the record does not say so: {reason}",
    "waiting": "waiting: number {position} in the queue",
}


def watch(settings: operations.Settings, operation: str, *, as_json: bool) -> int:
    """Show an operation until it ends; returns the exit code. Ctrl-C cancels it."""
    place = store.Store(settings.envs_dir)
    with _interruptible() as interrupted:
        events = operations.follow(place, operation)
        shown = _json_lines(events) if as_json else _bars(events)
        for _ in shown:
            if interrupted:
                break
    if interrupted:
        try:
            summary = operations.cancel(place, operation)
        except OperationEnded:
            summary, _events = operations.read_operation(place, operation)
    else:
        summary, _events = operations.read_operation(place, operation)
    if operations.is_recovered(summary):
        operations.reconcile(settings)  # the kernel that is promised now was still to come
    return _conclude(summary, as_json=as_json)


def _conclude(summary: operations.Operation, *, as_json: bool) -> int:
    if summary.state == "succeeded":
        if as_json:
            print_json(summary.result or {})
        return 0
    print_failure(summary.error or {}, as_json=as_json)
    return CANCELLED if summary.state == "cancelled" else 1


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Collects Ctrl-C and SIGTERM instead of dying by them: the worker must not be left."""
    received: list[int] = []

    def remember(number: int, _: Any) -> None:
        received.append(number)

    before = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _json_lines(events: Iterator[operations.Event | None]) -> Iterator[None]:
    for event in events:
        if event is not None and event.phase != "ended":
            print_json(event)
        yield


def _bars(events: Iterator[operations.Event | None]) -> Iterator[None]:
    # Here, since every command loads this module and few show a bar.
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
    )
    screen = err.console
    with Progress(*columns, console=screen, disable=not screen.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}
        for event in events:
            if event is not None:
                _show(event, bars, tasks)
            yield
        for task in tasks.values():
            bars.update(task, total=1, completed=1)


def _show(event: operations.Event, bars: Progress, tasks: dict[str, TaskID]) -> None:
    if event.code in _NOTES:
        err.print(f"[yellow]note[/] {escape(_NOTES[event.code].format_map(event.params))}")
    title = _PHASES.get(event.phase)
    if event.code != "progress" or title is None:
        return
    if event.phase not in tasks:
        for task in tasks.values():
            bars.update(task, total=1, completed=1)
        if not err.console.is_terminal:
            err.print(title)
        tasks[event.phase] = bars.add_task(title, total=None, count="")
    bars.update(
        tasks[event.phase],
        total=event.total,
        completed=event.done or 0,
        count=_count(event),
    )


def _count(event: operations.Event) -> str:
    if event.total is None:
        return ""
    if event.unit == "bytes":
        return f"{size(event.done)} of {size(event.total)}"
    return f"{event.done} of {event.total} {event.unit}"
