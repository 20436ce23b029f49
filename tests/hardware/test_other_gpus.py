"""GPUs that are not NVIDIA's. Nobody has seen the real ones: files as the kernel documents them."""

from __future__ import annotations

from pathlib import Path

from jupyter_envs.hardware.amd import amd_devices
from jupyter_envs.hardware.apple import apple_device, apple_devices
from jupyter_envs.hardware.gpus import Gpus, inventory
from jupyter_envs.hardware.nvidia import Nvidia
from jupyter_envs.hardware.readings import Sample
from jupyter_envs.hardware.texts import UNTOLD, note
from tests.hardware.test_fake_nvml import empty_without_reason
from tests.hardware.trees import plant

GIB = 1 << 30
CARD = {
    "vendor": "0x1002",
    "device": "0x740f",
    "unique_id": "abcdef0123456789",
    "product_name": "AMD Instinct MI210",
    "mem_info_vram_total": 64 * GIB,
    "mem_info_vram_used": 16 * GIB,
    "gpu_busy_percent": 37,
    "hwmon/hwmon3/temp1_input": 51000,
    "hwmon/hwmon3/power1_average": 90_500_000,
    "hwmon/hwmon3/power1_cap": 300_000_000,
}


def card(number: int, files: dict[str, object]) -> dict[str, object]:
    return {f"class/drm/card{number}/device/{name}": value for name, value in files.items()}


def test_an_amd_gpu(tmp_path: Path) -> None:
    plant(tmp_path, {**card(0, {"vendor": "0x8086"}), **card(1, {**CARD})})
    (tmp_path / "class/drm/card1-DP-1").mkdir()

    [found] = amd_devices(tmp_path)

    assert (found.uuid, found.name, found.vendor) == (
        "AMD-abcdef0123456789", "AMD Instinct MI210", "amd",
    )  # fmt: skip
    assert (found.memory, found.memory_used, found.memory_free) == (64 * GIB, 16 * GIB, 48 * GIB)
    assert (found.utilisation, found.temperature) == (37, 51)
    assert (found.power, found.power_limit) == (90.5, 300.0)
    assert empty_without_reason(found) == []
    assert set(found.reasons.values()) <= set(UNTOLD)


def test_an_amd_gpu_that_tells_little(tmp_path: Path) -> None:
    plant(tmp_path, card(0, {"vendor": "0x1002", "device": "0x164e", "gpu_busy_percent": "?"}))
    [found] = amd_devices(tmp_path)
    assert (found.name, found.memory) == ("AMD GPU 0x164e", None)
    assert empty_without_reason(found) == []


class Refusing(Nvidia):
    """NVIDIA's driver as it was found; never the machine's own."""

    def __init__(self, state: str, code: str) -> None:
        self._state, self._code = state, code

    def sample(self, *, processes: bool) -> Sample:
        return Sample(state=self._state, note=note(self._code), error=9)  # type: ignore[arg-type]

    def close(self) -> None:
        pass


def test_without_nvidia_s_driver_an_amd_gpu_is_no_failure(tmp_path: Path) -> None:
    plant(tmp_path, card(0, CARD))
    found = Gpus(Refusing("none", "no_driver"), sys=tmp_path).read()
    assert (found.state, found.note.code, found.error) == ("ok", "driver_ok", None)
    assert [g.vendor for g in inventory(found).gpus] == ["amd"]


def test_a_driver_of_nvidia_s_that_fails_is_told_beside_an_amd_gpu(tmp_path: Path) -> None:
    plant(tmp_path, card(0, CARD))
    found = Gpus(Refusing("not_loaded", "driver_not_loaded"), sys=tmp_path).read()
    assert (found.state, len(found.devices)) == ("not_loaded", 1)


def test_an_apple_gpu() -> None:
    found = apple_device("Apple M3", 16 * GIB)
    assert (found.name, found.memory, found.unified) == ("Apple M3", 16 * GIB, True)
    assert empty_without_reason(found) == []
    assert set(found.reasons.values()) == {"not_on_macos"}
    assert isinstance(apple_devices(), tuple)
