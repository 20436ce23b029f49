"""From pids to kernels, where ids and parents are as the test says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from jupyter_envs.hardware.holders import Kernel, claims, holders
from jupyter_envs.hardware.owners import Holders
from jupyter_envs.hardware.processes import Processes
from jupyter_envs.hardware.readings import Device, GpuProcess, Sample, Slice
from jupyter_envs.hardware.texts import note
from jupyter_envs.store import generation_at

MIB = 1 << 20
#: Above any id that a system gives: nothing that really runs is meant.
BASE = 9_000_000
SERVER, KERNEL, OTHER_KERNEL, WORKER, ORPHAN, MINE = (BASE + n for n in range(6))
GPU = "GPU-0"
A, B = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
SESSION = {"JPY_PARENT_PID": str(SERVER), "JPY_SESSION_NAME": "/home/ada/model.ipynb"}
EXE = "/srv/envs/.jupyter-envs/climate/2/bin/python3.12"
KERNELS = (
    Kernel(kernel_id=A, kernel="conda-env-climate-py", pid=KERNEL, notebooks=("model.ipynb",)),
    Kernel(kernel_id=B, kernel="python3", pid=OTHER_KERNEL),
)


class World:
    """A ``/proc`` with a server, two kernels, and what the test adds."""

    def __init__(self, folder: Path) -> None:
        self.proc = folder
        self.add(SERVER, 1, 100, "jupyter-server")
        self.add(KERNEL, SERVER, 200, "python3.12", environ=SESSION, exe=EXE)
        self.add(OTHER_KERNEL, SERVER, 210, "python", exe="/usr/bin/python3")

    def add(
        self,
        pid: int,
        parent: int,
        started: int,
        name: str = "python",
        *,
        environ: dict[str, str] | None = None,
        exe: str = "/usr/bin/python3",
        arguments: tuple[str, ...] = (),
        opened: tuple[str, ...] = (),
        state: str = "S",
    ) -> None:
        folder = self.proc / str(pid)
        (folder / "fd").mkdir(parents=True)
        fields = [state, str(parent), *["0"] * 17, str(started), "0", "0"]
        (folder / "stat").write_text(f"{pid} ({name}) {' '.join(fields)}\n")
        pairs = [f"{key}={value}" for key, value in (environ or {}).items()]
        (folder / "environ").write_text("".join(f"{pair}\0" for pair in pairs))
        (folder / "cmdline").write_text("".join(f"{word}\0" for word in arguments))
        (folder / "exe").symlink_to(exe)
        for number, file in enumerate(opened):
            (folder / "fd" / str(number)).symlink_to(file)

    def holders(
        self,
        *uses: tuple[int, int | None],
        private: bool = False,
        used: int = 10_000,
        kernels: tuple[Kernel, ...] = KERNELS,
    ) -> Holders:
        """Who holds a GPU with these processes: pid and MiB."""
        sample = Sample(
            state="ok",
            note=note("driver_ok"),
            devices=(
                Device(uuid=GPU, index=0, vendor="nvidia", memory=24_000 * MIB,
                       memory_used=used * MIB, memory_reserved=500 * MIB),
            ),
            processes=tuple(
                GpuProcess(device=GPU, pid=pid, memory=None if mib is None else mib * MIB)
                for pid, mib in uses
            ),
        )  # fmt: skip
        processes = Processes(self.proc, private=private)
        found = claims(sample, kernels, processes, server=SERVER)
        return holders(sample, found, kernels, processes, generation_at)


def mib(found: Holders) -> dict[str, Any]:
    [shares] = found.devices
    told = msgspec.structs.asdict(shares)
    return {
        key: value // MIB
        for key, value in told.items()
        if key in ("kernels", "own", "others", "unattributed")
    }


def test_a_kernel_and_its_children(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(WORKER, KERNEL, 300)
    world.add(WORKER + 100, WORKER, 310)

    found = world.holders((KERNEL, 1000), (WORKER + 100, 500), (OTHER_KERNEL, 200))

    first, second = found.kernels
    assert (first.environment, first.generation, first.notebooks) == (
        "climate", 2, ("model.ipynb",),
    )  # fmt: skip
    assert (first.memory, first.confidence) == (1500 * MIB, "exact")
    assert [(use.device, use.memory) for use in first.uses] == [(GPU, 1500 * MIB)]
    assert (second.memory, second.environment) == (200 * MIB, None)
    assert mib(found) == {"kernels": 1700, "own": 0, "others": 0, "unattributed": 8300}


def test_a_kernel_without_use_is_told_too(tmp_path: Path) -> None:
    first, second = World(tmp_path).holders().kernels
    assert (first.memory, first.uses, second.memory) == (0, (), 0)


def test_a_worker_that_left_its_kernel_has_its_notebook(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(ORPHAN, 1, 300, environ=SESSION)
    assert world.holders((ORPHAN, 700)).kernels[0].memory == 700 * MIB


def test_a_worker_of_a_kernel_that_is_gone_is_one_s_own(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(ORPHAN, 1, 300, environ={**SESSION, "JPY_SESSION_NAME": "/home/ada/gone.ipynb"})

    [process] = world.holders((ORPHAN, 700)).processes

    assert (process.pid, process.name, process.memory) == (ORPHAN, "python", 700 * MIB)
    assert process.notebook == "/home/ada/gone.ipynb"


def test_the_same_notebook_of_another_server_is_not_meant(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(ORPHAN, 1, 300, environ={**SESSION, "JPY_PARENT_PID": "42"})
    found = world.holders((ORPHAN, 700))
    assert (found.kernels[0].memory, mib(found)["own"]) == (0, 700)


def test_a_notebook_with_two_kernels_does_not_tell_which(tmp_path: Path) -> None:
    world = World(tmp_path)
    (tmp_path / str(OTHER_KERNEL) / "environ").write_text(
        "".join(f"{key}={value}\0" for key, value in SESSION.items())
    )
    world.add(ORPHAN, 1, 300, environ=SESSION)
    assert mib(world.holders((ORPHAN, 700)))["own"] == 700


def test_a_kernel_behind_a_wrapper_is_known_by_its_connection(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(WORKER, 1, 300, arguments=("python", "-f", f"/run/kernel-{B}.json"))
    assert world.holders((WORKER, 10)).kernels[1].memory == 10 * MIB


def test_a_pid_that_was_given_again_is_nobody_s_child(tmp_path: Path) -> None:
    """A parent that is younger than its child is another process by now."""
    world = World(tmp_path)
    world.add(MINE, KERNEL, 150)
    found = world.holders((MINE, 10))
    assert (found.kernels[0].memory, mib(found)["own"]) == (0, 10)


def test_parents_in_a_circle_come_to_an_end(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(MINE, MINE + 50, 300)
    world.add(MINE + 50, MINE, 300)
    assert mib(world.holders((MINE, 10)))["own"] == 10


def test_a_name_with_parentheses_and_a_process_that_has_ended(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(MINE, KERNEL, 300, "a) R 1 (b")
    world.add(MINE + 50, KERNEL, 300, state="Z")
    found = world.holders((MINE, 10), (MINE + 50, 20))
    assert found.kernels[0].memory == 10 * MIB
    assert mib(found)["unattributed"] == 9990


def test_an_environment_without_a_file_of_it(tmp_path: Path) -> None:
    """A kernel in the shell, which the system's own shell runs."""
    world = World(tmp_path)
    told = {"JUPYTER_ENVS_NAME": "climate", "JUPYTER_ENVS_GENERATION": "3"}
    world.add(MINE, SERVER, 300, "bash", environ=told, exe="/usr/bin/bash")
    kernel = Kernel(kernel_id="c", kernel="conda-env-climate-bash", pid=MINE)
    [found] = world.holders(kernels=(kernel,)).kernels
    assert (found.environment, found.generation) == ("climate", 3)


