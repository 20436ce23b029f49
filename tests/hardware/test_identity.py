"""Which machine this is: the same GPUs and driver are the same machine, others another."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.hardware import machine_identity

VERSION = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.82.07  Wed Aug 27 2025\n"
OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  590.44.01  Release Build\n"


def _gpu(root: Path, address: str, uuid: str) -> None:
    folder = root / "proc/driver/nvidia/gpus" / address
    folder.mkdir(parents=True)
    (folder / "information").write_text(f"Model: \t\t H100\nGPU UUID: \t {uuid}\nBus: PCIe\n")


def _driver(root: Path, text: str) -> None:
    (root / "proc/driver/nvidia").mkdir(parents=True, exist_ok=True)
    (root / "proc/driver/nvidia/version").write_text(text)


def _device(root: Path, address: str, vendor: str, kind: str) -> None:
    folder = root / "sys/bus/pci/devices" / address
    folder.mkdir(parents=True)
    (folder / "vendor").write_text(f"{vendor}\n")
    (folder / "class").write_text(f"{kind}\n")
    (folder / "device").write_text("0x2330\n")


def test_a_machine_without_a_gpu(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    found = machine_identity(tmp_path / "a")
    assert (found.driver, found.gpus) == (None, ())
    _device(tmp_path / "b", "0000:00:01.0", "0x8086", "0x030000")
    _device(tmp_path / "b", "0000:00:02.0", "0x10de", "0x020700")  # a network card of NVIDIA's
    assert machine_identity(tmp_path / "b").digest == found.digest


def test_gpus_by_their_uuids_and_the_driver(tmp_path: Path) -> None:
    _driver(tmp_path, VERSION)
    _gpu(tmp_path, "0000:02:00.0", "GPU-b")
    _gpu(tmp_path, "0000:01:00.0", "GPU-a")
    found = machine_identity(tmp_path)
    assert (found.driver, found.gpus) == ("580.82.07", ("GPU-a", "GPU-b"))
    before = found.digest

    _driver(tmp_path, OPEN)
    assert machine_identity(tmp_path).driver == "590.44.01"
    assert machine_identity(tmp_path).digest != before
    _driver(tmp_path, VERSION)
    assert machine_identity(tmp_path).digest == before
    _gpu(tmp_path, "0000:03:00.0", "GPU-c")
    assert machine_identity(tmp_path).digest != before


def test_gpus_that_no_driver_tells_of(tmp_path: Path) -> None:
    _device(tmp_path, "0000:01:00.0", "0x10de", "0x030200")
    _device(tmp_path, "0000:02:00.0", "0x1002", "0x038000")
    found = machine_identity(tmp_path)
    assert found.gpus == ("0000:01:00.0 0x10de:0x2330", "0000:02:00.0 0x1002:0x2330")
    assert found.driver is None
