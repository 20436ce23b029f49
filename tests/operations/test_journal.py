"""Journals: what a reader makes of them, whole, torn, or written by two."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_envs.operations.catalogue import list_operations, new_id, read_operation
from jupyter_envs.operations.journal import JournalWriter, journal_path, parse_events
from jupyter_envs.operations.retention import prune_journals
from jupyter_envs.store import Store, this_process


def ended(store: Store, name: str) -> str:
    operation = new_id()
    journal = JournalWriter(journal_path(store, operation))
    journal.start(verb="create", name=name, actor="ada")
    journal.end("succeeded", {"name": name})
    journal.close()
    return operation


def test_a_journal_tells_state_progress_and_time_of_phases(tmp_path: Path) -> None:
    store = Store(tmp_path)
    journal = JournalWriter(journal_path(store, "0" * 12))
    journal.submit(verb="create", name="demo", actor="ada", worker=this_process())
    journal.progress("download", 0, 100, "bytes")
    journal.progress("download", 100, 100, "bytes")

    running, _ = read_operation(store, "0" * 12)
    assert (running.state, running.phase) == ("running", "download")
    assert (running.done, running.total, running.unit) == (100, 100, "bytes")

    journal.end("failed", {"code": "no_space"})
    journal.close()
    over, events = read_operation(store, "0" * 12)
    assert over.state == "failed"
    assert over.error == {"code": "no_space"}
    assert [event.seq for event in events] == [0, 1, 2, 3]
    assert set(journal.phases) == {"queued", "download"}


def test_progress_is_coalesced_but_its_end_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    journal = JournalWriter(journal_path(store, "0" * 12))
    journal.start(verb="create", name="demo", actor="ada")
    for done in range(10_001):
        journal.progress("download", done, 10_000, "bytes")
    journal.close()

    _, events = read_operation(store, "0" * 12)

    assert len(events) < 1000
    assert events[-1].done == 10_000


def test_a_torn_line_is_passed_over_and_writing_goes_on(tmp_path: Path) -> None:
    store = Store(tmp_path)
    operation = ended(store, "demo")
    path = journal_path(store, operation)
    path.write_bytes(path.read_bytes().splitlines()[0] + b'\n{"seq":1,"ti')

    journal = JournalWriter(path)
    journal.end("interrupted", {"code": "interrupted"})
    journal.close()

    summary, events = read_operation(store, operation)
    assert summary.state == "interrupted"
    assert [event.seq for event in events] == [0, 1]
    assert path.read_bytes().endswith(b"\n")


def test_two_writers_may_number_alike(tmp_path: Path) -> None:
    line = {"seq": 4, "time": "now", "phase": "install"}
    data = b"\n".join(json.dumps(line).encode() for _ in range(3))

    assert [event.seq for event in parse_events(data)] == [0, 1, 2]


def test_old_journals_go_and_running_ones_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    running = "0" * 12
    journal = JournalWriter(journal_path(store, running))
    journal.submit(verb="create", name="busy", actor="ada", worker=this_process())
    journal.close()
    operations = [ended(store, f"env-{number}") for number in range(5)]
    for operation in operations:
        (store.operations / f"{operation}.log").touch()
    (store.operations / f"{operations[-1]}.log").write_text("a traceback")

    assert prune_journals(store, keep=2) == 3

    left = {operation.name for operation in list_operations(store)}
    assert left == {"busy", "env-3", "env-4"}
    assert [path.stem for path in store.operations.glob("*.log")] == [operations[-1]]
