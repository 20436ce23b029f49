"""What this machine is to a solver."""

from __future__ import annotations

import os

import pytest
from rattler import Subdir

from jupyter_envs.engine import Target, detect_target
from jupyter_envs.engine.target import generic_packages
from jupyter_envs.errors import ConfigurationInvalid, InvalidInput, PlatformUnsupported


def virtual(target: Target) -> dict[str, tuple[str, str]]:
    """Name to (version, build)."""
    parts = (text.split("=", 2) for text in target.virtual_packages)
    return {name: (version, build) for name, version, build in parts}


@pytest.fixture(autouse=True)
def no_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CONDA_OVERRIDE_"):
            monkeypatch.delenv(name)


def test_this_machine() -> None:
    target = detect_target()
    found = virtual(target)
    assert target.platform == str(Subdir.current())
    assert found["__unix"] == ("0", "0")
    assert found["__archspec"][0] == "1"
    if target.platform.startswith("linux"):
        libc, version = os.confstr("CS_GNU_LIBC_VERSION").split()  # type: ignore[union-attr]  # glibc always answers
        assert found[f"__{libc}"] == (version, "0")


def test_a_declared_driver_and_platform() -> None:
    target = detect_target(platform="linux-aarch64", cuda="12.4")
    assert target.platform == "linux-aarch64"
    assert virtual(target)["__cuda"] == ("12.4", "0")


@pytest.mark.parametrize(
    ("variable", "value", "name", "version"),
    [
        ("CONDA_OVERRIDE_CUDA", "11.8", "__cuda", "11.8"),
        ("CONDA_OVERRIDE_GLIBC", "2.17", "__glibc", "2.17"),
    ],
)
def test_condas_overrides(
    variable: str, value: str, name: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert virtual(detect_target())[name][0] == version


def test_what_is_declared_beats_the_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDA_OVERRIDE_CUDA", "11.8")
    assert virtual(detect_target(cuda="12.4"))["__cuda"][0] == "12.4"


def test_an_empty_override_takes_the_driver_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDA_OVERRIDE_CUDA", "")
    assert "__cuda" not in virtual(detect_target())


@pytest.mark.parametrize("text", ["abc", "12=0", "12.", "-1", "12 "])
def test_what_is_no_version_of_cuda(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a version of CUDA"):
        detect_target(cuda=text)


def test_an_override_that_is_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDA_OVERRIDE_GLIBC", "2.17=0")
    with pytest.raises(ConfigurationInvalid) as caught:
        detect_target()
    assert "CONDA_OVERRIDE" in caught.value.message
    assert "2.17=0" in caught.value.message


def test_the_solver_gets_what_the_target_says() -> None:
    target = Target("linux-64", ("__cuda=12.4=0", "__archspec=1=x86_64_v3"))
    packages = generic_packages(target)
    assert [(p.name.normalized, str(p.version), str(p.build_string)) for p in packages] == [
        ("__cuda", "12.4", "0"),
        ("__archspec", "1", "x86_64_v3"),
    ]


def test_windows_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Windows:
        """There is no Windows here to run this on."""

        @staticmethod
        def current() -> str:
            return "win-64"

    monkeypatch.setattr("jupyter_envs.engine.target.Subdir", Windows)
    with pytest.raises(PlatformUnsupported) as caught:
        detect_target()
    assert "WSL" in str(caught.value.hint)
