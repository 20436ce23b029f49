"""conda-forge's GPU packages in small: their real names, build strings and constraints.

What is written down here was read in the channel's records and recipes of 2026: a CUDA build
depends on ``__cuda`` and on a range of ``cuda-version``, its build number is 200 above the CPU
build's, and ``cuda-version`` constrains ``__cuda`` to its own major version. A build for CUDA 13
needs glibc 2.28. PyTorch 1.11 for CUDA 11.1 is a fossil: it does not depend on ``__cuda``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from tests.support.channel.archive import Entry, Recipe

CUDA_VERSIONS = ("11.1", "11.8", "12.4", "12.6", "12.8", "12.9", "13.0", "13.1")

_GLIBC = {"cuda130": "__glibc >=2.28,<3.0.a0"}
_CUDA = {"cuda126": ("12.6", 13), "cuda128": ("12.8", 13), "cuda129": ("12.9", 13),
         "cuda130": ("13.0", 14)}  # fmt: skip


class Framework(msgspec.Struct, frozen=True, kw_only=True):
    """A package with a build for each of ``variants``.

    ``build`` is the pattern of its build strings; without ``{py}`` it has no use for Python.
    ``same`` are packages that have to be of the same variant.
    """

    name: str
    version: str
    module: str = ""
    variants: tuple[str, ...] = ("cpu", "cuda129", "cuda130")
    build: str = "{variant}_py{py}_h0_{number}"
    depends: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


FRAMEWORKS = (
    Framework(name="pytorch", version="2.13.0", module="torch",
              build="{variant}_mkl_py{py}_h0_{number}"),
    Framework(name="pytorch", version="2.7.1", module="torch", variants=("cpu", "cuda126"),
              build="{variant}_mkl_py{py}_h0_{number}"),
    Framework(name="torchvision", version="0.28.0", module="torchvision",
              depends=("pytorch >=2.13.0,<2.14.0a0",), same=("pytorch",)),
    Framework(name="torchaudio", version="2.13.0", module="torchaudio",
              depends=("pytorch >=2.13.0,<2.14.0a0",), same=("pytorch",)),
    Framework(name="jaxlib", version="0.10.2", module="jaxlib"),
    Framework(name="tensorflow", version="2.19.1", module="tensorflow", variants=("cpu", "cuda128"),
              build="{variant}py{py}_h0_{number}"),
    Framework(name="libxgboost", version="3.3.0", build="{variant}_h0_{number}"),
    Framework(name="llama.cpp", version="0.0.9000", build="{variant}_h0_{number}"),
    Framework(name="vllm", version="0.26.0", module="vllm", variants=("cuda129",),
              depends=("pytorch >=2.13.0,<2.14.0a0",), same=("pytorch",)),
    Framework(name="cupy", version="14.0.1", module="cupy", variants=("cuda129", "cuda130"),
              build="py{py}_{variant}_{number}"),
    Framework(name="cudf", version="26.08.00", module="cudf", variants=("cuda129", "cuda130")),
    Framework(name="cuml", version="26.08.00", module="cuml", variants=("cuda129", "cuda130")),
    Framework(name="bitsandbytes", version="0.50.0", module="bitsandbytes",
              depends=("pytorch",)),
)  # fmt: skip


def gpu_recipes(minors: Sequence[str]) -> Iterator[Recipe]:
    """All of them, for each Python of ``minors`` that has one."""
    for version in CUDA_VERSIONS:
        yield _cuda_version(version)
    for version in ("11.1", "11.8"):
        yield Recipe(name="cudatoolkit", version=f"{version}.1", noarch=None)
    for framework in FRAMEWORKS:
        for variant in framework.variants:
            for minor in minors if "{py}" in framework.build else ("",):
                yield _build(framework, variant, minor)
    yield Recipe(
        name="py-xgboost",
        version="3.3.0",
        build="pyh0_0",
        noarch="python",
        depends=("libxgboost ==3.3.0", "python"),
        files=(Entry("site-packages/xgboost/__init__.py", b'__version__ = "3.3.0"\n'),),
    )
    yield _fossil()


def _cuda_version(version: str) -> Recipe:
    major = version.partition(".")[0]
    constrains = (f"cudatoolkit {version}|{version}.*", f"__cuda >={major}")
    return Recipe(name="cuda-version", version=version, build="h0_3", constrains=constrains)


def _build(framework: Framework, variant: str, minor: str) -> Recipe:
    number = 100 if variant == "cpu" else 300
    py = minor.replace(".", "")
    depends = [*framework.depends]
    if minor:
        depends += [f"python {minor}.*"]
    depends += [f"{name} * {_family(variant)}*" for name in framework.same]
    if variant in _CUDA:
        lowest, end = _CUDA[variant]
        depends += ["__cuda", f"cuda-version >={lowest},<{end}"]
    depends.append(_GLIBC.get(variant, "__glibc >=2.17,<3.0.a0"))
    build = framework.build.format(variant=variant, py=py, number=number)
    return Recipe(
        name=framework.name,
        version=framework.version,
        build=build,
        build_number=number,
        noarch=None,
        depends=tuple(depends),
        files=_module(framework, build, minor),
    )


def _family(variant: str) -> str:
    return "cpu" if variant == "cpu" else "cuda"


def _module(framework: Framework, build: str, minor: str) -> tuple[Entry, ...]:
    if not (framework.module and minor):
        return ()
    text = f'__version__ = "{framework.version}"\nbuild = "{build}"\n'
    place = f"lib/python{minor}/site-packages/{framework.module}/__init__.py"
    return (Entry(place, text.encode()),)


def _fossil() -> Recipe:
    return Recipe(
        name="pytorch",
        version="1.11.0",
        build="cuda111py310h385535d_1",
        build_number=1,
        noarch=None,
        depends=("cudatoolkit 11.1|11.1.*", "python 3.10.*", "__glibc >=2.17,<3.0.a0"),
    )
