"""The name on PyPI of a conda package: facts of the channels' recipes, written down by hand.

Most Python packages have one name on both sides, but for case and for ``_``, ``-`` and ``.``
(PEP 503). The table has those that do not, and those whose name means other software on PyPI.
"""

from __future__ import annotations

from packaging.utils import canonicalize_name

from .model import LockedPackage

#: conda name to PyPI name; None: the conda package is no distribution of PyPI's.
RENAMED: dict[str, str | None] = {
    "antlr-python-runtime": "antlr4-python3-runtime",
    "astropy-base": "astropy",
    "brotli-python": "brotli",
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "opencv": None,
    "panel-core": "panel",
    "py-opencv": "opencv-python",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": None,
    "py-xgboost-gpu": None,
    "pyqt": "pyqt5",
    "pysoundfile": "soundfile",
    "pytables": "tables",
    "python-annoy": "annoy",
    "python-build": "build",
    "python-duckdb": "duckdb",
    "python-fastjsonschema": "fastjsonschema",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "python-kaleido": "kaleido",
    "python-lmdb": "lmdb",
    "python-tzdata": "tzdata",
    "python-xxhash": "xxhash",
    "pytorch": "torch",
    "pytorch-cpu": None,
    "pytorch-gpu": None,
    "pytorch_geometric": "torch-geometric",
    "ray-core": "ray",
    "seaborn-base": "seaborn",
    "tensorflow-base": None,
    "tensorflow-cpu": None,
    "tensorflow-gpu": None,
}

_PYTHON_ITSELF = frozenset({"python", "cpython", "pypy", "python-gil", "python-freethreading"})


def pypi_name(package: LockedPackage) -> str | None:
    """The distribution on PyPI that a package is, in PEP 503's form; None where it is none.

    A conda package counts where it needs Python or Python's ABI: others may bear the name of
    something else there.
    """
    if package.manager == "pip":
        return canonicalize_name(package.name)
    if package.name in RENAMED:
        return RENAMED[package.name]
    if package.name in _PYTHON_ITSELF:
        return None
    needs = package.dependencies.keys()
    if needs.isdisjoint({"python", "python_abi", "cpython"}):
        return None
    # "_python_abi3_support" and its kind are devices of the channel's own.
    return None if package.name.startswith("_") else canonicalize_name(package.name)
