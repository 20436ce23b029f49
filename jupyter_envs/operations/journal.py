"""The journal of an operation: JSON lines that anyone may read while it grows."""

from __future__ import annotations

import errno
import os
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from jupyter_envs.errors import naming
from jupyter_envs.store import ProcessIdentity, Store, is_alive, make_folder, this_process

from .reserve import give_back, reserve

State = Literal["queued", "running", "succeeded", "failed", "cancelled", "interrupted"]
ENDED: tuple[State, ...] = ("succeeded", "failed", "cancelled", "interrupted")

#: A reader needs no more; a writer must not fill a disk with progress.
_PROGRESS_SECONDS = 0.1

#: Taken when an operation begins, so that a disk which fills up meanwhile can still be told of.
_RESERVED_BYTES = 64_000


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. ``code`` says what happened: ``started``, ``progress``, a note's code, or one
    of the ended states; ``params`` belong to the code. ``time`` is ISO 8601 with offset."""

    seq: int
    time: str
    phase: str
    code: str = "progress"
    done: int | None = None
    total: int | None = None
    unit: str | None = None
    params: dict[str, Any] = {}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal says, read as a whole."""

    id: str
    verb: str
    name: str
    state: State
    phase: str
    actor: str
    started: str
    updated: str
    events: int
    worker: ProcessIdentity | None = None
    queue_position: int | None = None
    done: int | None = None
    total: int | None = None
    unit: str | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


_EVENT = msgspec.json.Decoder(Event)


class JournalWriter:
    """Appends events; safe to call from the engine's threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._mutex = threading.Lock()
        self._seq = 0
        self._torn = False
        self._last: tuple[str, float] = ("", 0.0)
        self._phase = "queued"
        self.phases: dict[str, float] = {}
        self._entered = time.monotonic()
        self._heal()

    def _heal(self) -> None:
        """Go on after the last whole line of a journal that was cut in the middle of one."""
        data = self.path.read_bytes()
        self._seq = sum(1 for _ in parse_events(data))
        if data and not data.endswith(b"\n"):
            os.write(self._descriptor, b"\n")

    def event(self, code: str, params: dict[str, Any], *, phase: str | None = None) -> None:
        """Write one event at once. With ``phase`` it opens that phase."""
        with self._mutex:
            if phase is not None:
                self._enter(phase)
            self._write(
                Event(seq=self._seq, time=now(), phase=self._phase, code=code, params=params)
            )

    def promise(self, code: str, params: dict[str, Any]) -> None:
        """Write one event; on disk for good when this returns."""
        self.event(code, params)
        os.fsync(self._descriptor)

    def progress(self, phase: str, done: int, total: int | None, unit: str) -> None:
        """A Progress: coalesced to ten a second, but a phase's first and last are kept. Where it
        cannot be written nothing is lost, and no work fails for it."""
        with self._mutex:
            self._enter(phase)
            moment = time.monotonic()
            last_phase, last_time = self._last
            complete = total is not None and done >= total
            if phase == last_phase and not complete and moment - last_time < _PROGRESS_SECONDS:
                return
            self._last = (phase, moment)
            with suppress(OSError):
                self._write(
                    Event(seq=self._seq, time=now(), phase=phase, done=done, total=total, unit=unit)
                )

    def _enter(self, phase: str) -> None:
        if phase == self._phase:
            return
        moment = time.monotonic()
        spent = self.phases.get(self._phase, 0.0) + moment - self._entered
        self.phases[self._phase] = round(spent, 3)
        self._phase, self._entered = phase, moment

    def _write(self, event: Event) -> None:
        data = (b"\n" if self._torn else b"") + msgspec.json.encode(event) + b"\n"
        with naming(self.path):
            written = os.write(self._descriptor, data)
        self._torn = written != len(data)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        self._seq += 1

    def _reserve(self) -> None:
        with naming(self.path):
            reserve(self._descriptor, _RESERVED_BYTES)

    def start(self, *, verb: str, name: str, actor: str) -> None:
        """The worker's first event: who works on what. Raises OSError where there is no room for
        telling how it ends."""
        self._reserve()
        self.event("started", _beginning(verb, name, actor, this_process()))

    def submit(self, *, verb: str, name: str, actor: str, worker: ProcessIdentity) -> None:
        """The submitting process's event: first it answers for the operation itself, then the
        process that it has started, which may die before its own first event. Raises OSError
        where there is no room for telling how it ends."""
        self._reserve()
        self.event("submitted", _beginning(verb, name, actor, worker))

    def end(self, state: State, params: dict[str, Any]) -> None:
        """The last event; on disk for good when this returns."""
        self.event(state, params, phase="ended")
        with naming(self.path):
            os.fsync(self._descriptor)
        give_back(self._descriptor)

    def close(self) -> None:
        """Close the file; an operation that did not end stays open to be found."""
        os.close(self._descriptor)


def _beginning(verb: str, name: str, actor: str, worker: ProcessIdentity) -> dict[str, Any]:
    return {"verb": verb, "name": name, "actor": actor, "worker": msgspec.to_builtins(worker)}


def is_cancelling(events: list[Event]) -> bool:
    """Whether somebody asked for the operation's end."""
    return any(event.code == "cancelling" for event in events)


def now() -> str:
    """This moment, as events carry it."""
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


def journal_path(store: Store, operation: str) -> Path:
    """Where an operation's journal lies."""
    return store.operations / f"{operation}.jsonl"


def log_path(store: Store, operation: str) -> Path:
    """Where its worker's own output goes."""
    return store.operations / f"{operation}.log"


def parse_events(data: bytes) -> list[Event]:
    """The whole lines of a journal; a torn or damaged one is passed over.

    ``seq`` is the event's place: two processes (a worker, and who cancels it) may have given
    the same number.
    """
    events: list[Event] = []
    for line in data.splitlines():
        try:
            event = _EVENT.decode(line)
        except msgspec.MsgspecError:
            continue
        seq = len(events)
        events.append(event if event.seq == seq else msgspec.structs.replace(event, seq=seq))
    return events


def summarize(operation: str, events: list[Event]) -> Operation | None:
    """The operation that a journal tells of; None for one without a whole first line."""
    if not events or events[0].code not in {"started", "submitted"}:
        return None
    first, last = events[0], events[-1]
    started = [e for e in events if e.code in {"started", "submitted"}]
    progress = last if last.code == "progress" else None
    position = last.params.get("position") if last.code == "waiting" else None
    state = _state(last)
    return Operation(
        id=operation,
        verb=str(first.params.get("verb", "")),
        name=str(first.params.get("name", "")),
        actor=str(first.params.get("actor", "")),
        state=state,
        phase=last.phase,
        started=first.time,
        updated=last.time,
        events=len(events),
        worker=_worker(started[-1]) if started else None,
        queue_position=position,
        done=progress.done if progress else None,
        total=progress.total if progress else None,
        unit=progress.unit if progress else None,
        result=last.params if state == "succeeded" else None,
        error=last.params if state in {"failed", "cancelled", "interrupted"} else None,
    )


def _state(last: Event) -> State:
    for state in ENDED:
        if last.code == state:
            return state
    return "queued" if last.phase == "queued" else "running"


def _worker(event: Event) -> ProcessIdentity | None:
    try:
        return msgspec.convert(event.params.get("worker"), ProcessIdentity)
    except msgspec.ValidationError:
        return None


def is_running(operation: Operation) -> bool:
    """Whether the operation has not ended and its worker lives (or may, on another host)."""
    if operation.state in ENDED:
        return False
    return operation.worker is not None and is_alive(operation.worker) is not False
