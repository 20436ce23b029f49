"""From what a probe said to a state: frameworks that no stand-in here is for, and odd answers."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.doctor import PROBES
from jupyter_envs.doctor.probe_verdict import Heard, ProbeVerdict, judge

NO_DRIVER = {"load_error": "libcuda.so.1: cannot open shared object file"}
DRIVER = {"cuInit": 0, "driver_cuda": 13000, "count": 1}


def judged(framework: str, said: dict[str, Any], stage: str = "done") -> ProbeVerdict:
    return judge(Heard(framework=framework, status=0, seconds=1, said=said, stage=stage))


@pytest.mark.parametrize(
    ("framework", "said", "state", "code"),
    [
        ("jax", {"available": False, "plugins": [], "cpu_ok": True}, "cpu_only_build",
         "cpu_only_build"),
        ("jax", {"available": False, "plugins": ["xla_cuda12"], "libcuda": NO_DRIVER},
         "gpu_hidden", "no_driver_library"),
        ("jax", {"available": False, "plugins": ["xla_cuda12"], "libcuda": DRIVER,
                 "env": {"JAX_PLATFORMS": "cpu"}}, "gpu_hidden", "hidden_by_variable"),
        ("jax", {"available": False, "plugins": ["xla_cuda12"], "libcuda": DRIVER,
                 "why": "RuntimeError: plugin and jaxlib differ"}, "gpu_hidden", "not_seen"),
        ("jax", {"available": True, "ok": True, "devices": [{"name": "H"}]}, "gpu_ok", "gpu_ok"),
        ("jax", {"available": True, "error": "XlaRuntimeError: RESOURCE_EXHAUSTED"}, "gpu_broken",
         "gpu_full"),
        ("tensorflow", {"available": False, "built_cuda": "12.8", "libcuda": DRIVER},
         "gpu_hidden", "not_seen"),
        ("tensorflow", {"available": False, "built_cuda": None}, "cpu_only_build",
         "cpu_only_build"),
        # What only computes on GPUs is no build for the CPU, whatever it says.
        ("cupy", {"available": False, "built_cuda": "12.9", "libcuda": NO_DRIVER,
                  "error": "CUDARuntimeError: cudaErrorInsufficientDriver"}, "gpu_hidden",
         "no_driver_library"),
        ("cupy", {"available": True, "ok": True, "conv_ok": True}, "gpu_ok", "gpu_ok"),
        ("cudf", {"error": "RuntimeError: no device", "libcuda": {"cuInit": 100}}, "gpu_hidden",
         "cuda_no_device"),
        ("cudf", {"available": True, "ok": True}, "gpu_ok", "gpu_ok"),
        # Other makers.
        ("torch", {"available": True, "ok": True, "conv_ok": True, "built_hip": "6.4",
                   "devices": [{"name": "AMD Instinct"}]}, "gpu_ok", "gpu_ok"),
        ("torch", {"available": False, "built_hip": "6.4", "env": {"HIP_VISIBLE_DEVICES": "-1"}},
         "gpu_hidden", "hidden_by_variable"),
        ("torch", {"available": False, "built_hip": "6.4", "libcuda": NO_DRIVER}, "gpu_hidden",
         "not_seen"),
        ("torch", {"available": False, "cpu_ok": False}, "crashed", "cpu_failed"),
        # A full GPU is no reason where none is used.
        ("torch", {"available": False, "error": "OSError", "libcuda": {**DRIVER, "context": 2}},
         "crashed", "cpu_failed"),
        ("jax", {"error": "no supported devices", "plugins": ["xla_cuda13"],
                 "libcuda": {**DRIVER, "context": 2}}, "gpu_broken", "gpu_full"),
    ],
)  # fmt: skip
def test_what_is_said(framework: str, said: dict[str, Any], state: str, code: str) -> None:
    found = judged(framework, said)
    assert (found.state, found.code) == (state, code)
    assert framework in PROBES[found.code].format(**found.params)


#: What PyTorch 2.11 adds to every error of CUDA.
ADVICE = """
Search for `cudaError...' in https://docs.nvidia.com/cuda/ for more information.
CUDA kernel errors might be asynchronously reported at some other API call.
For debugging consider passing CUDA_LAUNCH_BLOCKING=1
Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertio"""

EXHAUSTED = """Failures (14):
EXECUTION FAILED: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 17.00MiB"""

#: As PyTorch 2.11, JAX 0.11.2 and CuPy 14.2 said it on an H200 with driver 580.159.04.
REAL = [
    ("torch", f"AcceleratorError: CUDA error: out of memory{ADVICE}", "gpu_full"),
    ("torch", "OutOfMemoryError: CUDA out of memory. Tried to allocate 32.00 MiB.", "gpu_full"),
    ("torch", f"AcceleratorError: CUDA error: device-side assert triggered{ADVICE}",
     "compute_failed"),
    ("jax", f"JaxRuntimeError: NOT_FOUND: All configs failed during profiling.\n{EXHAUSTED}",
     "gpu_full"),
    ("cupy", "OutOfMemoryError: Out of memory allocating 262,144 bytes.", "gpu_full"),
]  # fmt: skip


@pytest.mark.parametrize(("framework", "error", "code"), REAL)
def test_what_frameworks_really_said_on_a_gpu(framework: str, error: str, code: str) -> None:
    found = judged(framework, {"available": True, "error": error, "libcuda": DRIVER}, "compute")
    assert (found.state, found.code) == ("gpu_broken", code)
    told = PROBES[code].format(**found.params)
    assert error.splitlines()[0] in told
    assert "Search for" not in told
    assert "DSA" not in told


def test_only_a_checked_computation_is_a_gpu_that_works() -> None:
    for said in ({"available": True}, {"available": True, "ok": "yes"}, {"ok": True}, {}):
        assert judged("torch", said).state != "gpu_ok"
    unanswered = Heard(framework="torch", status=0, seconds=1, stage="done")
    assert judge(unanswered).state == "crashed"


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_keys = st.sampled_from(
    ["available", "ok", "conv_ok", "cpu_ok", "devices", "version", "env", "libcuda", "error",
     "missing", "why", "plugins", "built_cuda", "built_hip"]
)  # fmt: skip


@given(
    st.dictionaries(_keys, _values), st.sampled_from(["torch", "jax", "cupy", "cudf", "tensorflow"])
)
def test_no_answer_is_too_strange(said: dict[str, Any], framework: str) -> None:
    found = judged(framework, said)
    text = PROBES[found.code].format(**found.params)
    assert len(text) < 2500
    assert "\n" not in text


def test_every_reason_names_the_framework() -> None:
    for code, template in PROBES.items():
        fields = [field for _, field, _, _ in string.Formatter().parse(template) if field]
        assert "framework" in fields, code
