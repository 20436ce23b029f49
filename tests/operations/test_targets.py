"""What is declared, kept and shown of a target. Records come in locks, and those from anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_envs.errors import ProfileNotFound, TargetInvalid
from jupyter_envs.hardware import Choice
from jupyter_envs.lock import Lock, with_target_note
from jupyter_envs.operations import TargetOrder
from jupyter_envs.operations.targets import choice_of, declared_by, record_in
from jupyter_envs.policy import Policy, Profile

POLICY = Policy(
    profiles={"a100": Profile(cuda="12.9", cuda_arch="8.0", gpu_required=True), "cpu": Profile()}
)
RECORD: dict[str, Any] = {
    "origin": "detected", "platform": "linux-64", "cuda": "13.0", "cuda_major": 12,
    "constraints": ["cuda-version <13"],
    "reasons": [{"code": "cuda_detected", "params": {"major": "12", "cuda": "13.0"}}],
    "declared": {},
}  # fmt: skip


def test_what_is_said_beside_a_profile_wins() -> None:
    found = declared_by(TargetOrder(profile="a100", cuda="13.0", gpu_required=False), POLICY)
    assert (found.cuda, found.cuda_arch, found.gpu_required) == ("13.0", "8.0", False)
    assert declared_by(TargetOrder(profile="a100"), POLICY).gpu_required is True
    assert declared_by(TargetOrder(profile="cpu"), POLICY).cuda is None
    assert declared_by(TargetOrder(), POLICY).gpu_required is False


def test_what_nobody_declared() -> None:
    with pytest.raises(ProfileNotFound, match="'h100'; there are: a100, cpu"):
        declared_by(TargetOrder(profile="h100"), POLICY)
    with pytest.raises(ProfileNotFound, match="there are: none"):
        declared_by(TargetOrder(profile="x" * 1000), Policy())
    with pytest.raises(TargetInvalid):
        declared_by(TargetOrder(profile="bad"), Policy(profiles={"bad": Profile(cuda="twelve")}))


def test_a_record_is_shown_with_its_sentences() -> None:
    choice = choice_of(RECORD)
    assert choice is not None
    assert choice.constraints == ("cuda-version <13",)
    assert [one.message for one in choice.reasons] == [
        "CUDA 12: the driver here supports CUDA up to 13.0."
    ]


@pytest.mark.parametrize(
    "reasons",
    [
        [{"code": "unheard_of", "params": {}}],
        [{"code": "cuda_detected", "params": {}}],
        [{"code": "cuda_detected", "params": ["12"]}],
        [{"code": ["cuda_detected"], "params": {}}],
        [{"code": None}],
        ["cuda_detected", 7, None],
        "cuda_detected",
        7,
    ],
)
def test_a_reason_that_cannot_be_told_is_left_out(reasons: Any) -> None:
    choice = choice_of({**RECORD, "reasons": reasons})
    assert choice is not None
    assert choice.reasons == ()


def test_params_are_values_and_no_templates() -> None:
    params = {"major": "{cuda.__class__}", "cuda": "13.0", "code": "x"}
    choice = choice_of({**RECORD, "reasons": [{"code": "cuda_detected", "params": params}]})
    assert choice is not None
    assert choice.reasons[0].message.startswith("CUDA {cuda.__class__}: ")


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "7", "{", "{}", '"x"', json.dumps({**RECORD, "cuda": 13}),
        json.dumps({**RECORD, "origin": "elsewhere"}), "[" * 5000,
        json.dumps({**RECORD, "platform": "x" * 20_000}),
    ],
)  # fmt: skip
def test_a_note_that_is_not_understood_is_as_none(text: str) -> None:
    lock = Lock(platforms=("linux-64",), channels=(), packages=())
    assert record_in(with_target_note(lock, "linux-64", text), "linux-64") is None


def test_a_note_is_of_its_platform() -> None:
    lock = Lock(platforms=("linux-64",), channels=(), packages=())
    lock = with_target_note(lock, "linux-64", json.dumps(RECORD))
    assert isinstance(choice_of(record_in(lock, "linux-64")), Choice)
    assert record_in(lock, "osx-arm64") is None
    assert with_target_note(lock, "linux-64", "").custom == {}
