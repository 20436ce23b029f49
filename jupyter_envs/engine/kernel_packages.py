"""Which packages bring a Jupyter kernel, and which one to add where none is asked for."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

#: conda-forge packages that install a kernelspec (their recipes' share/jupyter/kernels).
KERNEL_PACKAGES = frozenset(
    {
        "ansible-kernel",
        "bash_kernel",
        "calysto_bash",
        "ihaskell",
        "ijavascript",
        "ipykernel",
        "octave_kernel",
        "r-irkernel",
        "sas_kernel",
        "stata_kernel",
        "xeus-cling",
        "xeus-cpp",
        "xeus-lua",
        "xeus-octave",
        "xeus-python",
        "xeus-r",
        "xeus-sql",
        "xeus-sqlite",
    }
)

_LANGUAGES = (("python", "ipykernel"), ("r-base", "r-irkernel"))


def missing_kernel(names: AbstractSet[str]) -> str | None:
    """The kernel package to add to a set of package names; None where one is there already,
    or where no language of the set has a kernel we know."""
    if names & KERNEL_PACKAGES:
        return None
    return next((kernel for language, kernel in _LANGUAGES if language in names), None)
