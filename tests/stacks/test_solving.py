"""Every target of every stack is solved, for every kind of machine, and on real records.

The first half runs on a channel in small that has the real names, build strings and constraints;
the second on records as conda-forge served them. ``LACKING`` says what these do not have.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.errors import StackUnfit
from jupyter_envs.hardware import Choice, Declared, Detected, choose_target
from jupyter_envs.spec import dependency_name, parse_spec
from jupyter_envs.stacks import Stack, chosen_target, find_stacks, shipped_place, with_lines
from tests.engine.solving import Asker, asking, builds, record, write_channel
from tests.support.channel.archive import Recipe
from tests.support.gpu_packages import gpu_recipes
from tests.support.records import records_channel
from tests.support.stack_packages import stand_ins

STACKS = [found for found in find_stacks([shipped_place()]) if isinstance(found, Stack)]
MINORS = ("3.10", "3.11", "3.12", "3.13", "3.14")

#: What of a stack decides between CPU and CUDA.
DECIDES = {
    "pytorch": "pytorch", "nlp": "pytorch", "vision": "pytorch", "jax": "jaxlib",
    "tensorflow": "tensorflow", "tabular": "libxgboost", "llm": "llama.cpp", "rapids": "cudf",
}  # fmt: skip

MACHINES: dict[str, dict[str, Any]] = {
    "no-gpu": {},
    "kepler-11.4": {"cuda": "11.4", "cuda_arch": "3.7"},
    "pascal-580": {"cuda": "13.0", "cuda_arch": "6.1"},
    "volta-580": {"cuda": "13.0", "cuda_arch": "7.0"},
    "turing-580": {"cuda": "13.0", "cuda_arch": "7.5"},
    "ampere-525": {"cuda": "12.0", "cuda_arch": "8.0"},
    "ampere-550": {"cuda": "12.4", "cuda_arch": "8.6"},
    "hopper-580": {"cuda": "13.0", "cuda_arch": "9.0"},
    "blackwell-590": {"cuda": "13.1", "cuda_arch": "12.0"},
    "hopper-580-old-glibc": {"cuda": "13.0", "cuda_arch": "9.0", "glibc": "2.17"},
    "newer-than-the-tables": {"cuda": "14.0", "cuda_arch": "13.0"},
}

#: The family of builds that comes out; a stack that is not named gets that of "*".
EXPECTED: dict[str, dict[str, str | None]] = {
    "no-gpu": {"*": "cpu", "rapids": None},
    "kepler-11.4": {"*": "cpu", "rapids": None},
    "pascal-580": {"*": "cuda129", "tensorflow": "cuda128", "rapids": None},
    "volta-580": {"*": "cuda129", "tensorflow": "cuda128"},
    "turing-580": {"*": "cuda130", "tensorflow": "cuda128"},
    "ampere-525": {"*": "cuda129", "tensorflow": "cuda128", "rapids": None},
    "ampere-550": {"*": "cuda129", "tensorflow": "cuda128"},
    "hopper-580": {"*": "cuda130", "tensorflow": "cuda128"},
    "blackwell-590": {"*": "cuda130", "tensorflow": "cuda128"},
    "hopper-580-old-glibc": {"*": "cuda129", "tensorflow": "cuda128", "rapids": None},
    "newer-than-the-tables": {"*": "cuda130", "tensorflow": "cuda128"},
}


def choice_for(machine: dict[str, Any], platform: str = "linux-64") -> Choice:
    facts = {"platform": platform, "glibc": "2.36", "archspec": "x86_64_v3", **machine}
    return choose_target(Detected(**facts))


def virtual(choice: Choice) -> dict[str, str | None]:
    """The machine as the solver is told of it."""
    return {
        "__cuda": f"{choice.cuda}=0" if choice.cuda else None,
        "__cuda_arch": f"{choice.cuda_arch}=0" if choice.cuda_arch else None,
        "__glibc": f"{choice.glibc}=0",
    }


def lines_of(stack: Stack, choice: Choice) -> tuple[str, ...]:
    """What is asked of the solver for the target that fits."""
    data = with_lines(stack.data, chosen_target(stack, choice), file=stack.id)
    spec = parse_spec(data).spec
    assert spec is not None
    return spec.dependencies


# -- in small -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    folder = tmp_path_factory.mktemp("small")
    recipes = [*gpu_recipes(MINORS)]
    known = {recipe.name for recipe in recipes} | {"python"}
    recipes += stand_ins(STACKS, known)
    entries = [entry(recipe) for recipe in recipes]
    pythons = [record("python", f"{minor}.1", "0_cpython") for minor in MINORS]
    url = write_channel(folder / "conda-forge", linux_64=[*entries, *pythons])
    with asking(folder, url) as asker:
        yield asker


def entry(recipe: Recipe) -> dict[str, Any]:
    return record(
        recipe.name,
        recipe.version,
        recipe.build,
        build_number=recipe.build_number,
        depends=list(recipe.depends),
        constrains=list(recipe.constrains),
    )


@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.id)
def test_each_stack_on_each_machine(stack: Stack, name: str, small: Asker) -> None:
    choice = choice_for(MACHINES[name])
    families = EXPECTED[name]
    expected = families.get(stack.id, families["*"])
    if expected is None:
        with pytest.raises(StackUnfit):
            chosen_target(stack, choice)
        return

    solution = small.solve(
        *lines_of(stack, choice), machine=virtual(choice), constraints=choice.constraints
    )

    decides = DECIDES.get(stack.id)
    if decides is not None:
        build = builds(solution)[decides].partition("=")[2]
        assert expected in build
    chosen = builds(solution).get("cuda-version")
    if chosen is not None and choice.cuda_major is not None:
        assert int(chosen.partition(".")[0]) <= choice.cuda_major


def test_without_the_rule_pascal_would_get_what_it_cannot_run(small: Asker) -> None:
    choice = choice_for(MACHINES["pascal-580"])
    stack = next(one for one in STACKS if one.id == "pytorch")
    solution = small.solve(*lines_of(stack, choice), machine=virtual(choice))
    assert "cuda130" in builds(solution)["pytorch"]


def test_a_login_node_with_a_profile_gets_what_its_nodes_can_run(small: Asker) -> None:
    login = Detected(platform="linux-64", glibc="2.36")
    profile = Declared(profile="p100", cuda="13.0", cuda_arch="6.0")
    choice = choose_target(login, None, profile)
    stack = next(one for one in STACKS if one.id == "pytorch")
    solution = small.solve(
        *lines_of(stack, choice), machine=virtual(choice), constraints=choice.constraints
    )
    assert "cuda129" in builds(solution)["pytorch"]


# -- on real records ----------------------------------------------------------------------------

#: Packages that the records do not have (in a build that fits): these lines are left out. Of a
#: stack that is not solved at all, this is all that it would say.
LACKING: dict[str, set[str]] = {
    "bio": {"scikit-bio"},  # for Python 3.10 only
    "llm": {"llama.cpp", "llama-cpp-python"},
    "polyglot": {"xeus-python", "xeus-r", "xeus-cpp", "xeus-sqlite", "xeus-lua"},
    "rapids": {"cuml"},
}

#: Solved only with records of the lesser grade beside the full ones.
REDUCED = {("tabular", "gpu"), ("tensorflow", "gpu"), ("vision", "gpu"), ("vision", "cpu")}

TARGETS = [(stack, target.id) for stack in STACKS for target in stack.targets]


@pytest.mark.parametrize(("stack", "target_id"), TARGETS, ids=lambda v: getattr(v, "id", v))
def test_each_target_on_real_records(stack: Stack, target_id: str, tmp_path: Path) -> None:
    lacking = LACKING.get(stack.id, set())
    target = next(one for one in stack.targets if one.id == target_id)
    spec = parse_spec(with_lines(stack.data, target, file=stack.id)).spec
    assert spec is not None
    lines = [line for line in spec.dependencies if dependency_name(line) not in lacking]
    if not lines:
        pytest.skip("needs the real records: they have nothing of this stack")
    names = [*spec.channels, *(["conda-forge-reduced"] if (stack.id, target_id) in REDUCED else [])]
    channels = [records_channel(name) for name in names]
    if None in channels:
        pytest.skip("needs the real records")
    choice = choice_for({"cuda": "12.9", "cuda_arch": "8.0"} if target_id == "gpu" else {})
    with asking(tmp_path, *(c.as_uri() for c in channels if c is not None)) as asker:
        solution = asker.solve(
            *lines,
            machine=virtual(choice),
            constraints=choice.constraints,
            # The grades are two channels only here.
            priority="disabled",
        )

    assert {dependency_name(line) for line in lines} <= solution.names
    decides = DECIDES.get(stack.id)
    if decides is not None and decides not in lacking:
        build = builds(solution)[decides].partition("=")[2]
        assert ("cuda12" in build) == (target_id == "gpu"), build
