"""Running a probe: one framework, in the environment's Python, as a kernel would be started.

The only way to know whether a GPU works is to compute on it. A framework may hang, crash, print
without end or take all memory, so it is a process of its own that is never waited for too long.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import IO, Any, Literal, get_args

import msgspec

from jupyter_envs.store import ProbeResult

from .probe_verdict import Heard, ProbeVerdict, judge, shadowed
from .probes import program

Framework = Literal["torch", "tensorflow", "jax", "cupy", "cudf"]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)

#: Names that people use for them, and the conda and pip packages that bring them.
ALIASES: dict[str, Framework] = {
    "cupy-core": "cupy",
    "cupy-cuda12x": "cupy",
    "cupy-cuda13x": "cupy",
    "jaxlib": "jax",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "rapids": "cudf",
    "tensorflow-base": "tensorflow",
    "tensorflow-cpu": "tensorflow",
    **{name: name for name in FRAMEWORKS},
}

#: How long a framework may take, in seconds; TensorFlow loads slowly from a network's disk.
SECONDS: dict[Framework, float] = {"tensorflow": 120.0}
_USUAL_SECONDS = 60.0

#: States that another Python path or other variables may be the reason of.
_SUSPICIOUS = ("missing", "crashed", "gpu_broken", "gpu_hidden")
#: Reasons that are known well enough.
_EXPLAINED = (
    "hidden_by_variable", "no_driver_library", "probe_timeout", "gpu_full", "cuda_stub",
)  # fmt: skip

_MARK = "@@PROBE "
_MOST_BYTES = 64 * 1024
_TAIL_LINES = 30
_DYING_SECONDS = 2.0
_POLL_SECONDS = 0.02

#: What a process needs of its caller in any case.
_PLAIN = ("HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "TZ")
_IN_THE_WAY = (
    "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE",
    "CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "XLA_FLAGS", "TF_XLA_FLAGS",
)  # fmt: skip


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a probe runs: the ``python`` of the generation ``prefix``, started by its shim
    ``start``, with what a kernel there gets from its starter, ``environ``."""

    prefix: Path
    start: Path
    python: Path
    environ: Mapping[str, str]


def framework_named(name: str) -> Framework | None:
    """The framework that a person means, or that a package brings; None where there is none."""
    return ALIASES.get(name.strip().lower())


def seconds_for(framework: Framework) -> float:
    """How long a framework is waited for, unless told otherwise."""
    return SECONDS.get(framework, _USUAL_SECONDS)


def run_probe(
    framework: Framework,
    place: Place,
    *,
    timeout: float | None = None,
    started: Callable[[int], None] = lambda pid: None,
) -> ProbeResult:
    """Try a framework; never raises for what the framework does.

    ``timeout`` is in seconds. ``started`` hears of each process once its shim is done. Where it
    fails, it is tried once more without the variables that a kernel has, to see whether one of
    them is in its way.
    """
    seconds = seconds_for(framework) if timeout is None else timeout
    began = time.monotonic()
    heard = _hear(framework, place, dict(place.environ), [], seconds, started)
    verdict = judge(heard)
    if verdict.state in _SUSPICIOUS and verdict.code not in _EXPLAINED:
        plain = _plain(place.environ)
        alone = judge(_hear(framework, place, plain, ["-I"], seconds, started))
        suspects = _suspects(place, heard)
        verdict = shadowed(verdict, alone, suspects, place.environ) or verdict
    return _result(verdict, heard, time.monotonic() - began)


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in _PLAIN if name in environ}


def _suspects(place: Place, heard: Heard) -> list[str]:
    found = [name for name in _IN_THE_WAY if place.environ.get(name)]
    file = str((heard.said or {}).get("file") or "")
    if file and not file.startswith(f"{place.prefix}/"):
        found.append(f"the folder of {file}")
    return found


def _result(verdict: ProbeVerdict, heard: Heard, seconds: float) -> ProbeResult:
    answer = {**(heard.said or {}), "stage": heard.stage, "returncode": heard.status}
    if heard.said is None:
        answer["tail"] = list(heard.tail)
    return ProbeResult(
        framework=heard.framework,
        state=verdict.state,
        code=verdict.code,
        params=verdict.params,
        when=datetime.now().astimezone().isoformat(timespec="seconds"),
        seconds=round(seconds, 2),
        version=verdict.version,
        devices=verdict.devices,
        cpu_ok=verdict.cpu_ok,
        answer=answer,
    )


def _hear(
    framework: Framework,
    place: Place,
    environ: dict[str, str],
    options: list[str],
    seconds: float,
    started: Callable[[int], None],
) -> Heard:
    """Run the program once, and listen until it ends or its time is over."""
    command = [str(place.start), str(place.python), *options, "-B", "-X", "faulthandler"]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-probe-") as folder:
        try:
            child = subprocess.Popen(
                [*command, "-c", program(framework, seconds)],
                env=environ,
                # Not the caller's folder: modules in it would be found first.
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return Heard(framework=framework, status=127, seconds=0, tail=(str(error),))
        ear = _Ear(child, started)
        status = ear.listen(seconds)
    return Heard(
        framework=framework,
        status=status,
        seconds=time.monotonic() - began,
        said=ear.said,
        stage=ear.stage,
        tail=tuple(ear.tail),
    )


class _Ear:
    """Reads all that a process writes and keeps little of it, so that it never has to wait."""

    def __init__(self, child: subprocess.Popen[bytes], started: Callable[[int], None]) -> None:
        self.said: dict[str, Any] | None = None
        self.stage = "start"
        self.tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._child = child
        self._started: Callable[[int], None] | None = started
        self._reader = Thread(target=self._read, args=(child.stdout,), daemon=True)

    def listen(self, seconds: float) -> int | None:
        """Until the process ends; its exit status, None where it was ended for being slow."""
        self._reader.start()
        try:
            ended = _ends_within(self._child, seconds)
        finally:
            # Its children too, also those of one that ended well; it is not waited for before, so
            # that the number is still its own.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                # One that hangs in the driver cannot be killed: nobody waits for it.
                self._child.wait(timeout=_DYING_SECONDS)
        self._reader.join(timeout=_DYING_SECONDS)
        if ended:
            return self._child.returncode
        # It may have answered, and only not left.
        return None if self.said is None else 0

    def _read(self, pipe: IO[bytes]) -> None:
        with suppress(OSError, ValueError), pipe:
            for line in _lines(pipe):
                text = line.decode("utf-8", "replace").rstrip()
                if text.startswith(_MARK):
                    self._note(text.removeprefix(_MARK))
                elif text:
                    self.tail.append(text[:500])

    def _note(self, text: str) -> None:
        try:
            told = json.loads(text)
        except ValueError:
            return
        if not isinstance(told, dict):
            return
        if self._started is not None:
            tell, self._started = self._started, None
            with suppress(OSError):
                tell(self._child.pid)
        verdict = told.get("verdict")
        if isinstance(verdict, dict):
            self.said, told = verdict, verdict
        if isinstance(told.get("stage"), str):
            self.stage = told["stage"][:40]


def _ends_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a child ends in time; it stays there to be waited for, where that can be had."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=seconds)
        return child.poll() is not None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _lines(pipe: IO[bytes]) -> Iterator[bytes]:
    """Lines of at most 64 KiB; what is longer comes in pieces, of which only the first may count
    as a line that begins with something."""
    whole = True
    while piece := pipe.readline(_MOST_BYTES):
        if whole:
            yield piece
        whole = piece.endswith(b"\n")
