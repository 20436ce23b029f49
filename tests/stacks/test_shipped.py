"""The stacks that come along: without a finding, complete, and each with a target that fits."""

from __future__ import annotations

import json

import pytest

from jupyter_envs.hardware import Choice
from jupyter_envs.spec import parse_spec
from jupyter_envs.stacks import (
    Stack,
    find_stacks,
    fits_of,
    shipped_place,
    stack_schema,
    stack_schema_file,
    with_lines,
)

jsonschema = pytest.importorskip("jsonschema")

SHIPPED = find_stacks([shipped_place()])
STACKS = [found for found in SHIPPED if isinstance(found, Stack)]
DEEP = {"starter", "pytorch", "jax", "tabular"}

each = pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.id)


def test_all_are_there_and_none_is_broken() -> None:
    assert [found.id for found in SHIPPED] == [
        "starter", "tabular", "pytorch", "jax", "tensorflow", "nlp", "vision", "llm", "rapids",
        "geo", "r", "bio", "polyglot",
    ]  # fmt: skip
    assert len(STACKS) == len(SHIPPED)
    assert {stack.id for stack in STACKS if stack.maturity == "deep"} == DEEP


@each
def test_our_own_check_finds_nothing_in_any_target(stack: Stack) -> None:
    assert parse_spec(stack.data).diagnostics == ()
    for target in stack.targets:
        made = parse_spec(with_lines(stack.data, target, file=stack.id))
        assert made.diagnostics == ()
        assert made.spec is not None
        assert set(target.add) <= set(made.spec.dependencies)


@each
def test_people_are_told_what_it_is_for(stack: Stack) -> None:
    assert stack.title
    assert stack.description.endswith(".")
    assert stack.purpose
    assert stack.spec.name == stack.id
    assert all(target.disk_gb for target in stack.targets)
    gpu = [target for target in stack.targets if target.accelerator == "cuda"]
    assert all(t.min_driver and t.min_cc and t.platforms for t in gpu)
    # The better one first: the first that fits is taken.
    assert [t.accelerator for t in stack.targets] == sorted(
        (t.accelerator for t in stack.targets), reverse=True
    )
    if stack.maturity == "deep":
        assert stack.notebook


@each
def test_where_packages_come_from(stack: Stack) -> None:
    assert "conda-forge" in stack.spec.channels
    assert stack.spec.pip == ()
    assert not {"cudatoolkit", "cudnn"} & {line.split("=")[0] for line in stack.spec.dependencies}


@each
def test_what_fits_a_machine_without_a_gpu(stack: Stack) -> None:
    cpu = Choice(origin="detected", platform="linux-64", glibc="2.36")
    fitting = [fit.target.id for fit in fits_of(stack, cpu) if fit.fits]
    assert fitting == ([] if stack.id == "rapids" else ["cpu"])


def test_the_schema_for_editors_is_the_one_shipped_and_takes_them_all() -> None:
    schema = stack_schema()
    assert json.loads(stack_schema_file().read_text()) == json.loads(json.dumps(schema)), (
        "python -m jupyter_envs.stacks writes it"
    )
    validator = jsonschema.Draft7Validator(schema)
    for stack in STACKS:
        import yaml

        found = [error.message for error in validator.iter_errors(yaml.safe_load(stack.data))]
        assert found == [], stack.id
    wrong = yaml.safe_load(STACKS[0].data)
    wrong["x-jupyter-envs"]["titel"] = wrong["x-jupyter-envs"].pop("title")
    assert not validator.is_valid(wrong)
