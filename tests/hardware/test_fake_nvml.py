"""Every state of NVIDIA's driver, through the real nvidia-ml-py and a stand-in for its library."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest

from jupyter_envs.hardware.model import DriverState, Inventory
from jupyter_envs.hardware.nvidia_fields import COMPUTE_MODES, THROTTLE_BITS
from jupyter_envs.hardware.nvml import DRIVER_ERRORS, FIELD_ERRORS, SONAME
from jupyter_envs.hardware.readings import Device, GpuState, Hardware, Sample, Slice
from jupyter_envs.hardware.texts import HARDWARE, THROTTLES, UNTOLD
from tests.support.nvml import Driver, Reader
from tests.test_docs import page, section

MIB = 1 << 20
A5000, H100, SMALL, LARGE = (
    "GPU-00000000-aaaa-bbbb-cccc-000000000000",
    "GPU-11111111-aaaa-bbbb-cccc-111111111111",
    "MIG-22222222-aaaa-bbbb-cccc-222222222222",
    "MIG-33333333-aaaa-bbbb-cccc-333333333333",
)

#: Words of the driver: the state that is told, the code of its text, how many GPUs.
STATES = {
    "two": ("ok", "driver_ok", 2),
    "none": ("ok", "no_gpu", 0),
    "uma": ("ok", "driver_ok", 1),
    "old": ("ok", "driver_ok", 1),
    "empty": ("ok", "driver_ok", 1),
    "lost": ("ok", "driver_ok", 2),
    "reset": ("ok", "driver_ok", 2),
    "noperm": ("no_permission", "driver_no_permission", 0),
    "nodriver": ("not_loaded", "driver_not_loaded", 0),
    "mismatch": ("version_mismatch", "driver_version_mismatch", 0),
    "blocked": ("blocked", "driver_blocked", 0),
    "unknown": ("error", "driver_unknown", 0),
    "fail=8": ("error", "driver_power_cable", 0),
    "fail=10": ("error", "driver_timeout", 0),
    "fail=11": ("error", "driver_interrupts", 0),
    "fail=14": ("error", "driver_inforom", 0),
    "fail=15": ("error", "driver_gpu_lost", 0),
    "fail=16": ("error", "driver_reset_required", 0),
    "fail=20": ("error", "driver_out_of_memory", 0),
    "fail=27": ("error", "driver_not_ready", 0),
    "fail=19": ("error", "driver_error", 0),
}


def empty_without_reason(one: Device | Slice) -> list[str]:
    """Fields that are None, and nothing says why."""
    told = {name for name in one.__struct_fields__ if getattr(one, name) is None}
    return sorted(told - set(one.reasons) - {"note"})


def everything(found: Sample) -> list[Device | Slice]:
    return [*found.devices, *(one for device in found.devices for one in device.slices)]


@pytest.mark.parametrize("words", STATES)
def test_each_state_is_told_in_a_sentence_of_its_own(
    driver: Driver, reader: Reader, words: str
) -> None:
    driver.say(words)

    found = reader.read()

    assert (found.state, found.note.code, len(found.devices)) == STATES[words]
    assert found.note.message == HARDWARE[found.note.code].format_map(found.note.params)
    assert "{" not in found.note.message
    assert [empty_without_reason(one) for one in everything(found)] == [[]] * len(everything(found))


@pytest.mark.parametrize("code", [2, 3, 4, 13, 21, 25, 26, 999, 77])
def test_a_field_that_is_refused_is_empty_with_its_reason(
    driver: Driver, reader: Reader, code: int
) -> None:
    driver.say(f"refuse={code}")

    found = reader.read()

    assert (found.state, len(found.devices)) == ("ok", 2)
    for one in everything(found):
        assert empty_without_reason(one) == []
        assert set(one.reasons.values()) <= set(UNTOLD)
    if code not in (3, 999):  # 3 for memory: shared with the machine; 999: the GPU is not there
        assert {d.reasons["name"] for d in found.devices} == {FIELD_ERRORS.get(code, "failed")}


def test_a_whole_gpu(reader: Reader) -> None:
    found = reader.read().devices[0]

    assert found == Device(
        uuid=A5000,
        index=0,
        vendor="nvidia",
        name="NVIDIA RTX A5000",
        capability="8.6",
        bus="00000000:07:00.0",
        memory=24564 * MIB,
        memory_used=3072 * MIB,
        memory_free=(24564 - 3072 - 512) * MIB,
        memory_reserved=512 * MIB,
        utilisation=42,
        temperature=55,
        power=123.5,
        power_limit=230.0,
        throttle=("power_cap", "thermal"),
        compute_mode="exclusive_process",
        reasons={"ecc_errors": "not_supported", "rows_failed": "not_supported"},
    )


def test_a_gpu_that_is_cut_into_slices(reader: Reader) -> None:
    found = reader.read().devices[1]

    assert (found.mig, found.mig_pending, found.ecc_errors, found.rows_failed) == (
        True, False, 2, False,
    )  # fmt: skip
    assert found.reasons == {"utilisation": "not_on_mig"}
    assert [
        (s.uuid, s.name, s.memory, s.gpu_instance, s.compute_instance) for s in found.slices
    ] == [
        (SMALL, "MIG 1g.10gb", 9856 * MIB, 9, 0),
        (LARGE, "MIG 2g.20gb", 19968 * MIB, 5, 0),
    ]
    assert {s.reasons["utilisation"] for s in found.slices} == {"not_on_mig"}


def test_a_gpu_that_is_to_be_cut_and_has_no_slices(driver: Driver, reader: Reader) -> None:
    driver.say("empty")

    [found] = reader.read().devices

    assert (found.mig, found.mig_pending, found.slices) == (True, True, ())
    assert found.note is not None
    assert found.note.code == "mig_pending"


def test_a_gpu_that_shares_the_machine_s_memory(driver: Driver, reader: Reader) -> None:
    driver.say("uma 0:4711:300 0:4712:200")

    [found] = reader.read().devices

    assert found.unified
    assert found.memory is not None
    assert found.memory > (found.memory_free or 0) > 0
    assert found.memory_used == 500 * MIB  # of its processes: nothing else tells
    assert found.reasons["memory_reserved"] == "unified"


def test_an_old_driver_has_the_older_calls(driver: Driver, reader: Reader) -> None:
    driver.say("old 0:used:1000 0:4711:900")

    sample = reader.read()

    [found] = sample.devices
    assert [(p.pid, p.memory) for p in sample.processes] == [(4711, 900 * MIB)]

    assert (found.memory_used, found.throttle) == (1000 * MIB, ("power_cap", "thermal"))
    assert found.reasons["memory_reserved"] == "driver_is_old"
    assert found.mig is False


@pytest.mark.parametrize(("words", "state"), [("lost", "lost"), ("reset", "reset_required")])
def test_one_gpu_fails_while_it_is_looked_at_and_the_other_goes_on(
    driver: Driver, reader: Reader, words: str, state: str
) -> None:
    before = reader.read().devices
    driver.say(words)
    found = reader.read()

    first, second = found.devices
    assert (found.state, first.state, second) == ("ok", state, before[1])
    assert (first.uuid, first.name, first.memory) == (A5000, "NVIDIA RTX A5000", 24564 * MIB)
    assert first.memory_used is None
    assert first.note is not None
    assert "GPU 0" in first.note.message
    driver.say("two")
    assert reader.read().devices == before


@pytest.mark.parametrize("words", ["unknown", "blocked"])
def test_a_driver_that_worked_and_is_gone(driver: Driver, reader: Reader, words: str) -> None:
    """What a container sees whose devices were taken away."""
    assert reader.read().state == "ok"
    driver.say(words)
    found = reader.read()
    assert (found.state, found.note.code, found.devices) == ("gone", "driver_gone", ())
    assert reader.read().state == "gone"
    driver.say("two")
    assert reader.read().state == "ok"


def test_devices_that_are_taken_away_under_an_open_library(driver: Driver, reader: Reader) -> None:
    assert reader.read().state == "ok"
    driver.say("refuse=999")
    assert reader.read().state == "gone"


def test_after_an_upgrade_of_the_driver_it_is_said_what_to_do(
    driver: Driver, reader: Reader
) -> None:
    reader.read()
    driver.say("mismatch")
    found = reader.read()
    assert (found.state, found.error) == ("version_mismatch", 18)
    assert "restart this server" in found.note.message


def test_processes_are_told_once_for_each_device(driver: Driver, reader: Reader) -> None:
    driver.say("two 0:4711:2500 graphics:0:4711:100 graphics:0:4712:50 1.1:4711:17000 0:4713:-")

    found = reader.read()

    assert [(p.device, p.pid, p.memory and p.memory // MIB) for p in found.processes] == [
        (A5000, 4711, 2500),
        (A5000, 4712, 50),
        (A5000, 4713, None),
        (LARGE, 4711, 17000),
    ]
    assert found.processes_at is not None
    assert found.unlisted == ()


def test_processes_are_asked_for_less_often_than_the_rest(driver: Driver, reader: Reader) -> None:
    driver.say("two 0:4711:2500")
    first = reader.read()
    driver.say("two 0:4712:2500 0:used:4000")
    second = reader.read()

    assert (second.processes, second.processes_at) == (first.processes, first.processes_at)
    assert second.devices[0].memory_used == 4000 * MIB


def test_lists_of_processes_that_are_refused(driver: Driver, reader: Reader) -> None:
    driver.say("two 0:4711:2500 lists=4")

    found = reader.read()

    assert (found.processes, found.unlisted) == ((), (A5000, SMALL, LARGE))
    assert found.devices[0].utilisation == 42


def test_gpus_that_are_lost_between_two_calls_are_told_once(driver: Driver, reader: Reader) -> None:
    driver.say("two 0:4711:2500 lists=15")

    found = reader.read()

    assert [device.state for device in found.devices] == ["lost", "lost"]
    assert found.processes == ()


def test_the_inventory_is_what_stays(driver: Driver, reader: Reader) -> None:
    found = msgspec.convert(reader.call("inventory"), Inventory)

    assert (found.state, found.driver, found.cuda) == ("ok", "580.95.05", "13.0")
    assert [(g.uuid, g.capability, g.mig) for g in found.gpus] == [
        (A5000, "8.6", False),
        (H100, "9.0", True),
    ]
    driver.say("nodriver")
    lost = msgspec.convert(reader.call("inventory"), Inventory)
    assert (lost.state, lost.code, lost.gpus) == ("not_loaded", 9, ())


# -- the library -------------------------------------------------------------------------------


def test_without_a_library_there_is_none_and_later_there_may_be(
    driver: Driver, nvml_library: object
) -> None:
    folder = driver.library.parent
    with Reader({"NVML_DOUBLE_FILE": driver.environ["NVML_DOUBLE_FILE"]}) as reader:
        reader.call("open_reader", places=["/nonexistent"])
        found = reader.read()
        assert (found.state, found.note.code, found.error) == ("none", "no_driver", 12)
        # Installed meanwhile, where the loader does not look: WSL and some distributions.
        reader.call("open_reader", places=["/nonexistent", str(folder)])
        assert reader.read().state == "ok"


def test_a_file_that_is_no_library_is_passed_by(driver: Driver, tmp_path: object) -> None:
    folder = driver.library.parent / "broken"
    folder.mkdir(exist_ok=True)
    (folder / SONAME).write_text("not a library")
    with Reader({"NVML_DOUBLE_FILE": driver.environ["NVML_DOUBLE_FILE"]}) as reader:
        reader.call("open_reader", places=[str(folder)])
        assert reader.read().state == "none"
        reader.call("open_reader", places=[str(folder), str(folder.parent)])
        assert reader.read().state == "ok"


def test_an_older_binding_tells_less(driver: Driver, reader: Reader) -> None:
    """One that another package has brought under the same name."""
    names = ["nvmlMemory_v2", "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetRemappedRows"]
    names += [f"nvmlDeviceGet{kind}RunningProcesses_v3" for kind in ("Compute", "Graphics")]
    names += [f"nvmlDeviceGetMPSComputeRunningProcesses_v{version}" for version in (2, 3)]
    reader.call("forget", names=names)
    driver.say("two 0:4711:2500")

    found = reader.read()

    assert [process.pid for process in found.processes] == [4711]
    first = found.devices[0]
    assert (first.memory_used, first.throttle) == (3072 * MIB, ("power_cap", "thermal"))
    assert first.reasons["memory_reserved"] == first.reasons["rows_failed"] == "driver_is_old"


def test_the_binding_is_loaded_by_the_first_question(reader: Reader) -> None:
    assert reader.call("loaded") is False
    reader.read()
    assert reader.call("loaded") is True


def test_a_driver_that_is_let_go_is_opened_again(reader: Reader) -> None:
    first = reader.read()
    reader.call("close")
    assert reader.read() == msgspec.structs.replace(first, processes_at=reader.read().processes_at)


# -- its tables --------------------------------------------------------------------------------


def test_every_code_has_its_text() -> None:
    assert {code for _, code in DRIVER_ERRORS.values()} <= set(HARDWARE)
    assert set(FIELD_ERRORS.values()) <= set(UNTOLD)
    assert set(THROTTLE_BITS.values()) == set(THROTTLES)
    assert COMPUTE_MODES == ("default", "exclusive_thread", "prohibited", "exclusive_process")


def test_states_and_codes_are_documented() -> None:
    text = section(page("rest.md"), "Hardware")
    told = set(re.findall(r"`(\w+)`", text))
    assert {*get_args(DriverState), "waiting", *get_args(GpuState)} <= told
    assert set(Device.__struct_fields__) | set(Hardware.__struct_fields__) <= told
    assert set(THROTTLES) <= told
