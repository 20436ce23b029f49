"""Which of a package's wheels a target gets."""

from __future__ import annotations

import pytest

from jupyter_envs.engine import PythonTarget, python_target, unsatisfied, usual_target
from jupyter_envs.engine.wheels import best_wheel, uv_platform
from jupyter_envs.errors import InvalidInput
from tests.lock.sample import conda, pip

WHEELS = (
    "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "cp312-cp312-macosx_11_0_arm64",
    "cp312-cp312-macosx_14_0_arm64",
    "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "cp312-cp312-manylinux_2_28_x86_64",
    "cp312-cp312-manylinux_2_17_aarch64",
    "cp312-cp312-musllinux_1_2_x86_64",
    "cp312-cp312-win_amd64",
    "cp313-cp313-manylinux_2_28_x86_64",
    "cp39-abi3-win32",
)


def chosen(platform: str, *tags: str, python: str = "3.12.4", **machine: str) -> str | None:
    target = python_target(usual_target(platform, machine), python)
    wheels = [{"url": f"https://host/x/demo-1.0-{tag}.whl"} for tag in tags or WHEELS]
    found = best_wheel(wheels, target)
    return None if found is None else found["url"].removesuffix(".whl").partition("1.0-")[2]


@pytest.mark.parametrize(
    ("platform", "machine", "expected"),
    [
        ("linux-64", {}, "cp312-cp312-manylinux_2_28_x86_64"),
        ("linux-64", {"__glibc": "2.17"}, WHEELS[3]),
        ("linux-aarch64", {}, "cp312-cp312-manylinux_2_17_aarch64"),
        ("osx-arm64", {}, "cp312-cp312-macosx_11_0_arm64"),
        ("osx-arm64", {"__osx": "14.5"}, "cp312-cp312-macosx_14_0_arm64"),
        ("win-64", {}, "cp312-cp312-win_amd64"),
        ("osx-64", {}, None),
    ],
)
def test_the_wheel_of_a_machine(
    platform: str, machine: dict[str, str], expected: str | None
) -> None:
    assert chosen(platform, **machine) == expected


def test_an_older_and_a_pure_wheel() -> None:
    assert chosen("linux-64", python="3.13.0") == "cp313-cp313-manylinux_2_28_x86_64"
    assert chosen("win-64", "py3-none-any", "cp311-cp311-win_amd64") == "py3-none-any"
    assert chosen("linux-64", "cp310-abi3-manylinux_2_17_x86_64", "py3-none-any") == (
        "cp310-abi3-manylinux_2_17_x86_64"
    )


@pytest.mark.parametrize(
    ("platform", "glibc", "expected"),
    [
        ("linux-64", (2, 28), "x86_64-manylinux_2_28"),
        ("linux-64", (2, 30), "x86_64-manylinux_2_28"),
        ("linux-64", (2, 5), "x86_64-manylinux_2_17"),
        ("linux-aarch64", (2, 41), "aarch64-manylinux_2_40"),
        ("win-64", (2, 17), "x86_64-pc-windows-msvc"),
        ("osx-arm64", (11, 0), "aarch64-apple-darwin"),
        ("linux-ppc64le", (2, 28), None),
    ],
)
def test_uv_knows_the_machine_by_another_name(
    platform: str, glibc: tuple[int, int], expected: str | None
) -> None:
    assert uv_platform(PythonTarget(platform, "3.12.1", glibc)) == expected


def test_a_usual_machine_and_what_is_declared() -> None:
    target = usual_target("linux-64", {"__cuda": "12.4", "__glibc": "2.17=0"})
    assert target.virtual_packages == (
        "__archspec=1=x86_64", "__cuda=12.4=0", "__glibc=2.17=0", "__linux=4.18=0", "__unix=0=0"
    )  # fmt: skip
    with pytest.raises(InvalidInput):
        usual_target("linux-64", {"cuda": "12.4"})


# -- what a lock fulfils ------------------------------------------------------------------------

PACKAGES = (
    conda("numpy", "2.1.0", "py312_0"),
    conda("python", "3.12.4", "h0_cpython"),
    pip("rich"),
)


@pytest.mark.parametrize(
    ("dependency", "fulfilled"),
    [
        ("numpy", True),
        ("numpy=2.1", True),
        ("numpy=2.1.0=py312_0", True),
        ("numpy >=2,<3", True),
        ("conda-forge::numpy", True),
        ("NumPy", True),
        ("numpy[version='>=2']", True),
        ("numpy=2.1.0=py311_0", False),
        ("numpy<2", False),
        ("rich", False),
        ("scipy", False),
        ("https://host/linux-64/numpy-2.1.0-py312_0.conda", True),
        ("https://host/linux-64/numpy-2.2.0-py312_0.conda", False),
    ],
)
def test_a_dependency_is_fulfilled_or_not(dependency: str, fulfilled: bool) -> None:
    assert unsatisfied([dependency], PACKAGES) == (() if fulfilled else (dependency,))
