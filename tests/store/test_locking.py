"""An environment's lock: other processes, other threads, and its holder's end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_envs.errors import EnvironmentBusy, StoreReadOnly
from jupyter_envs.store import (
    Store,
    discard_tree,
    environment_lock,
    forget_empty,
    require_writable,
)

PATIENCE = 30.0

#: Holds the lock until its standard input ends, or for as many seconds as it is told.
_HOLDER = """
import sys, time
from pathlib import Path
from jupyter_envs.store import Store, environment_lock
with environment_lock(Store(Path(sys.argv[1])), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read() if len(sys.argv) < 4 else time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "envs")


@contextmanager
def another_process(store: Store, slug: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock of an environment."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, store.root, slug, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder
        holder.kill()


def busy(store: Store, slug: str) -> bool:
    """Whether the lock is not to be had now."""
    try:
        with environment_lock(store, slug):
            return False
    except EnvironmentBusy:
        return True


def test_the_same_thread_is_kept_out_a_second_time(store: Store) -> None:
    with environment_lock(store, "demo"):
        assert busy(store, "demo")
        # Having been kept out, it has not let the first go.
        assert busy(store, "demo")
        assert not busy(store, "other")
    assert not busy(store, "demo")


def test_another_thread_is_kept_out(store: Store) -> None:
    found: list[bool] = []
    with environment_lock(store, "demo"):
        other = threading.Thread(target=lambda: found.append(busy(store, "demo")))
        other.start()
        other.join(PATIENCE)
    assert found == [True]


def test_another_process_is_kept_out_and_keeps_out(store: Store) -> None:
    with another_process(store, "demo") as holder:
        assert busy(store, "demo")
        assert not busy(store, "other")
        holder.kill()
        holder.wait(PATIENCE)
        assert not busy(store, "demo")


def test_another_process_is_still_kept_out_after_a_thread_was(store: Store) -> None:
    """The system lets all locks of a process on a file go when it closes the file once."""
    with environment_lock(store, "demo"):
        assert busy(store, "demo")
        tried = subprocess.run(
            [sys.executable, "-c", _HOLDER, store.root, "demo"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    assert b"EnvironmentBusy" in tried.stderr


def test_only_one_of_many_threads_is_inside(store: Store) -> None:
    inside = 0
    most = 0
    turns = 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most, turns
        for _ in range(20):
            with environment_lock(store, "demo", patience=PATIENCE):
                with guard:
                    inside += 1
                    most = max(most, inside)
                    turns += 1
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    assert (most, turns) == (1, 120)


def test_patience_waits_for_whoever_lets_go(store: Store) -> None:
    with another_process(store, "demo", "0.5"), environment_lock(store, "demo", patience=PATIENCE):
        pass


def test_patience_has_an_end(store: Store) -> None:
    with another_process(store, "demo"):
        begun = time.monotonic()
        with pytest.raises(EnvironmentBusy), environment_lock(store, "demo", patience=0.3):
            pass
    assert 0.3 <= time.monotonic() - begun < PATIENCE


def test_what_goes_wrong_inside_lets_go(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), environment_lock(store, "demo"):
        _ = 1 // 0

    assert not busy(store, "demo")


#: Takes the lock, removes the folder with it, and lets go, again and again; prints how often
#: somebody else was inside at the same time.
_REMOVER = """
import os, sys
from pathlib import Path
from jupyter_envs.store import Store, environment_lock, forget_empty
store, met = Store(Path(sys.argv[1])), 0
for _ in range(300):
    with environment_lock(store, "demo", patience=30):
        try:
            os.close(os.open(store.root / "inside", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            met += 1
        (store.root / "inside").unlink(missing_ok=True)
        forget_empty(store, "demo")
print(met)
"""


def test_holders_that_remove_the_folder_never_meet(store: Store) -> None:
    store.root.mkdir()
    command = [sys.executable, "-c", _REMOVER, str(store.root)]
    many = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert [one.communicate(timeout=2 * PATIENCE)[0] for one in many] == 4 * ["0\n"]


def test_a_lock_whose_folder_is_removed_by_its_holder(store: Store) -> None:
    """Who came next waits for the new file, not for the one that is in the trash."""
    with environment_lock(store, "demo"):
        forget_empty(store, "demo")
        assert not store.lock_file("demo").exists()
        assert busy(store, "demo")
    assert not busy(store, "demo")
    with another_process(store, "demo"):
        discard_tree(store.folder("demo"), store.trash)
        assert not busy(store, "demo")


def test_a_store_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "envs").touch()

    for attempt in (require_writable, lambda store: busy(store, "demo")):
        with pytest.raises(StoreReadOnly):
            attempt(Store(tmp_path / "envs"))