def test_a_kernel_elsewhere_has_nothing_here(tmp_path: Path) -> None:
    kernel = Kernel(kernel_id="c", kernel="remote")
    [found] = World(tmp_path).holders(kernels=(kernel,)).kernels
    assert (found.pid, found.memory, found.environment) == (None, None, None)


def test_memory_that_is_not_told(tmp_path: Path) -> None:
    found = World(tmp_path).holders((KERNEL, None))
    assert found.kernels[0].memory is None
    assert found.kernels[0].uses[0].memory is None


def test_slices_in_place_of_their_gpu(tmp_path: Path) -> None:
    world = World(tmp_path)
    part = Slice(uuid="MIG-1", index=0, memory=10 * MIB, memory_used=9 * MIB)
    device = Device(uuid=GPU, index=0, vendor="nvidia", mig=True, memory_used=50, slices=(part,))
    sample = Sample(
        state="ok",
        note=note("driver_ok"),
        devices=(device,),
        processes=(GpuProcess(device="MIG-1", pid=KERNEL, memory=8 * MIB),),
    )
    processes = Processes(world.proc, private=False)
    found = holders(
        sample,
        claims(sample, KERNELS, processes, server=SERVER),
        KERNELS,
        processes,
        generation_at,
    )
    assert [(s.device, s.kernels, s.unattributed) for s in found.devices] == [
        ("MIG-1", 8 * MIB, MIB)
    ]


