"""Rules about what is installed, by its metadata alone: layer *static*. Nothing is imported."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_envs.doctor.facts import Env, Facts, Package

from .about import (
    FRAMEWORKS,
    TITLES,
    accelerator,
    built_for,
    conda,
    frameworks,
    gpus,
    has_nvidia,
    meta,
    pip,
    version,
    wants_gpu,
)
from .book import Book, Found, found

book = Book("static")

#: They have code of their own for the GPU, made for one build of PyTorch.
_EXTENSIONS = (
    "torchvision", "torchaudio", "torchtext", "flash-attn", "xformers", "bitsandbytes",
    "torch-scatter", "torch-sparse", "torch-cluster", "pytorch-scatter", "pytorch-sparse",
)  # fmt: skip
_CUDA_LIBRARIES = ("cudnn", "libcublas", "cuda-cudart", "nccl", "libcufft")
_JAX_PLUGINS = ("jax-cuda12-plugin", "jax-cuda13-plugin")


def _env(facts: Facts) -> Env | None:
    return facts.env if facts.env and facts.env.exists else None


@book.rule(
    "warning",
    message="This machine has an NVIDIA GPU, but {package} {version} in {environment} is a build"
    " for CPUs.",
    fix="Build the next generation for the GPU: ask for a CUDA build in the file, for instance"
    " '{name}=*=cuda*'.",
    action="update",
)
def cpu_build(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    if env is None or not has_nvidia(facts):
        return
    for name, package, kind in frameworks(env):
        if kind == "cpu":
            yield found((meta(package), package.build or package.version), package=package.name,
                        version=package.version, environment=env.name, name=name,
                        subject=env.slug)  # fmt: skip


@book.rule(
    "note",
    message="{package} in {environment} is a build for CUDA, and this machine has no NVIDIA GPU.",
    fix="Work on a machine with a GPU, or take builds for CPUs, which are smaller.",
)
def cuda_build_without_gpu(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    package = wants_gpu(env) if env else None
    if env and package and not has_nvidia(facts) and not facts.host.wsl:
        seen = (meta(package), package.build or package.version)
        yield found(seen, package=package.name, environment=env.name)


@book.rule(
    "error",
    message="{environment} has {title} twice: conda's {conda} and pip's {pip} lie over each other.",
    fix="Ask for it once in the file, and build the next generation.",
    action="repair",
)
def framework_twice(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    for name, wheel in FRAMEWORKS if env else ():
        assert env is not None
        one, other = conda(env, name), pip(env, wheel)
        if one and other:
            seen = (meta(one), one.build), (meta(other), other.installer)
            yield found(*seen, environment=env.name, title=TITLES[name], conda=one.version,
                        pip=other.version, subject=env.slug)  # fmt: skip


@book.rule(
    "warning",
    message="{environment} has the libraries of CUDA twice: {conda} from conda and {pip} from pip."
    " Which of them a program gets depends on what is imported first.",
    fix="Take all packages for the GPU from one source, and build the next generation.",
)
def cuda_libraries_twice(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    if env is None:
        return
    wheel = next((p for p in env.pip if p.name.startswith("nvidia-") and built_for(p)), None)
    package = next((p for n in _CUDA_LIBRARIES if (p := conda(env, n))), None)
    if wheel and package:
        seen = (meta(package), package.version), (meta(wheel), wheel.version)
        yield found(*seen, environment=env.name, conda=package.name, pip=wheel.name)


@book.rule(
    "warning",
    message="{environment} has cudatoolkit {toolkit} beside packages of CUDA {cuda}: it is a large"
    " download that they do not use.",
    fix="Take cudatoolkit out of the file; cuda-version chooses the CUDA.",
    action="update",
)
def cudatoolkit_beside(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    old = conda(env, "cudatoolkit") if env else None
    new = conda(env, "cuda-version") if env else None
    if env and old and new and version(new.version) >= (12,):
        seen = (meta(old), old.version), (meta(new), new.version)
        yield found(*seen, environment=env.name, toolkit=old.version, cuda=new.version,
                    subject=env.slug)  # fmt: skip


def _torch(env: Env) -> Package | None:
    return pip(env, "torch") or conda(env, "pytorch")


@book.rule(
    "error",
    message="{extension} in {environment} was built for {its}, but PyTorch for {theirs}: they do"
    " not work together.",
    fix="Let both come from one source and be chosen together: name both in the file, and build"
    " the next generation.",
    action="update",
)
def extension_differs(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    torch = _torch(env) if env else None
    if env is None or torch is None:
        return
    for name in _EXTENSIONS:
        package = pip(env, name) or conda(env, name)
        if package and (differs := _difference(package, torch)):
            its, theirs = differs
            seen = (meta(package), package.build or package.version), (
                meta(torch), torch.build or torch.version)  # fmt: skip
            yield found(*seen, extension=name, environment=env.name, its=its, theirs=theirs,
                        subject=env.slug)  # fmt: skip


def _difference(package: Package, torch: Package) -> tuple[str, str] | None:
    kinds = accelerator(package), accelerator(torch)
    builds = built_for(package), built_for(torch)
    if None in kinds:
        return None
    if kinds[0] != kinds[1]:
        return _kind(kinds[0], builds[0]), _kind(kinds[1], builds[1])
    # Within one major version CUDA's libraries stay compatible.
    if kinds[0] == "cuda" and all(builds) and builds[0][0] != builds[1][0]:
        return _kind("cuda", builds[0]), _kind("cuda", builds[1])
    return None


def _kind(kind: str | None, built: tuple[int, ...]) -> str:
    return "CPUs" if kind == "cpu" else f"CUDA {'.'.join(map(str, built))}".strip()


@book.rule(
    "warning",
    message="TensorFlow in {environment} came from pip without the libraries of CUDA, so it does"
    " not use the GPU.",
    fix="Ask for 'tensorflow[and-cuda]' below pip:, or for conda-forge's tensorflow.",
    action="update",
)
def tensorflow_without_cuda(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    wheel = pip(env, "tensorflow") if env else None
    # It also takes what LD_LIBRARY_PATH names.
    named = any(one.origin == "variable" for one in facts.host.libraries)
    if env and wheel and gpus(facts) and not named and not _has_cuda_libraries(env):
        seen = (meta(wheel), wheel.version), ("site-packages/nvidia-*", "not there")
        yield found(*seen, environment=env.name, subject=env.slug)


def _has_cuda_libraries(env: Env) -> bool:
    return bool(conda(env, "cudnn")) or any(p.name.startswith("nvidia-") for p in env.pip)


@book.rule(
    "warning",
    message="JAX in {environment} came from pip without its plugin for CUDA, so it does not use"
    " the GPU.",
    fix="Ask for 'jax[cuda12]' below pip:, or for a CUDA build of conda-forge's jaxlib.",
    action="update",
)
def jax_without_plugin(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    wheel = pip(env, "jaxlib") if env else None
    plugins = [name for name in _JAX_PLUGINS if env and pip(env, name)]
    if env and wheel and gpus(facts) and not plugins and accelerator(wheel) != "cuda":
        seen = (meta(wheel), wheel.version), ("jax-cuda*-plugin", "not there")
        yield found(*seen, environment=env.name, subject=env.slug)


@book.rule(
    "error",
    message="JAX's plugin for CUDA in {environment} has version {plugin}, but jaxlib {jaxlib}: the"
    " plugin is not loaded.",
    fix="Ask for both in one version ('jax[cuda12]'), and build the next generation.",
    action="update",
)
def jax_plugin_differs(facts: Facts) -> Iterator[Found]:
    env = _env(facts)
    library = (pip(env, "jaxlib") or conda(env, "jaxlib")) if env else None
    for name in _JAX_PLUGINS if env and library else ():
        assert env is not None
        assert library is not None
        plugin = pip(env, name)
        if plugin and version(plugin.version)[:3] != version(library.version)[:3]:
            seen = (meta(plugin), plugin.version), (meta(library), library.version)
            yield found(*seen, environment=env.name, plugin=plugin.version,
                        jaxlib=library.version, subject=env.slug)  # fmt: skip
