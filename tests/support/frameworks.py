"""Stand-ins for frameworks, as modules: each is in one of the states that a probe has to tell.

They answer what the probes ask for, and compute on nothing but this machine's CPU.
"""

from __future__ import annotations

import textwrap
import zipfile
from pathlib import Path

from .pip_index import from_folder

#: What a good torch needs for its probe. ``CUDA`` is what it is built for, ``GPUS`` how many it
#: sees; ``compute(place)`` is called before each result, and may do what it likes.
_TORCH = """
import types

__version__ = "2.13.0"
version = types.SimpleNamespace(cuda=CUDA, hip=None)
backends = types.SimpleNamespace(mps=types.SimpleNamespace(is_available=lambda: False))

class _Number:
    def __init__(self, value):
        self.value = value

    def sum(self):
        return self

    def item(self):
        return self.value

class _Matrix:
    def __init__(self, place):
        self.place = place

    def __matmul__(self, other):
        compute(self.place)
        return _Number(64.0 * 256 * 256 * (WRONG if self.place != "cpu" else 1))

def full(shape, value, device="cpu"):
    return _Matrix(device)

def ones(*shape, device="cpu"):
    return _Matrix(device)

def zeros(*shape, device="cpu"):
    raise RuntimeError("no CUDA-capable device is detected")

nn = types.SimpleNamespace(
    functional=types.SimpleNamespace(conv2d=lambda grid, weights: convolve())
)
cuda = types.SimpleNamespace(
    is_available=lambda: GPUS > 0,
    device_count=lambda: GPUS,
    get_arch_list=lambda: ["sm_80"],
    get_device_name=lambda number: f"Stand-in {number}",
    get_device_capability=lambda number: (8, 0),
)
"""


def torch(
    *,
    cuda: str | None = None,
    gpus: int = 0,
    compute: str = "pass",
    convolve: str = "return _Number(9.0 * 36)",
    wrong: float = 1,
    first: str = "",
) -> str:
    """The text of a module ``torch``. ``first`` runs when it is imported, ``compute`` and
    ``convolve`` are bodies of functions; ``compute`` knows its ``place``."""
    return "\n".join(
        (
            f"CUDA, GPUS, WRONG = {cuda!r}, {gpus}, {wrong!r}",
            textwrap.dedent(first),
            "def compute(place):",
            textwrap.indent(textwrap.dedent(compute), "    "),
            "def convolve():",
            textwrap.indent(textwrap.dedent(convolve), "    "),
            _TORCH,
        )
    )


def wheel(folder: Path, text: str, *, name: str = "torch", version: str = "2.13.0") -> Path:
    """A wheel of one module with this text."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    members = {
        f"{name}.py": text,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(zipfile.ZipInfo(member), content)
    return path


def from_wheels(folder: Path) -> dict[str, str]:
    """Variables by which pip finds the wheels of a folder, and no others."""
    return from_folder(folder)