# -- other users -------------------------------------------------------------------------------


def test_other_users_are_one_sum_without_names(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(MINE, 1, 300, "their-secret", arguments=("their-secret", "--of=theirs"))
    world.add(MINE + 1, 1, 300, "their-secret")
    processes = Processes(world.proc, uid=os.getuid() + 1, private=False)
    sample = Sample(
        state="ok",
        note=note("driver_ok"),
        devices=(Device(uuid=GPU, index=0, vendor="nvidia", memory_used=10_000 * MIB),),
        processes=(
            GpuProcess(device=GPU, pid=MINE, memory=300 * MIB),
            GpuProcess(device=GPU, pid=MINE + 1, memory=400 * MIB),
        ),
    )
    found = holders(
        sample, claims(sample, (), processes, server=SERVER), (), processes, generation_at
    )

    assert mib(found)["others"] == 700
    assert found.processes == ()
    assert b"secret" not in msgspec.json.encode(found)
    assert str(MINE).encode() not in msgspec.json.encode(found)


def test_people_of_a_hub_who_share_an_account_do_not_see_each_other(tmp_path: Path) -> None:
    world = World(tmp_path)
    theirs = {"JUPYTERHUB_USER": "grace", "JPY_SESSION_NAME": "/home/grace/secret.ipynb"}
    world.add(MINE, 1, 300, environ=theirs, opened=("/dev/nvidia0",))
    world.add(MINE + 1, 1, 300, "mine", environ={"JUPYTERHUB_USER": "ada"})
    world.add(MINE + 2, 1, 300, "mine")
    processes = Processes(world.proc, person="ada", private=False)
    device = Device(uuid=GPU, index=0, vendor="nvidia", memory_used=10_000 * MIB)
    uses = [GpuProcess(device=GPU, pid=MINE + n, memory=(1 + n) * MIB) for n in range(3)]
    sample = Sample(state="ok", note=note("driver_ok"), devices=(device,), processes=tuple(uses))

    found = holders(
        sample, claims(sample, (), processes, server=SERVER), (), processes, generation_at
    )

    assert [one.pid for one in found.processes] == [MINE + 1, MINE + 2]
    assert (mib(found)["own"], mib(found)["others"]) == (5, 1)
    assert b"grace" not in msgspec.json.encode(found)
    assert processes.with_gpu_open() == []


# -- containers --------------------------------------------------------------------------------

HOST_PIDS = ((BASE + 500, 4000), (BASE + 501, 300))


def test_in_a_container_the_only_one_that_has_the_gpu_open_has_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(WORKER, KERNEL, 300, opened=("/dev/null", "/dev/nvidia0"))
    world.add(WORKER + 50, KERNEL, 300, opened=("/dev/nvidia0", "/dev/nvidiactl"))

    found = world.holders(*HOST_PIDS, private=True)

    first = found.kernels[0]
    assert (first.memory, first.confidence) == (10_000 * MIB, "inferred")
    assert mib(found) == {"kernels": 10_000, "own": 0, "others": 0, "unattributed": 0}
    assert found.devices[0].confidence == "inferred"


def test_in_a_container_several_that_have_it_open_have_no_numbers(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(WORKER, KERNEL, 300, opened=("/dev/nvidia0",))
    world.add(MINE, 1, 300, opened=("/dev/nvidia0",))

    found = world.holders(private=True)

    assert (found.kernels[0].memory, found.kernels[0].confidence) == (None, "device-only")
    assert (found.processes[0].pid, found.processes[0].memory) == (MINE, None)
    assert mib(found)["unattributed"] == 10_000
    assert found.devices[0].confidence == "device-only"


def test_the_server_itself_has_the_gpu_open_since_it_looks_at_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    (tmp_path / str(SERVER) / "fd" / "7").symlink_to("/dev/nvidia0")
    found = world.holders(*HOST_PIDS, private=True)
    assert found.processes == ()
    assert mib(found)["unattributed"] == 10_000


def test_a_command_has_the_gpu_open_since_it_looks_at_it(tmp_path: Path) -> None:
    """A driver that tells a container of its own processes only lists none; then the command was
    the only one here with the GPU open, and was taken for who has the memory."""
    world = World(tmp_path)
    world.add(os.getpid(), 1, 300, "jupyter-envs", opened=("/dev/nvidiactl", "/dev/nvidia0"))
    found = world.holders(private=True)
    assert found.processes == ()
    assert mib(found)["unattributed"] == 10_000
    assert found.devices[0].confidence == "device-only"


def test_a_gpu_that_is_hardly_used_is_nobody_s(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(WORKER, KERNEL, 300, opened=("/dev/nvidia0",))
    assert world.holders(private=True, used=100).kernels[0].uses == ()


def test_a_container_whose_ids_are_right_needs_no_guess(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add(MINE, 1, 300, opened=("/dev/nvidia0",))
    found = world.holders((KERNEL, 1000), private=True)
    assert (found.kernels[0].memory, found.kernels[0].confidence) == (1000 * MIB, "exact")


def test_an_id_that_happens_to_be_somebody_s_here_counts_for_nothing(tmp_path: Path) -> None:
    found = World(tmp_path).holders((KERNEL, 1000), *HOST_PIDS, private=True)
    assert found.kernels[0].memory == 0
    assert found.devices[0].confidence == "device-only"


def test_what_is_told_of_processes_can_be_sent_and_printed(tmp_path: Path) -> None:
    """Whatever they call themselves, and wherever their file is."""
    world = World(tmp_path)
    world.add(MINE, 1, 300, "a\x1b[31mb", exe="/srv/.jupyter-envs/\udcff/2/bin/python",
              environ={"JPY_SESSION_NAME": "\ufffd.ipynb"})  # fmt: skip
    [process] = world.holders((MINE, 10)).processes
    assert process.name == "a?[31mb"
    assert msgspec.json.encode(process)


def test_lists_that_the_driver_refuses(tmp_path: Path) -> None:
    device = Device(uuid=GPU, index=0, vendor="nvidia", memory_used=100)
    sample = Sample(state="ok", note=note("driver_ok"), devices=(device,), unlisted=(GPU,))
    processes = Processes(tmp_path, private=False)
    found = holders(sample, [], (), processes, generation_at)
    assert (found.devices[0].confidence, found.devices[0].unattributed) == ("device-only", 100)


def test_this_process() -> None:
    processes = Processes()
    found = processes.find(os.getpid())
    assert found is not None
    assert (found.uid, found.parent) == (os.getuid(), os.getppid())
    assert os.getppid() in {one.pid for one in processes.line(found)}
    assert processes.environ(os.getpid())["PATH"]
    assert processes.find(BASE) is None
    assert not processes.is_hidden(BASE)
    assert isinstance(processes.is_private, bool)
    assert isinstance(processes.with_gpu_open(), list)
