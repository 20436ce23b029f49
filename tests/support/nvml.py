"""The stand-in for NVIDIA's library, built when it is needed, and a process that reads it.

It is loaded in processes of its own only: whoever asks for the library by its name afterwards,
the solver too, would find a GPU.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from jupyter_envs.hardware.nvml import SONAME
from jupyter_envs.hardware.readings import Sample

_SOURCE = Path(__file__).with_name("nvml_double.c")
_CHILD = Path(__file__).with_name("nvml_child.py")


def compiler() -> str | None:
    """A C compiler of this machine."""
    return next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)


def build_double(folder: Path) -> Path:
    """The library in ``folder``, under the name that the real one has."""
    cc = compiler()
    assert cc is not None
    target = folder / SONAME
    command = [
        cc, "-std=c11", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-fvisibility=hidden",
        f"-Wl,-soname,{SONAME}", "-o", str(target), str(_SOURCE),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return target


class Driver:
    """A driver that is as it is told to be: ``words`` are those of ``nvml_double.c``. ``environ``
    is for a process that is to find it."""

    def __init__(self, library: Path, folder: Path, words: str = "two") -> None:
        self.library = library
        self.words = words
        self._file = folder / "driver"
        self.environ = {
            "LD_LIBRARY_PATH": str(library.parent),
            "NVML_DOUBLE_FILE": str(self._file),
        }
        self.say(words)

    def say(self, words: str) -> None:
        """From now on it is so."""
        self.words = words
        part = self._file.with_suffix(".part")
        part.write_text(words)
        part.replace(self._file)


class Reader:
    """A process with our readers; each call is one line of JSON there and back."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, _CHILD],
            env={**os.environ, **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=30)  # closes the pipes, which ends it

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def call(self, do: str, **arguments: Any) -> Any:
        """What a function of ``nvml_child.py`` gives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode({"do": do, **arguments}).decode() + "\n")
        self._process.stdin.flush()
        answer = msgspec.json.decode(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def read(self) -> Sample:
        """One sample after the other."""
        return msgspec.convert(self.call("read"), Sample)
