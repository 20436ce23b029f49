"""What files still ask for although it has gone by: the pytorch channel, cudatoolkit.

Sources: PyTorch's announcement that 2.5 was the last release on its conda channel; the recipes of
conda-forge's ``cuda-version``, whose releases constrain ``__cuda`` and ``cudatoolkit``, and of
``cudatoolkit``, whose last version is 11.8.
"""

from __future__ import annotations

import re

from .dependencies import Dependencies
from .diagnostics import Findings
from .frozen import is_frozen_channel
from .match_specs import Dependency
from .tree import Scalar

FIRST_WITHOUT_CUDATOOLKIT = 12
# They are built for a CUDA that cuda-version chooses.
_CHOSEN = frozenset((
    "cupy", "jax", "jaxlib", "lightning", "pytorch", "pytorch-gpu", "pytorch-lightning",
    "tensorflow", "tensorflow-gpu", "torchaudio", "torchvision",
))  # fmt: skip
_CUDA_PACKAGES = frozenset((
    "cuda-cudart", "cuda-libraries", "cuda-nvcc", "cuda-runtime", "cuda-toolkit", "cuda-version",
    "pytorch-cuda",
))  # fmt: skip


def check_cuda(read: Dependencies, findings: Findings) -> None:
    """Warn about what has gone by among the dependencies."""
    new = any(
        d.name in _CUDA_PACKAGES and _major(d) >= FIRST_WITHOUT_CUDATOOLKIT for d, _ in read.conda
    )
    users = [d.name for d, _ in read.conda if d.name and d.name in _CHOSEN]
    for dependency, node in read.conda:
        if dependency.name == "cudatoolkit":
            _cudatoolkit(dependency, node, users, new, findings)
        elif dependency.name == "pytorch-cuda":
            findings.add("pytorch_cuda", node, spec=dependency.text)
        elif is_frozen_channel(dependency.channel):
            findings.add("package_frozen", node, spec=dependency.text, name=dependency.name)


def _cudatoolkit(
    dependency: Dependency, node: Scalar, users: list[str], new: bool, findings: Findings
) -> None:
    if new or _major(dependency) >= FIRST_WITHOUT_CUDATOOLKIT:
        findings.add("cudatoolkit_ended", node, spec=dependency.text)
    elif users:
        findings.add("cudatoolkit_unused", node, spec=dependency.text, name=users[0])


def _major(dependency: Dependency) -> int:
    found = re.search(r"[0-9]{1,4}", dependency.version or "")
    return int(found[0]) if found else 0
