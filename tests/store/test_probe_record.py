"""What is kept of probes: by generation and machine, and no longer than the generation."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.errors import StoreReadOnly
from jupyter_envs.store import ProbeRecord, ProbeResult, Store, read_probes, write_probes
from jupyter_envs.store.probe_record import forget_probes, probes_folder


def result(framework: str, state: str = "gpu_ok") -> ProbeResult:
    return ProbeResult(
        framework=framework,
        state=state,
        code=state,
        params={"framework": framework},
        when="2026-11-26T18:00:00+00:00",
        seconds=1.0,
    )


def record(machine: str, *results: ProbeResult, operation: str = "op") -> ProbeRecord:
    return ProbeRecord(operation=operation, machine=machine, results=results)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path)
    made.folder("demo").mkdir(parents=True)
    return made


def test_each_machine_and_framework_has_its_newest_result(store: Store) -> None:
    write_probes(store, "demo", 1, record("aaaa", result("torch", "gpu_broken"), result("jax")))
    write_probes(store, "demo", 1, record("aaaa", result("torch")))
    write_probes(store, "demo", 1, record("bbbb", result("torch", "gpu_hidden")))
    found = {one.machine: one for one in read_probes(store, "demo", 1, "op")}
    assert {o.framework: o.state for o in found["aaaa"].results} == {
        "jax": "gpu_ok",
        "torch": "gpu_ok",
    }
    assert [o.state for o in found["bbbb"].results] == ["gpu_hidden"]


def test_a_number_that_is_used_again_begins_anew(store: Store) -> None:
    write_probes(store, "demo", 1, record("aaaa", result("torch")))
    assert read_probes(store, "demo", 1, "another") == ()
    write_probes(store, "demo", 1, record("aaaa", result("jax"), operation="another"))
    (found,) = read_probes(store, "demo", 1, "another")
    assert [one.framework for one in found.results] == ["jax"]


def test_they_go_with_their_generation(store: Store) -> None:
    for number in (1, 11):
        write_probes(store, "demo", number, record("aaaa", result("torch")))
    forget_probes(store, "demo", 1)
    assert read_probes(store, "demo", 1, "op") == ()
    assert len(read_probes(store, "demo", 11, "op")) == 1


def test_what_cannot_be_read_is_as_if_it_were_not_there(store: Store) -> None:
    write_probes(store, "demo", 1, record("aaaa", result("torch")))
    (probes_folder(store, "demo") / "1-bbbb.json").write_text("{")
    assert len(read_probes(store, "demo", 1, "op")) == 1


def test_an_environment_that_is_gone_does_not_come_back(store: Store) -> None:
    with pytest.raises(StoreReadOnly):
        write_probes(store, "other", 1, record("aaaa", result("torch")))
    assert not store.folder("other").exists()
