"""Every rule finds its fault, and nothing else does it find."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_envs.doctor.diagnose import diagnose
from jupyter_envs.doctor.facts import Facts
from jupyter_envs.doctor.model import LAYERS, Finding
from jupyter_envs.doctor.rules import RULES, Found

from . import cases_environment, cases_gpu, cases_host, cases_start
from .case import Fixture
from .world import Plant, World

_PARTS = (cases_host.CASES, cases_gpu.CASES, cases_environment.CASES, cases_start.CASES)
CASES: dict[str, Fixture] = {name: one for part in _PARTS for name, one in part.items()}


def findings(folder: Path, plant: Plant) -> tuple[Finding, ...]:
    world = World(folder)
    plant(world)
    return diagnose(world.facts())


def test_a_healthy_machine_has_no_finding(tmp_path: Path) -> None:
    assert findings(tmp_path, lambda world: None) == ()


def test_every_rule_has_both_fixtures_and_there_are_no_others() -> None:
    ids = [rule.id for rule in RULES]
    assert set(CASES) == set(ids)
    assert len(ids) == len(set(ids)) == sum(len(part) for part in _PARTS)
    assert len(ids) >= 40


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_fault_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    found = findings(tmp_path, CASES[name].fault)

    assert {one.id for one in found} == {name, *CASES[name].also}
    mine = next(one for one in found if one.id == name)
    assert mine.evidence
    assert all(one.source for one in mine.evidence)
    for text in (mine.message, mine.fix.text):
        assert "{" not in text
        assert text == text.strip()
        assert text.endswith((".", *mine.params.values()))


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_is_no_fault_is_not_found(name: str, tmp_path: Path) -> None:
    found = findings(tmp_path, CASES[name].clean)

    assert {one.id for one in found} == set(CASES[name].still)


@pytest.mark.parametrize("name", cases_start.NEAR_MISSES)
def test_what_comes_close_is_not_found(name: str, tmp_path: Path) -> None:
    assert findings(tmp_path, cases_start.NEAR_MISSES[name]) == ()


@pytest.mark.parametrize(
    "probe",
    [
        {"error": "AcceleratorError: CUDA error: out of memory"},
        {"error": "OutOfMemoryError: Out of memory allocating 262,144 bytes"},
        {"error": "JaxRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate"},
        # The driver said so, and the framework something else.
        {"error": "RuntimeError: no supported devices found", "code": "gpu_full"},
    ],
)
def test_a_gpu_without_memory_is_known_by_the_words_of_each_framework(
    tmp_path: Path, probe: dict[str, str]
) -> None:
    answer = {"framework": "jax", "state": "gpu_broken", **probe}
    found = findings(tmp_path, lambda world: setattr(world, "probes", (answer,)))
    assert [one.id for one in found] == ["gpu_memory_short"]


def test_layers_come_in_their_order() -> None:
    order = [LAYERS.index(rule.layer) for rule in RULES]
    assert order == sorted(order)


def test_a_rule_that_fails_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(facts: Facts) -> Iterator[Found]:
        raise KeyError(facts.host.system)
        yield

    broken = RULES[0]._replace(id="broken", check=fails)
    monkeypatch.setattr("jupyter_envs.doctor.diagnose.RULES", (broken, *RULES))
    world = World(tmp_path)
    world.space(free=400_000_000)
    told: list[str] = []
    found = diagnose(world.facts(), failed=told.append)
    assert ([one.id for one in found], told) == (["disk_full"], ["broken"])
    with pytest.raises(KeyError):
        diagnose(world.facts())
