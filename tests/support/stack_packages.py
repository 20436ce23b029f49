"""Small packages in the place of all that the shipped stacks ask for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from packaging.version import Version

from jupyter_envs.spec import dependency_name
from jupyter_envs.stacks import Stack
from tests.support.channel.archive import Entry, Recipe

_MODULES = {
    "opencv": "cv2", "pillow": "PIL", "py-xgboost": "xgboost", "scikit-bio": "skbio",
    "scikit-image": "skimage", "scikit-learn": "sklearn", "biopython": "Bio",
}  # fmt: skip

_LOWEST = re.compile(r"[>=]=?([0-9][0-9.]*)")


def stand_ins(
    stacks: Iterable[Stack], known: Collection[str], *, real: Collection[str] = ()
) -> Iterator[Recipe]:
    """A package for each name that the stacks ask for and that is not ``known``.

    ``real`` are names that are there as another package: ``matplotlib-base`` needs matplotlib.
    """
    wanted: dict[str, str] = {}
    for stack in stacks:
        lines = [*stack.spec.dependencies, *(line for t in stack.targets for line in t.add)]
        for line in lines:
            name = dependency_name(line)
            if name is not None and name not in known:
                lowest = _LOWEST.search(line)
                version = lowest[1].rstrip(".") if lowest else "1.0"
                wanted[name] = max(wanted.get(name, "0"), version, key=Version)
    for name, version in wanted.items():
        module = _MODULES.get(name, re.sub("[-.]", "_", name))
        text = f'__version__ = "{version}"\n'.encode()
        needs = {"matplotlib-base": ("matplotlib",)}.get(name, ()) if real else ()
        yield Recipe(
            name=name,
            version=version,
            build="pyh0_0",
            noarch="python",
            depends=("python", *needs),
            files=(Entry(f"site-packages/{module}/__init__.py", text),),
        )
