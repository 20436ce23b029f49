"""A machine made of files: one where everything is well, and hands that plant faults in it.

``/proc``, ``/sys``, ``/dev`` and the loader's folders are a tree of ordinary files, which the
product's own gatherers read. What no file can stand for (NVML's values, cuInit's answer, free
space, permissions) is a value; ``tests/doctor/test_cuda.py`` has a libcuda for the answers.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from jupyter_envs.doctor.examine import Case, gather
from jupyter_envs.doctor.facts import CudaAnswer, Facts, Hold, Reading, Running
from jupyter_envs.doctor.look import Machine, Space
from jupyter_envs.hardware import DriverState, Gpu, Inventory
from jupyter_envs.kernels import install_kernelspec, published_kernels
from jupyter_envs.store import Environment, GenerationInfo, KernelRecord, SourceInfo, Store

Plant = Callable[["World"], object]

DRIVER = "580.65.06"
GPU = "GPU-11111111-aaaa-bbbb-cccc-000000000000"
SECOND = "GPU-22222222-aaaa-bbbb-cccc-000000000000"
GIB = 1 << 30
SITE = "lib/python3.12/site-packages"
_FLAGS = (
    "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3 abm avx avx2 bmi1 bmi2 f16c fma movbe avx512f"
    " avx512bw avx512cd avx512dq avx512vl"
)


_KERNEL = KernelRecord(
    folder="python3", language="python", implementation="ipython", version="3.12", seconds=1.0
)


class World:
    """A healthy machine with one GPU, and a healthy environment that computes on it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "machine"
        self.home = folder / "home" / "ada"
        self.envs = self.home / "envs"
        self.cache = self.home / "cache"
        self.kernels_dir = self.home / "jupyter" / "kernels"
        self.system_kernels = folder / "system" / "kernels"
        self.temporary = folder / "scratch"
        self.store = Store(self.envs)
        self.prefix = self.store.generation("climate", 1)
        for made in (self.cache, self.kernels_dir, self.temporary, self.prefix):
            made.mkdir(parents=True)
        self.environ: dict[str, str] = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
        }
        self.disk = Space(total=10**12, free=10**11, files_total=10**7, files_free=10**6)
        self.denied: set[str] = set()
        self.glibc = "2.36"
        self.answer = CudaAnswer(code=0, count=1, version=13000)
        self.inventory: Inventory | None = Inventory(
            state="ok",
            driver=DRIVER,
            cuda="13.0",
            gpus=(self.gpu(),),
        )
        self.stale_since: str | None = None
        self.readings: tuple[Reading, ...] = (Reading(uuid=GPU, total=40 * GIB, used=GIB),)
        self.probes: tuple[dict[str, Any], ...] = ()
        self.notebooks: tuple[Path, ...] = ()
        self.running: tuple[Running, ...] = ()
        self.archived = False
        self.managed = True
        self.nb_conda_kernels = False
        self._machine()
        self._environment()

    # -- the machine --------------------------------------------------------------------------

    def _machine(self) -> None:
        self.write("/proc/version", "Linux version 6.1.0 (gcc 12)")
        self.write("/proc/cpuinfo", f"processor : 0\nflags : {_FLAGS}\n")
        self.write("/proc/1/cgroup", "0::/init.scope\n")
        self.write("/proc/1/environ", "HOME=/\0")
        self.mount("/", "ext4")
        self.device("0000:00:01.0", "0x1a03", "0x030000")
        self.device("0000:65:00.0", "0x10de", "0x030200")
        self.device("0000:65:00.1", "0x10de", "0x040300")
        self.module("nvidia")
        self.write(
            "/proc/driver/nvidia/version",
            f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {DRIVER}  Mon Jan 1 2026\n",
        )
        for name in ("nvidia0", "nvidiactl", "nvidia-uvm"):
            self.write(f"/dev/{name}", "")
        self.library(f"/usr/lib/x86_64-linux-gnu/libcuda.so.{DRIVER}")

    def write(self, place: str, text: str) -> Path:
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def remove(self, place: str) -> None:
        (self.root / place.lstrip("/")).unlink()

    def device(self, address: str, vendor: str, kind: str) -> None:
        self.write(f"/sys/bus/pci/devices/{address}/vendor", f"{vendor}\n")
        self.write(f"/sys/bus/pci/devices/{address}/class", f"{kind}\n")

    def module(self, *names: str) -> None:
        self.write("/proc/modules", "".join(f"{n} 100 0 - Live 0x0\n" for n in names))

    def mount(self, point: str, kind: str, options: str = "rw", device: str = "8:1") -> None:
        path = self.root / "proc/self/mountinfo"
        before = path.read_text() if path.exists() else ""
        escaped = point.replace(" ", "\\040")
        self.write(
            "/proc/self/mountinfo",
            f"{before}30 1 {device} / {escaped} {options} shared:1 - {kind} none rw\n",
        )

    def library(self, place: str) -> None:
        """The driver's library, as packages lay it out: a link by its soname to the file."""
        path = self.write(place, "")
        link = path.parent / "libcuda.so.1"
        link.unlink(missing_ok=True)
        link.symlink_to(path.name)

    def no_library(self) -> None:
        self.remove("/usr/lib/x86_64-linux-gnu/libcuda.so.1")

    def no_driver(self) -> None:
        """The GPU is there, and nothing of NVIDIA's is installed."""
        self.no_library()
        self.module("ext4")
        self.remove("/proc/driver/nvidia/version")
        self.no_nodes()
        self.inventory = Inventory(state="none")
        self.readings = ()

    def no_nodes(self) -> None:
        for name in ("nvidia0", "nvidiactl", "nvidia-uvm"):
            self.remove(f"/dev/{name}")

    def no_gpu(self) -> None:
        """A machine without any."""
        self.no_driver()
        for function in ("0", "1"):
            self.device(f"0000:65:00.{function}", "0x144d", "0x010802")

    def container(self) -> None:
        self.write("/.dockerenv", "")

    def contained_without_gpu(self) -> None:
        """Of the machine's GPU a container sees the bus, and the kernel's files."""
        self.container()
        self.no_library()
        self.no_nodes()
        self.inventory = Inventory(state="none")
        self.readings = ()

    def space(self, **changes: int) -> None:
        self.disk = dataclasses.replace(self.disk, **changes)

    def deny(self, *places: object) -> None:
        self.denied.update(map(str, places))

    def set(self, **variables: str) -> None:
        """Variables of the server, which its kernels get too."""
        self.environ.update(variables)

    def move(self, envs: str) -> None:
        """Say that the environments are elsewhere."""
        self.store = Store(Path(envs))

    # -- the GPU ------------------------------------------------------------------------------

    def gpu(self, **changes: Any) -> Gpu:
        values = {"uuid": GPU, "index": 0, "vendor": "nvidia", "name": "NVIDIA A100",
                  "capability": "8.0", "memory": 40 * GIB}  # fmt: skip
        return Gpu(**{**values, **changes})

    def gpus(self, *changes: dict[str, Any], **more: Any) -> None:
        assert self.inventory is not None
        self.inventory = replace(self.inventory, gpus=tuple(self.gpu(**c) for c in changes), **more)

    def reading(self, **changes: Any) -> None:
        self.readings = (replace(self.readings[0], **changes),)

    def holders(self, *holders: Hold, used: int | None = None, **more: Any) -> None:
        total = sum(h.memory for h in holders)
        self.reading(holders=holders, used=total if used is None else used, **more)

    def state(self, state: DriverState, code: int | None = None) -> None:
        """What the driver's library says instead of telling of GPUs."""
        self.inventory = Inventory(state=state, code=code)
        self.readings = ()

    def cuda(self, **answer: Any) -> None:
        self.answer = CudaAnswer(**answer)

    # -- the environment ----------------------------------------------------------------------

    def _environment(self) -> None:
        (self.prefix / "conda-meta" / "jupyter-envs").mkdir(parents=True)
        (self.prefix / SITE).mkdir(parents=True)
        self.conda("python", "3.12.1", "h1_cpython", depends=["__glibc >=2.17,<3.0.a0"])
        self.conda("cuda-version", "12.9", "h2")
        self.conda("pytorch", "2.13.0", "cuda129_mkl_py312_h3", depends=["__cuda"])
        self.file("bin/python", "#!/bin/sh\n", mode=0o755)
        self.start("export PYTHONNOUSERSITE=1")
        argv = ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.file(
            "share/jupyter/kernels/python3/kernel.json",
            json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}),
        )
        self.register()

    def file(self, place: str, text: str, mode: int = 0o644) -> Path:
        path = self.prefix / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def start(self, *lines: str) -> None:
        """The start script, with these lines in it."""
        text = "\n".join(("#!/bin/sh", *lines, 'exec "$@"\n'))
        self.file("conda-meta/jupyter-envs/start", text, mode=0o755)

    def conda(
        self, name: str, version: str, build: str = "0", *, depends: Iterable[str] = ()
    ) -> None:
        self.unconda(name)
        record = {"name": name, "version": version, "build": build, "depends": list(depends),
                  "files": []}  # fmt: skip
        self.file(f"conda-meta/{name}-{version}-{build}.json", json.dumps(record))

    def unconda(self, name: str) -> None:
        for path in self.prefix.glob("conda-meta/*.json"):
            if json.loads(path.read_text())["name"] == name:
                path.unlink()

    def pip(self, name: str, version: str) -> None:
        folder = f"{SITE}/{name.replace('-', '_')}-{version}.dist-info"
        self.file(f"{folder}/METADATA", f"Name: {name}\nVersion: {version}\n")
        self.file(f"{folder}/INSTALLER", "pip\n")

    def cpu_only(self) -> None:
        """Nothing in the environment was built for CUDA."""
        for name in ("pytorch", "cuda-version"):
            self.unconda(name)

    @property
    def environment(self) -> Environment:
        info = GenerationInfo(
            name="climate",
            slug="climate",
            number=1,
            created="2026-01-01T00:00:00+00:00",
            created_by="ada",
            platform="linux-64",
            virtual_packages=(),
            channels=(),
            lock_digest="0" * 64,
            source=SourceInfo(kind="spec"),
            operation="1",
            kernels=(_KERNEL,),
        )
        return Environment(
            name="climate",
            slug="climate",
            path=self.envs / "climate",
            prefix=self.prefix,
            managed=self.managed,
            generation=1,
            generations=(1,),
            info=info,
            archived=self.archived,
        )

    def register(self) -> None:
        for name, (offer, content) in published_kernels(self.environment).items():
            install_kernelspec(self.kernels_dir, name, offer, content)

    def kernel(self, folder: Path, name: str, content: Any) -> Path:
        """A kernel.json in one of Jupyter's folders."""
        path = folder / name / "kernel.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def notebook(self, *outputs: dict[str, Any]) -> None:
        """One that was saved with these outputs."""
        cell = {"cell_type": "code", "source": "secret", "outputs": list(outputs)}
        path = self.home / "train.ipynb"
        path.write_text(json.dumps({"cells": [cell], "nbformat": 4}))
        self.notebooks = (path,)

    # -- what there is to see -----------------------------------------------------------------

    @property
    def machine(self) -> Machine:
        return Machine(
            root=self.root,
            environ=self.environ,
            home=self.home,
            system="Linux",
            may_write=lambda path: str(path) not in self.denied,
            may_use=lambda path: f"/{path.relative_to(self.root)}" not in self.denied,
            space=lambda path: self.disk,
            libc=lambda: self.glibc,
            ask_cuda=lambda environ: self.answer,
        )

    @property
    def case(self) -> Case:
        return Case(
            store=self.store,
            cache_dir=self.cache,
            kernels_dir=self.kernels_dir,
            kernel_dirs=(self.kernels_dir, self.system_kernels),
            environment=self.environment,
            probes=self.probes,
            notebooks=self.notebooks,
        )

    def facts(self) -> Facts:
        facts = gather(self.case, self.machine)
        seen = replace(
            facts.gpus,
            inventory=self.inventory,
            readings=self.readings,
            stale_since=self.stale_since,
        )
        facts = replace(facts, gpus=seen)
        if self.nb_conda_kernels:
            facts = replace(facts, kernels=replace(facts.kernels, nb_conda_kernels=True))
        if self.running and facts.env is not None:
            facts = replace(facts, env=replace(facts.env, running=self.running))
        return facts
