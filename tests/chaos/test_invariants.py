"""Whoever looks for what is wrong finds it: each fault is made by hand, seen, and put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.invariants import seen, settled, swept
from tests.chaos.moments import Killer
from tests.chaos.verbs import VERBS, unfaithful
from tests.chaos.world import OURS, World, snapshot

Undo = Callable[[], object]


@pytest.fixture(scope="module")
def made(world: World, killer: Killer) -> World:
    """Two environments, one with two generations."""
    for verb, name in (("create", "ada"), ("update", "ada"), ("create", "bert")):
        killer.do(verb, name)
    return world


def edit(path: Path, data: bytes) -> Undo:
    """Change a file, or make one; gives what puts it right."""
    before = path.read_bytes() if path.exists() else None
    path.unlink(missing_ok=True)  # it may be a link of the cached one
    path.write_bytes(data)
    return path.unlink if before is None else lambda: path.write_bytes(before)


FAULTS: dict[str, Callable[[World], Undo]] = {
    "were changed by hand": lambda w: edit(w.store.link("ada") / "share/tool/notes.txt", b"x"),
    "is not complete": lambda w: edit(w.store.link("ada") / OURS / "building", b"{}"),
    "is half made": lambda w: edit(w.settings.kernels_dir / "conda-env-ada-tiny/kernel.json", b"{"),
    "environments.txt has a generation": lambda w: edit(
        w.settings.environments_txt,
        w.settings.environments_txt.read_bytes() + f"{w.store.generation('ada', 1)}\n".encode(),
    ),
    "neither a link nor": lambda w: edit(w.store.root / "tmpabc", b""),
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_what_a_person_sees_that_is_not_whole(made: World, sentence: str) -> None:
    undo = FAULTS[sentence](made)
    found = seen(made)
    undo()

    assert any(sentence in fault for fault in found), found
    assert seen(made) == []


def test_the_list_and_the_register_differ(made: World) -> None:
    undo = edit(made.settings.environments_txt, b"")
    found = settled(made)
    undo()

    assert [fault for fault in found if fault.startswith("environments.txt has [], and")], found
    assert settled(made) == []


def test_the_ledger_is_behind(made: World) -> None:
    path = next((made.settings.data_dir / "ledger").glob("*/*.jsonl"))
    undo = edit(path, b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    found = settled(made)
    undo()

    assert any("bert: the ledger says" in fault for fault in found), found
    assert any("the ledger is broken" in fault for fault in found), found


def test_something_is_left_for_good(made: World) -> None:
    undo = edit(made.sandbox.home / ".conda" / ".other.0123abcd", b"")
    found = swept(made)
    undo()

    assert any("left for good" in fault for fault in found), found
    assert swept(made) == []


def test_an_earlier_generation_was_changed(made: World) -> None:
    before = snapshot(made)["ada"]
    undo = edit(made.store.generation("ada", 1) / "bin" / "new", b"")
    after = snapshot(made)["ada"]
    undo()

    assert unfaithful(VERBS["repair"], before, after) == ["generation 1 is changed"]
    assert unfaithful(VERBS["repair"], before, None) == ["it is gone"]
    assert unfaithful(VERBS["repair"], before, snapshot(made)["ada"]) == []
