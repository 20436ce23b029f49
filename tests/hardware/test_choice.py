"""The table of machines, and what is solved for on each: cases that people meet, one a line."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_envs.errors import TargetInvalid
from jupyter_envs.hardware import (
    REASONS,
    Choice,
    Declared,
    Detected,
    DriverState,
    Gpu,
    Inventory,
    choose_target,
)

LINUX: dict[str, Any] = {"platform": "linux-64", "glibc": "2.36", "archspec": "x86_64_v3"}


def machine(**facts: Any) -> Detected:
    return Detected(**{**LINUX, **facts})


def gpus(*capabilities: str | None, mig: bool = False) -> tuple[Gpu, ...]:
    return tuple(
        Gpu(uuid=f"GPU-{index}0000000-aaaa", index=index, vendor="nvidia", name=f"Card {c}",
            capability=c, mig=mig)
        for index, c in enumerate(capabilities)
    )  # fmt: skip


def inventory(*capabilities: str | None, cuda: str | None = "13.0", driver: str = "580.65.06",
              state: DriverState = "ok", mig: bool = False) -> Inventory:  # fmt: skip
    found = gpus(*capabilities, mig=mig)
    return Inventory(state=state, driver=driver, cuda=cuda, gpus=found)


def codes(choice: Choice) -> list[str]:
    return [one.code for one in choice.reasons]


#: capabilities of the GPUs, the driver's CUDA -> the major, the constraint, the first reason
GPUS = [
    # driver against CUDA major and minor
    (("8.6",), "11.4", 11, (), "cuda_detected"),
    (("8.6",), "12.0", 12, (), "cuda_detected"),
    (("8.6",), "12.9", 12, (), "cuda_detected"),
    (("8.6",), "13.0", 13, (), "cuda_detected"),
    (("8.6",), "13.4", 13, (), "cuda_detected"),
    (("9.0",), "14.0", 14, (), "cuda_detected"),
    # capability windows: the driver says 13, the GPU has no code in it
    (("5.2",), "13.0", 12, ("cuda-version <13",), "capability_major"),  # Maxwell
    (("6.0",), "13.0", 12, ("cuda-version <13",), "capability_major"),  # Pascal, P100
    (("6.1",), "13.0", 12, ("cuda-version <13",), "capability_major"),  # Pascal, GTX 1080
    (("7.0",), "13.0", 12, ("cuda-version <13",), "capability_major"),  # Volta, V100
    (("7.5",), "13.0", 13, (), "cuda_detected"),  # Turing
    (("6.1",), "12.9", 12, (), "cuda_detected"),
    (("3.7",), "12.4", 11, ("cuda-version <12",), "capability_major"),  # Kepler, K80
    (("10.0",), "13.0", 13, (), "cuda_detected"),  # Blackwell
    (("12.1",), "13.0", 13, (), "cuda_detected"),  # Blackwell, GB10
    # several
    (("9.0", "9.0"), "13.0", 13, (), "cuda_detected"),
    (("9.0", "6.1"), "13.0", 12, ("cuda-version <13",), "capability_major"),
    # a GPU that does not say
    ((None,), "13.0", 13, (), "cuda_detected"),
]


@pytest.mark.parametrize(("capabilities", "cuda", "major", "constraints", "first"), GPUS)
def test_gpus_and_drivers(
    capabilities: tuple[str | None, ...],
    cuda: str,
    major: int,
    constraints: tuple[str, ...],
    first: str,
) -> None:
    # A solver's own detection says the same of the driver, whatever the GPU.
    choice = choose_target(machine(cuda=cuda), inventory(*capabilities, cuda=cuda))

    assert choice.origin == "detected"
    assert (choice.cuda, choice.cuda_major) == (cuda, major)
    assert choice.constraints == constraints
    assert codes(choice)[0] == first


@pytest.mark.parametrize(("capabilities", "cuda", "major", "constraints", "first"), GPUS)
def test_the_same_where_only_the_solver_has_looked(
    capabilities: tuple[str | None, ...],
    cuda: str,
    major: int,
    constraints: tuple[str, ...],
    first: str,
) -> None:
    known = [c for c in capabilities if c]
    lowest = min(known, key=lambda c: tuple(map(int, c.split(".")))) if known else None

    choice = choose_target(machine(cuda=cuda, cuda_arch=lowest))

    assert (choice.cuda_major, choice.constraints) == (major, constraints)


def test_the_trap_is_explained_in_a_sentence() -> None:
    choice = choose_target(machine(cuda="13.0"), inventory("6.1"))

    assert choice.reasons[0].message == (
        "CUDA 12 and not 13: GPU 0 (Card 6.1) has compute capability 6.1, and CUDA 13 has no code "
        "for anything below 7.5."
    )
    assert choice.reasons[1].message == "CUDA 12: the driver here supports CUDA up to 13.0."
    assert choice.cuda_arch == "6.1"


@pytest.mark.parametrize(
    ("state", "found", "code"),
    [
        ("none", None, "cpu_no_gpu"),
        ("not_loaded", "13.0", "cpu_driver"),
        ("version_mismatch", "13.0", "cpu_driver"),
        ("no_permission", "13.0", "cpu_driver"),
        ("blocked", "13.0", "cpu_driver"),
        ("gone", "13.0", "cpu_driver"),
        ("error", "13.0", "cpu_driver"),
        ("ok", "13.0", "cpu_no_device"),
    ],
)
def test_no_gpu_that_works_means_cpu_builds(
    state: DriverState, found: str | None, code: str
) -> None:
    # A solver that only asks the library takes it for a GPU.
    choice = choose_target(machine(cuda=found), inventory(state=state))

    assert (choice.cuda, choice.cuda_major, choice.constraints) == (None, None, ())
    assert codes(choice) == [code]


def test_nobody_knows_of_any_gpu() -> None:
    assert codes(choose_target(machine())) == ["cpu_no_gpu"]
    amd = Gpu(uuid="amd-0", index=0, vendor="amd")
    assert codes(choose_target(machine(), Inventory(gpus=(amd,)))) == ["cpu_no_gpu"]


def test_a_gpu_that_is_too_old_for_all_of_them() -> None:
    choice = choose_target(machine(cuda="11.4"), inventory("3.0", cuda="11.4"))
    assert choice.cuda is None
    assert codes(choice) == ["cpu_capability"]


@pytest.mark.parametrize(
    ("glibc", "cuda", "major"),
    [("2.17", "13.0", 12), ("2.27", "13.0", 12), ("2.28", "13.0", 13), ("2.17", "12.4", 12),
     ("2.17", "14.0", 12), (None, "13.0", 13)],
)  # fmt: skip
def test_an_old_glibc(glibc: str | None, cuda: str, major: int) -> None:
    choice = choose_target(machine(glibc=glibc), inventory("9.0", cuda=cuda))
    assert choice.cuda_major == major
    assert ("glibc_major" in codes(choice)) == (major != int(cuda[:2]))
    assert choice.constraints == ((f"cuda-version <{major + 1}",) if major < int(cuda[:2]) else ())


def test_both_hold_back_and_the_lower_one_counts() -> None:
    choice = choose_target(machine(glibc="2.17"), inventory("3.7"))
    assert choice.cuda_major == 11
    assert choice.constraints == ("cuda-version <12",)
    assert codes(choice)[0] == "capability_major"


def test_unlike_gpus_and_a_person_who_chooses() -> None:
    mixed = inventory("6.1", "9.0")
    everything = choose_target(machine(), mixed)
    assert everything.cuda_arch == "6.1"
    assert "gpus_mixed" in codes(everything)

    for wanted in ("1", "GPU-10000000-aaaa", "GPU-1"):
        chosen = choose_target(machine(), mixed, Declared(gpus=(wanted,)))
        assert (chosen.cuda_arch, chosen.cuda_major) == ("9.0", 13)
        assert chosen.gpus == ("GPU-10000000-aaaa",)
        assert codes(chosen)[-1] == "gpus_chosen"

    with pytest.raises(TargetInvalid, match="there is no GPU '7' here; there are: GPU 0"):
        choose_target(machine(), mixed, Declared(gpus=("7",)))
    with pytest.raises(TargetInvalid, match="there are: none"):
        choose_target(machine(), None, Declared(gpus=("0",)))


def test_a_gpu_in_slices_counts_with_its_own_capability() -> None:
    choice = choose_target(machine(), inventory("9.0", mig=True))
    assert (choice.cuda_arch, choice.cuda_major) == ("9.0", 13)


def test_minor_versions_are_compatible_with_a_remark() -> None:
    older = choose_target(machine(), inventory("8.0", cuda="12.4"))
    assert older.constraints == ()  # builds for 12.9 run on it
    assert codes(older) == ["cuda_detected", "minor_compatible"]
    assert "12.9" in older.reasons[1].message
    assert codes(choose_target(machine(), inventory("8.0", cuda="12.9"))) == ["cuda_detected"]


def test_a_driver_that_does_not_say_its_cuda() -> None:
    choice = choose_target(machine(), inventory("8.0", cuda=None, driver="550.54.15"))
    assert choice.cuda == "12.4"


# -- what is declared ---------------------------------------------------------------------------

A100 = Declared(profile="a100", cuda="12.9", cuda_arch="8.0", glibc="2.28", archspec="x86_64_v3")


def test_a_login_node_solves_for_the_nodes_of_a_profile() -> None:
    choice = choose_target(machine(archspec="icelake"), inventory(state="none"), A100)
    assert choice.origin == "profile"
    assert (choice.cuda, choice.cuda_arch, choice.cuda_major) == ("12.9", "8.0", 12)
    assert (choice.glibc, choice.archspec) == ("2.28", "x86_64_v3")
    assert codes(choice) == ["cuda_profile"]


def test_a_profile_of_old_gpus_with_a_new_driver_is_the_trap_too() -> None:
    choice = choose_target(machine(), None, Declared(profile="p100", cuda="13.0", cuda_arch="6.0"))
    assert (choice.cuda_major, choice.constraints) == (12, ("cuda-version <13",))
    assert "the profile p100 has compute capability 6.0" in choice.reasons[0].message


def test_a_profile_does_not_take_this_machines_gpus() -> None:
    profile = Declared(profile="new", cuda="13.0")
    choice = choose_target(machine(cuda="13.0", cuda_arch="6.1"), inventory("6.1"), profile)
    assert (choice.cuda_arch, choice.constraints) == (None, ())
    assert codes(choice) == ["cuda_profile", "capability_unknown", "minor_compatible"]


def test_a_profile_without_a_gpu() -> None:
    choice = choose_target(machine(cuda="13.0"), inventory("9.0"), Declared(profile="cpu"))
    assert choice.cuda is None
    assert codes(choice) == ["cpu_profile"]


def test_a_declared_driver_keeps_this_machines_gpus() -> None:
    choice = choose_target(machine(), inventory("6.1", cuda="12.4"), Declared(cuda="13.0"))
    assert choice.origin == "declared"
    assert choice.constraints == ("cuda-version <13",)


@pytest.mark.parametrize(
    ("declared", "override", "cuda", "code"),
    [
        (None, "12.4", "12.4", "cuda_override"),
        (None, "", None, "cpu_override"),
        ("12.9", "11.8", "12.9", "cuda_declared"),
        ("", "12.4", None, "cpu_declared"),
        ("12.9", "", "12.9", "cuda_declared"),
    ],
)
def test_condas_override_and_what_beats_it(
    declared: str | None, override: str, cuda: str | None, code: str
) -> None:
    # Detection has applied the override to what it says already.
    here = machine(cuda=override or None, cuda_override=override)
    choice = choose_target(here, inventory("8.6"), Declared(cuda=declared))
    assert choice.cuda == cuda
    assert codes(choice)[0] == code


def test_condas_override_of_the_capability() -> None:
    here = machine(cuda="13.0", cuda_arch="6.1", arch_override="6.1")
    choice = choose_target(here, inventory("9.0"))
    assert (choice.cuda_arch, choice.cuda_major) == ("6.1", 12)
    assert "CONDA_OVERRIDE_CUDA_ARCH has compute capability 6.1" in choice.reasons[0].message


def test_there_is_no_cuda_for_a_mac() -> None:
    choice = choose_target(Detected(platform="osx-arm64"), None, Declared(cuda="12.9"))
    assert (choice.cuda, codes(choice)) == (None, ["cpu_platform"])


def test_machines_that_are_not_at_hand() -> None:
    locked = choose_target(machine(source="lock", cuda="13.0", cuda_arch="7.0"))
    assert (locked.origin, locked.cuda_major) == ("recorded", 12)
    assert codes(locked)[1] == "cuda_recorded"
    assert codes(choose_target(machine(source="lock"))) == ["cpu_recorded"]
    assert codes(choose_target(machine(source="usual"))) == ["cpu_usual"]
    declared = choose_target(machine(source="usual"), None, Declared(cuda="12.9"))
    assert codes(declared)[0] == "cuda_declared"


def test_that_a_gpu_is_required_is_said() -> None:
    choice = choose_target(machine(), None, Declared(gpu_required=True))
    assert choice.gpu_required
    assert codes(choice) == ["cpu_no_gpu", "gpu_required"]


@pytest.mark.parametrize(
    "declared",
    [
        Declared(cuda="twelve"), Declared(cuda="12=0"), Declared(cuda="12.4; rm"),
        Declared(cuda_arch="8.0a"), Declared(cuda_arch=""), Declared(glibc="2.28 "),
        Declared(archspec="../x"), Declared(archspec=""), Declared(cuda="9" * 100),
    ],
)  # fmt: skip
def test_what_is_no_version_is_refused(declared: Declared) -> None:
    with pytest.raises(TargetInvalid) as refused:
        choose_target(machine(), None, declared)
    assert len(refused.value.message) < 160


def test_every_reason_can_be_given_in_english() -> None:
    for code, template in REASONS.items():
        assert template.endswith("."), code
