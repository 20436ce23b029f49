"""Rules about what a probe and a kernel said: layer *dynamic*.

Frameworks tell of their trouble in words; those here are PyTorch's, TensorFlow's, JAX's, cuDNN's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jupyter_envs.doctor.facts import Facts

from .book import Book, Found, found

book = Book("dynamic")

_LIBRARY = re.compile(r"lib(?:cuda|cudart|cudnn|cublas|nccl)[\w.-]*\.so")
_ILLEGAL = (-4, 132)


def _texts(facts: Facts) -> list[str]:
    """Everything that was said."""
    probe = facts.probe or {}
    texts = [probe.get("error"), probe.get("why"), *_list(probe.get("warnings"))]
    return [*(str(text) for text in texts if text), *facts.log]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _said(facts: Facts, *words: str) -> str | None:
    return next((t for t in _texts(facts) if any(w.lower() in t.lower() for w in words)), None)


def _framework(facts: Facts) -> str:
    return str((facts.probe or {}).get("framework", "A framework"))


@book.rule(
    "error",
    message="{framework} has no code for this GPU: the first computation fails.",
    fix="For an older GPU ask for 'cuda-version <13' in the file, for a newer one for a newer"
    " framework, and build the next generation.",
    action="update",
)
def no_kernel_image(facts: Facts) -> Iterator[Found]:
    said = _said(facts, "no kernel image is available", "is not compatible with the current")
    if said and facts.env:
        yield found(("said", said), framework=_framework(facts), subject=facts.env.slug)


@book.rule(
    "error",
    message="What {framework} compiles for the GPU is too new for the driver.",
    fix="Ask in the file for a cuda-version that the driver supports, and build the next"
    " generation; or have the driver updated.",
    action="update",
)
def compiled_too_new(facts: Facts) -> Iterator[Found]:
    said = _said(facts, "UNSUPPORTED_PTX_VERSION", "unsupported toolchain", "unsupported PTX")
    if said and facts.env:
        yield found(("said", said), framework=_framework(facts), subject=facts.env.slug)


@book.rule(
    "error",
    message="{framework} finds another cuDNN than the one it was built for.",
    fix="Take pins of cudnn out of the file and cuDNN out of LD_LIBRARY_PATH, and build the next"
    " generation.",
    action="update",
)
def cudnn_differs(facts: Facts) -> Iterator[Found]:
    said = _said(facts, "found runtime version", "CUDNN_STATUS_", "Loaded runtime CuDNN library")
    if said and facts.env:
        yield found(("said", said), framework=_framework(facts), subject=facts.env.slug)


@book.rule(
    "error",
    message="TensorFlow does not find the libraries of CUDA, so it uses the CPU.",
    fix="Take conda-forge's build ('tensorflow=*=cuda*'), or 'tensorflow[and-cuda]' from pip.",
    action="update",
)
def tensorflow_libraries(facts: Facts) -> Iterator[Found]:
    said = _said(facts, "Cannot dlopen some GPU libraries")
    if said and facts.env:
        yield found(("said", said), subject=facts.env.slug)


@book.rule(
    "error",
    message="JAX finds an NVIDIA GPU, but its jaxlib is a build for CPUs.",
    fix="Take a CUDA build of conda-forge's jaxlib ('jaxlib=*=cuda*'), or 'jax[cuda12]' from pip.",
    action="update",
)
def jax_without_cuda(facts: Facts) -> Iterator[Found]:
    said = _said(facts, "CUDA-enabled jaxlib is not installed")
    if said and facts.env:
        yield found(("said", said), subject=facts.env.slug)


@book.rule(
    "error",
    message="{framework} was ended by an illegal instruction: it was built for newer processors.",
    fix="Build the next generation on this machine: other builds are taken then.",
    action="update",
)
def illegal_instruction(facts: Facts) -> Iterator[Found]:
    status = (facts.probe or {}).get("returncode")
    if status in _ILLEGAL and facts.env:
        yield found(("exit status", status), framework=_framework(facts), subject=facts.env.slug)


@book.rule(
    "error",
    message="{framework} crashed when it was tried (exit status {status}, at: {stage}).",
    fix="Build the environment anew from its lock; where that does not help, ask for other"
    " versions.",
    action="repair",
)
def probe_crashed(facts: Facts) -> Iterator[Found]:
    probe = facts.probe or {}
    status = probe.get("returncode")
    crashed = probe.get("state") == "crashed" or (isinstance(status, int) and status < 0)
    if crashed and status not in _ILLEGAL and facts.env:
        stage = probe.get("stage", "start")
        yield found(("exit status", status), framework=_framework(facts), status=status,
                    stage=stage, subject=facts.env.slug)  # fmt: skip


@book.rule(
    "warning",
    message="{framework} had not answered in time when it was tried (at: {stage}). The first start"
    " on a slow disk can take minutes.",
    fix="Try it again.",
    action="probe",
)
def probe_timeout(facts: Facts) -> Iterator[Found]:
    probe = facts.probe or {}
    if probe.get("state") == "timeout" and facts.env:
        stage = probe.get("stage", "start")
        yield found(("probe", "timeout"), framework=_framework(facts), stage=stage,
                    subject=facts.env.slug)  # fmt: skip


@book.rule(
    "error",
    message="{framework} could not get the memory it needs on the GPU.",
    fix="Shut down kernels that you do not need, and use smaller batches.",
)
def gpu_memory_short(facts: Facts) -> Iterator[Found]:
    said = _said(facts, "CUDA out of memory", "CUDA_ERROR_OUT_OF_MEMORY", "OutOfMemoryError")
    if said:
        yield found(("said", said), framework=_framework(facts))


@book.rule(
    "warning",
    message="{framework} loads libraries of CUDA from outside {environment}: {paths}",
    fix="Remove LD_LIBRARY_PATH and LD_PRELOAD for this kernel.",
)
def libraries_outside(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env is None:
        return
    names = [str(path) for path in _list((facts.probe or {}).get("libs"))]
    # The driver's own come from the system, as they must.
    loaded = [p for p in names if _LIBRARY.search(p) and "/libcuda.so" not in p]
    foreign = [p for p in loaded if not p.startswith((f"{env.prefix}/", f"{env.path}/"))]
    if foreign:
        yield found(*(("loaded", path) for path in foreign), framework=_framework(facts),
                    environment=env.name, paths=", ".join(foreign[:3]))  # fmt: skip
