"""Rules about what probes and programs said: layer *dynamic*.

Frameworks tell of their trouble in words; those here are PyTorch's, TensorFlow's, JAX's, cuDNN's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_envs.doctor.facts import Facts, inside

from .about import frameworks, has_nvidia
from .book import Book, Found, found

book = Book("dynamic")

_LIBRARY = re.compile(r"lib(?:cuda|cudart|cudnn|cublas|nccl)[\w.-]*\.so")
#: SIGILL, as a child's status and as a shell tells of it.
_ILLEGAL = (-4, 132)
_SEEN = 300
#: PyTorch's, CuPy's, and the driver's own; XLA's.
_NO_MEMORY = ("CUDA out of memory", "CUDA error: out of memory", "CUDA_ERROR_OUT_OF_MEMORY",
              "cudaErrorMemoryAllocation", "torch.OutOfMemoryError", "Out of memory allocating",
              "RESOURCE_EXHAUSTED: Out of memory")  # fmt: skip


class _Text(NamedTuple):
    """Something that was said, by whom, and where."""

    framework: str
    source: str
    text: str


def _texts(facts: Facts) -> Iterator[_Text]:
    for probe in facts.probes:
        name = _name(probe)
        said = [probe.get("error"), probe.get("why"), *_list(probe.get("warnings"))]
        for text in (*said, *_list(probe.get("tail"))):
            if text:
                yield _Text(name, f"probe of {name}", str(text))
    for one in facts.said:
        yield _Text("A program", one.source, one.text)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _name(probe: dict[str, Any]) -> str:
    return str(probe.get("framework", "a framework"))


def _said(facts: Facts, *words: str) -> Iterator[Found]:
    """The first that has one of the words; ``framework`` says who."""
    for one in _texts(facts):
        if any(word.lower() in one.text.lower() for word in words):
            slug = facts.env.slug if facts.env else None
            seen = (one.source, one.text.strip()[:_SEEN])
            yield found(seen, framework=one.framework, subject=slug)
            return


@book.rule(
    "error",
    message="{framework} has no code for this GPU: the first computation fails.",
    fix="For an older GPU ask for 'cuda-version <13' in the file, for a newer one for a newer"
    " framework, and build the next generation.",
    action="update",
)
def no_kernel_image(facts: Facts) -> Iterator[Found]:
    yield from _said(
        facts, "no kernel image is available", "is not compatible with the current PyTorch"
    )


@book.rule(
    "error",
    message="What {framework} compiles for the GPU is too new for the driver.",
    fix="Ask in the file for a cuda-version that the driver supports, and build the next"
    " generation; or have the driver updated.",
    action="update",
)
def compiled_too_new(facts: Facts) -> Iterator[Found]:
    yield from _said(
        facts, "UNSUPPORTED_PTX_VERSION", "unsupported toolchain", "unsupported PTX version"
    )


@book.rule(
    "error",
    message="{framework} finds another cuDNN than the one it was built for.",
    fix="Take pins of cudnn out of the file and cuDNN out of LD_LIBRARY_PATH, and build the next"
    " generation.",
    action="update",
)
def cudnn_differs(facts: Facts) -> Iterator[Found]:
    yield from _said(
        facts,
        "found runtime version",
        "CUDNN_STATUS_NOT_INITIALIZED",
        "CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH",
        "Loaded runtime CuDNN library",
    )


@book.rule(
    "error",
    message="TensorFlow does not find the libraries of CUDA, so it uses the CPU.",
    fix="Take conda-forge's build ('tensorflow=*=cuda*'), or 'tensorflow[and-cuda]' from pip.",
    action="update",
)
def tensorflow_libraries(facts: Facts) -> Iterator[Found]:
    yield from _said(facts, "Cannot dlopen some GPU libraries")


@book.rule(
    "error",
    message="JAX finds an NVIDIA GPU, but its jaxlib is a build for CPUs.",
    fix="Take a CUDA build of conda-forge's jaxlib ('jaxlib=*=cuda*'), or 'jax[cuda12]' from pip.",
    action="update",
)
def jax_without_cuda(facts: Facts) -> Iterator[Found]:
    yield from _said(facts, "CUDA-enabled jaxlib is not installed")


@book.rule(
    "error",
    message="{framework} could not get the memory it needs on the GPU.",
    fix="Shut down kernels that you do not need, and use smaller batches. What a probe said holds"
    " until the next one: try it again.",
)
def gpu_memory_short(facts: Facts) -> Iterator[Found]:
    yield from _said(facts, *_NO_MEMORY)
    # Not every framework says so in its words; the driver does.
    for probe in _of(facts, "gpu_broken"):
        told = str(probe.get("error", "")).lower()
        if probe.get("code") == "gpu_full" and not any(w.lower() in told for w in _NO_MEMORY):
            yield _probe(facts, probe)


@book.rule(
    "error",
    message="A program was forked after it had used CUDA, which CUDA does not allow.",
    fix="Start workers by 'spawn': multiprocessing.set_start_method('spawn'), or a DataLoader's"
    " multiprocessing_context.",
)
def forked_after_cuda(facts: Facts) -> Iterator[Found]:
    yield from _said(facts, "Cannot re-initialize CUDA in forked subprocess")


# -- how a probe ended -------------------------------------------------------------------------


def _of(facts: Facts, state: str) -> Iterator[dict[str, Any]]:
    """Probes of the environment that ended so."""
    if facts.env is not None:
        yield from (probe for probe in facts.probes if probe.get("state") == state)


def _probe(facts: Facts, probe: dict[str, Any], **params: object) -> Found:
    assert facts.env is not None
    name = _name(probe)
    seen = (f"probe of {name}", probe.get("code") or probe.get("state"))
    return found(seen, framework=name, environment=facts.env.name, subject=facts.env.slug, **params)


@book.rule(
    "error",
    message="{framework} was ended by an illegal instruction: it was built for newer processors.",
    fix="Build the next generation on this machine: other builds are taken then.",
    action="update",
)
def illegal_instruction(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "crashed"):
        if probe.get("returncode") in _ILLEGAL:
            yield _probe(facts, probe)


@book.rule(
    "error",
    message="{framework} crashed when it was tried in {environment} (exit status {status}, at:"
    " {stage}).",
    fix="Build the environment anew from its lock; where that does not help, ask for other"
    " versions.",
    action="repair",
)
def probe_crashed(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "crashed"):
        status = probe.get("returncode")
        if status and status not in _ILLEGAL:
            yield _probe(facts, probe, status=status, stage=probe.get("stage", "start"))


@book.rule(
    "error",
    message="{framework} does not work in {environment}: {reason}",
    fix="Build the environment anew from its lock; where that does not help, ask for other"
    " versions.",
    action="repair",
)
def framework_fails(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "crashed"):
        if not probe.get("returncode") and probe.get("error"):
            yield _probe(facts, probe, reason=str(probe["error"])[:_SEEN])


@book.rule(
    "error",
    message="{framework} in {environment} sees no GPU: {reason}",
    fix="Look at the findings above first. Where there is none, ask the administrator whether other"
    " programs see the GPU.",
)
def gpu_not_seen(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "gpu_hidden"):
        if probe.get("code") == "not_seen" and has_nvidia(facts):
            yield _probe(
                facts, probe, reason=str(probe.get("why") or "it does not say why")[:_SEEN]
            )


@book.rule(
    "error",
    message="{framework} in {environment} sees a GPU and cannot compute on it: {reason}",
    fix="Look at the findings above first; else build the next generation with other versions of"
    " the framework and of cuda-version.",
    action="update",
)
def gpu_computes_not(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "gpu_broken"):
        if probe.get("code") == "compute_failed":
            yield _probe(facts, probe, reason=str(probe.get("error", ""))[:_SEEN])


@book.rule(
    "warning",
    message="This machine has an NVIDIA GPU, and {framework} in {environment} cannot use one: it"
    " says that it is a build for CPUs.",
    fix="Ask for a CUDA build in the file, and build the next generation.",
    action="update",
)
def cpu_build_tried(facts: Facts) -> Iterator[Found]:
    told = facts.env is not None and any(k == "cpu" for _, _, k in frameworks(facts.env))
    for probe in _of(facts, "cpu_only_build"):
        # Where metadata tell, too, that rule has spoken.
        if has_nvidia(facts) and not told:
            yield _probe(facts, probe)


@book.rule(
    "warning",
    message="{framework} had not answered in time when it was tried in {environment} (at:"
    " {stage}). The first start on a slow disk can take minutes.",
    fix="Try it again.",
    action="probe",
)
def probe_timeout(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "timeout"):
        yield _probe(facts, probe, stage=probe.get("stage", "start"))


@book.rule(
    "error",
    message="{framework} computes wrong results on the GPU.",
    fix="Do not use this GPU; have its memory and its driver looked at.",
    who="administrator",
)
def wrong_results(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "gpu_broken"):
        if probe.get("code") == "wrong_result":
            yield _probe(facts, probe)


@book.rule(
    "error",
    message="{framework} is installed in {environment}, and the module {module} that it needs is"
    " not.",
    fix="Build the environment anew from its lock, or ask for the module in the file.",
    action="repair",
)
def module_missing(facts: Facts) -> Iterator[Found]:
    for probe in _of(facts, "missing"):
        if probe.get("code") == "module_missing":
            yield _probe(facts, probe, module=probe.get("missing", "(unknown)"))


@book.rule(
    "warning",
    message="{framework} works in {environment} alone, but not with the variables that its kernels"
    " get: {variables}.",
    fix="Remove them for this kernel.",
)
def probe_shadowed(facts: Facts) -> Iterator[Found]:
    for probe in facts.probes if facts.env else ():
        if probe.get("code") == "shadowed":
            names = probe.get("variables") or "LD_LIBRARY_PATH, PYTHONPATH, LD_PRELOAD"
            yield _probe(facts, probe, variables=names)


@book.rule(
    "warning",
    message="{framework} loads libraries of CUDA from outside {environment}: {paths}",
    fix="Where it works, leave it. Else take their folders out of LD_LIBRARY_PATH, LD_PRELOAD and"
    " CUDA_PATH for this kernel; those of the driver itself have to stay.",
)
def libraries_outside(facts: Facts) -> Iterator[Found]:
    env = facts.env
    for probe in facts.probes if env else ():
        assert env is not None
        names = [str(path) for path in _list(probe.get("libs"))]
        # The driver's own come from the system, as they must.
        loaded = [p for p in names if _LIBRARY.search(p) and "/libcuda.so" not in p]
        foreign = [path for path in loaded if not inside(path, env)]
        if foreign:
            seen = (("loaded", path) for path in foreign)
            yield found(*seen, framework=_name(probe), environment=env.name,
                        paths=", ".join(foreign[:3]))  # fmt: skip
