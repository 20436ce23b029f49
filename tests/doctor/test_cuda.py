"""cuInit's answers, from a real shared library in a real process of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from jupyter_envs.doctor.cuda import ask_cuda
from jupyter_envs.doctor.diagnose import diagnose
from jupyter_envs.doctor.facts import CudaAnswer
from tests.support.cuda_driver import build, compiler

from .case import both
from .world import Plant, World


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the double."""
    if compiler() is None:
        pytest.skip("needs a C compiler")
    return build(tmp_path_factory.mktemp("driver")).parent


def ask(driver: Path, seconds: float = 20.0, **told: object) -> CudaAnswer:
    variables = {f"CUDA_DRIVER_{name.upper()}": str(value) for name, value in told.items()}
    return ask_cuda(
        {"LD_LIBRARY_PATH": str(driver), "CUDA_VISIBLE_DEVICES": "", **variables}, seconds=seconds
    )


def test_fake_libcuda_that_works(driver: Path) -> None:
    assert ask(driver, count=2) == CudaAnswer(
        code=0, count=2, version=13000, path=str(driver / "libcuda.so.1")
    )


@pytest.mark.parametrize("code", [3, 34, 46, 100, 101, 802, 803, 804, 999])
def test_fake_libcuda_that_refuses(driver: Path, code: int) -> None:
    answer = ask(driver, code=code)
    assert (answer.code, answer.count, answer.load_error) == (code, None, None)


def test_fake_libcuda_that_hangs_is_left_alone_in_time(driver: Path) -> None:
    started = time.monotonic()
    answer = ask(driver, seconds=1.0, sleeps=60)
    assert time.monotonic() - started < 10
    assert (answer.code, answer.timeout) == (None, 1.0)


def test_fake_libcuda_that_crashes(driver: Path) -> None:
    assert "status -6" in (ask(driver, crashes=1).load_error or "")


def test_no_library_at_all() -> None:
    answer = ask_cuda({"LD_LIBRARY_PATH": "/nonexistent"})
    if answer.code is None:  # a machine without a driver
        assert "libcuda.so.1" in (answer.load_error or "")


#: cuInit's code to what it means, in the place where it means that.
_MEANINGS: dict[str, tuple[int, Plant, set[str]]] = {
    "fine": (0, lambda w: None, set()),
    "not initialised": (3, lambda w: None, {"cuda_fails"}),
    "stub": (34, lambda w: None, {"driver_stub"}),
    "busy": (46, lambda w: None, {"gpu_exclusive"}),
    "none": (100, lambda w: None, {"cuda_no_device"}),
    "invalid": (101, lambda w: None, {"cuda_fails"}),
    "not ready": (802, lambda w: None, {"kernel_memory_bug"}),
    "not ready, with switches": (
        802,
        lambda w: w.device("0000:c0:00.0", "0x10de", "0x068000"),
        {"fabric_manager_down"},
    ),
    "another version": (803, lambda w: None, {"driver_mismatch"}),
    "no compatibility": (804, lambda w: None, {"compat_unsupported"}),
    "unknown": (999, lambda w: None, {"cuda_fails"}),
    "unknown, without a file": (999, lambda w: w.remove("/dev/nvidia-uvm"), {"uvm_missing"}),
    "unknown, in a container": (999, World.container, {"container_gpu_gone"}),
}


@pytest.mark.parametrize("meaning", _MEANINGS)
def test_fake_libcuda_is_understood(meaning: str, driver: Path, tmp_path: Path) -> None:
    code, place, ids = _MEANINGS[meaning]
    world = World(tmp_path)
    both(place)(world)
    world.answer = ask(driver, code=code)

    found = diagnose(world.facts())

    assert {one.id for one in found} == ids
    assert all("cuInit" in str(one.evidence) for one in found)
