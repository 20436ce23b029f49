"""Probes of stand-ins for frameworks: whatever these do, there is a state and a reason."""

from __future__ import annotations

import os
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_envs.doctor import PROBES, Place, framework_named, run_probe
from jupyter_envs.store import ProbeResult
from tests.support.frameworks import torch


class Prefix:
    """A small prefix with a Python and a start shim, for modules of frameworks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        venv.create(path, with_pip=False)
        (self.site,) = path.glob("lib/python3*/site-packages")
        self.start = path / "start"
        self.start.write_text('#!/bin/sh\nexec "$@"\n')
        self.start.chmod(0o755)
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CUDA_", "JAX_", "PYTHON", "LD_"))
        }

    def place(self, **variables: str) -> Place:
        return Place(
            prefix=self.path,
            start=self.start,
            python=self.path / "bin" / "python",
            environ={**self.environ, **variables},
        )

    def probe(self, text: str, *, timeout: float = 20, **variables: str) -> ProbeResult:
        """What the probe says of a ``torch`` with this text."""
        (self.site / "torch.py").write_text(text)
        return run_probe("torch", self.place(**variables), timeout=timeout)


@pytest.fixture
def prefix(tmp_path: Path) -> Prefix:
    return Prefix(tmp_path / "prefix")


def said(result: ProbeResult) -> str:
    """The sentence for people: every param that it needs is there."""
    return PROBES[result.code].format(**result.params)


def test_a_gpu_that_computes_rightly(prefix: Prefix) -> None:
    found = prefix.probe(torch(cuda="12.9", gpus=2))
    assert (found.state, found.code) == ("gpu_ok", "gpu_ok")
    assert said(found) == "torch 2.13.0 computes on Stand-in 0, Stand-in 1"
    assert (found.devices, found.cpu_ok) == (("Stand-in 0", "Stand-in 1"), True)
    assert found.answer["stage"] == "done"


def test_a_build_for_the_cpu(prefix: Prefix) -> None:
    found = prefix.probe(torch(cuda=None))
    assert (found.state, found.cpu_ok) == ("cpu_only_build", True)
    assert said(found) == "torch 2.13.0 is a build for the CPU: it cannot use a GPU"


def test_a_build_for_gpus_where_there_is_no_driver(prefix: Prefix) -> None:
    found = prefix.probe(torch(cuda="12.9"))
    assert (found.state, found.code, found.cpu_ok) == ("gpu_hidden", "no_driver_library", True)
    assert said(found)


@pytest.mark.parametrize(
    ("cuinit", "code"),
    [
        (34, "cuda_stub"),
        (46, "cuda_busy"),
        (100, "cuda_no_device"),
        (101, "cuda_invalid_device"),
        (802, "cuda_not_ready"),
        (803, "cuda_driver_mismatch"),
        (804, "cuda_compat_unsupported"),
        (999, "cuda_failed"),
        (3, "cuda_failed"),
    ],
)
def test_each_answer_of_the_driver_has_its_reason(
    prefix: Prefix, libcuda: Path, cuinit: int, code: str
) -> None:
    found = prefix.probe(
        torch(cuda="12.9"), LD_LIBRARY_PATH=str(libcuda), DOUBLE_CUINIT=str(cuinit)
    )
    assert (found.state, found.code) == ("gpu_hidden", code)
    assert str(cuinit) in said(found)
    assert found.answer["libcuda"]["cuInit"] == cuinit


def test_a_driver_that_is_older_than_the_build(prefix: Prefix, libcuda: Path) -> None:
    found = prefix.probe(torch(cuda="13.0"), LD_LIBRARY_PATH=str(libcuda), DOUBLE_CUDA="12080")
    assert found.code == "driver_too_old"
    assert "built for CUDA 13.0, and the driver supports CUDA 12.8" in said(found)


def test_a_driver_that_counts_no_gpu(prefix: Prefix, libcuda: Path) -> None:
    found = prefix.probe(torch(cuda="12.9"), LD_LIBRARY_PATH=str(libcuda), DOUBLE_COUNT="0")
    assert (found.state, found.code) == ("gpu_hidden", "cuda_no_device")


def test_a_driver_that_hangs(prefix: Prefix, libcuda: Path) -> None:
    began = time.monotonic()
    found = prefix.probe(
        torch(cuda="12.9"), timeout=1, LD_LIBRARY_PATH=str(libcuda), DOUBLE_HANGS="1"
    )
    assert (found.state, found.params["stage"]) == ("timeout", "start")
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("value", ["", "-1"])
def test_gpus_that_a_variable_hides(prefix: Prefix, libcuda: Path, value: str) -> None:
    found = prefix.probe(
        torch(cuda="12.9"),
        CUDA_VISIBLE_DEVICES=value,
        LD_LIBRARY_PATH=str(libcuda),
        DOUBLE_CUINIT="100",
    )
    assert (found.state, found.code) == ("gpu_hidden", "hidden_by_variable")
    assert said(found).endswith(f"because CUDA_VISIBLE_DEVICES is {value!r}")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("CUDA error: no kernel image is available", "capability_unsupported"),
        ("CUDA out of memory. Tried to allocate", "gpu_full"),
        ("CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222)", "ptx_unsupported"),
        ("an illegal memory access", "compute_failed"),
    ],
)
def test_a_gpu_that_is_seen_and_cannot_be_used(prefix: Prefix, error: str, code: str) -> None:
    raises = f"if place != 'cpu': raise RuntimeError({error!r})"
    found = prefix.probe(torch(cuda="12.9", gpus=1, compute=raises))
    assert (found.state, found.code, found.cpu_ok) == ("gpu_broken", code, True)
    assert error in said(found)


@pytest.mark.parametrize("cuinit", ["100", "101"])
def test_a_variable_that_names_a_gpu_that_is_not_there(
    prefix: Prefix, libcuda: Path, cuinit: str
) -> None:
    """The driver says that there is no GPU: that another answer comes without the variable tells
    why."""
    alone = "import os\nGPUS = 0 if 'CUDA_VISIBLE_DEVICES' in os.environ else 1"
    found = prefix.probe(
        torch(cuda="12.9", first=alone),
        CUDA_VISIBLE_DEVICES="7",
        LD_LIBRARY_PATH=str(libcuda),
        DOUBLE_CUINIT=cuinit,
    )
    assert (found.state, found.code) == ("gpu_hidden", "hidden_by_variable")
    assert said(found).endswith("because CUDA_VISIBLE_DEVICES is '7'")


def test_a_stub_of_the_driver_is_told_as_such_and_not_as_a_variable(
    prefix: Prefix, libcuda: Path
) -> None:
    alone = "import os\nGPUS = 0 if 'LD_LIBRARY_PATH' in os.environ else 1"
    found = prefix.probe(
        torch(cuda="12.9", first=alone), LD_LIBRARY_PATH=str(libcuda), DOUBLE_CUINIT="34"
    )
    assert (found.state, found.code) == ("gpu_hidden", "cuda_stub")


def test_a_full_gpu_is_known_by_the_driver_whatever_the_framework_says(
    prefix: Prefix, libcuda: Path
) -> None:
    """JAX 0.11 on a full GPU says that there is no supported device."""
    raises = "if place == 'cpu': raise RuntimeError('no supported devices found for platform CUDA')"
    text = torch(cuda="12.9", compute=raises)
    found = prefix.probe(text, LD_LIBRARY_PATH=str(libcuda), DOUBLE_CONTEXT="2")
    assert (found.state, found.code) == ("gpu_broken", "gpu_full")
    assert "found no memory on the GPU" in said(found)
    assert prefix.probe(text, LD_LIBRARY_PATH=str(libcuda)).code != "gpu_full"


def test_where_there_is_no_driver_no_variable_is_to_blame(prefix: Prefix) -> None:
    found = prefix.probe(torch(cuda="12.9"), CUDA_VISIBLE_DEVICES="-1")
    assert (found.state, found.code) == ("gpu_hidden", "no_driver_library")


def test_a_convolution_that_fails(prefix: Prefix) -> None:
    raises = "raise RuntimeError('cuDNN error: CUDNN_STATUS_NOT_INITIALIZED')"
    found = prefix.probe(torch(cuda="12.9", gpus=1, convolve=raises))
    assert (found.state, found.code) == ("gpu_broken", "cudnn_failed")


def test_a_result_that_is_wrong(prefix: Prefix) -> None:
    found = prefix.probe(torch(cuda="12.9", gpus=1, wrong=1.01))
    assert (found.state, found.code) == ("gpu_broken", "wrong_result")


def test_a_framework_that_is_not_there(prefix: Prefix) -> None:
    for name in ("torch", "tensorflow", "jax", "cupy", "cudf"):
        framework = framework_named(name)
        assert framework is not None
        found = run_probe(framework, prefix.place())
        assert (found.state, found.code) == ("missing", "framework_missing")
        assert said(found) == f"{name} is not installed in this environment"


def test_a_part_that_is_missing(prefix: Prefix) -> None:
    found = prefix.probe("import typing_extensions_of_nobody")
    assert (found.state, found.code) == ("missing", "module_missing")
    assert "typing_extensions_of_nobody" in said(found)


def test_an_import_that_fails(prefix: Prefix) -> None:
    found = prefix.probe("raise ImportError('libcudart.so.12: cannot open shared object file')")
    assert (found.state, found.code) == ("crashed", "import_failed")
    assert "libcudart.so.12" in said(found)


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "SIGILL"),
        ("import os; os._exit(3)", "status 3"),
        ("import os; os._exit(0)", "status 0"),
    ],
)
def test_a_process_that_ends_without_an_answer(prefix: Prefix, text: str, ending: str) -> None:
    found = prefix.probe(text)
    assert (found.state, found.code) == ("crashed", "probe_crashed")
    assert found.params["ending"] == ending
    assert found.answer["tail"] or ending.startswith("status")


def test_where_it_crashed_is_known(prefix: Prefix) -> None:
    text = torch(cuda="12.9", gpus=1, compute="import os; os.abort()")
    found = prefix.probe(text)
    assert (found.state, found.params["stage"]) == ("crashed", "compute")
    assert found.params["ending"] == "SIGABRT"


@pytest.mark.parametrize("text", ["import time; time.sleep(600)", "while True: pass"])
def test_one_that_hangs_is_ended_with_its_children(
    prefix: Prefix, tmp_path: Path, text: str
) -> None:
    marker = tmp_path / "alive"
    child = f"import time\nwhile True: open({str(marker)!r}, 'w').write('x'); time.sleep(0.05)"
    start = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}])\n"
    began = time.monotonic()
    found = prefix.probe(start + text, timeout=1)
    assert (found.state, found.code) == ("timeout", "probe_timeout")
    assert said(found) == "torch gave no answer within 1 seconds (it was at: start)"
    assert time.monotonic() - began < 8
    marker.unlink(missing_ok=True)
    time.sleep(0.2)
    assert not marker.exists()


def test_one_that_leaves_a_child_behind_is_not_waited_for(prefix: Prefix) -> None:
    child = "import subprocess, sys\n"
    child += "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    began = time.monotonic()
    assert prefix.probe(torch(first=child)).state == "cpu_only_build"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "first",
    [
        "import sys; sys.stdout.write('x' * 1_000_000)",
        "for _ in range(20_000): print('a line of a framework that likes to talk' * 2)",
        "import sys; sys.stderr.write('no end of line'); sys.stderr.flush()",
        "print('@@PROBE {\"verdict\": 7}'); print('@@PROBE not JSON'); print('@@PROBE [1]')",
        "import os; os.write(1, b'\\xff\\xfe\\x00 no text' * 1000)",
    ],
)
def test_one_that_talks_is_heard_to_the_end(prefix: Prefix, first: str) -> None:
    found = prefix.probe(torch(cuda="12.9", gpus=1, first=first))
    assert found.state == "gpu_ok"
    assert len(str(found.answer)) < 20_000


def test_it_cannot_read_from_anybody(prefix: Prefix) -> None:
    first = "import sys; assert sys.stdin.read() == ''"
    assert prefix.probe(torch(first=first)).state == "cpu_only_build"


def test_what_a_variable_puts_in_the_way_is_found(prefix: Prefix, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "torch.py").write_text("raise ImportError('built for another Python')")
    found = prefix.probe(torch(cuda="12.9", gpus=1), PYTHONPATH=str(other))
    assert (found.state, found.code) == ("crashed", "shadowed")
    assert "PYTHONPATH" in said(found)


def test_a_folder_full_of_modules_is_not_in_the_way(
    prefix: Prefix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('of the folder')")
    (tmp_path / "json.py").write_text("raise ImportError('of the folder')")
    monkeypatch.chdir(tmp_path)
    assert prefix.probe(torch()).state == "cpu_only_build"


def test_it_leaves_no_file_in_the_prefix(prefix: Prefix) -> None:
    (prefix.site / "torch.py").write_text(torch())
    before = sorted(prefix.path.rglob("*"))
    run_probe("torch", prefix.place())
    assert sorted(prefix.path.rglob("*")) == before


def test_a_shim_that_cannot_be_started(prefix: Prefix) -> None:
    prefix.start.unlink()
    found = prefix.probe(torch())
    assert (found.state, found.params["ending"]) == ("crashed", "status 127")


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    before = set(psutil.Process().children())
    yield
    assert set(psutil.Process().children()) <= before  # a process that nobody waits for is there
