"""What goes on after publishing: isolation for root, bytecode for the next generation."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Sandbox, manifest

LOADED = """
import sys
cached = [m.__spec__.cached for m in list(sys.modules.values())
          if getattr(getattr(m, "__spec__", None), "cached", None)]
import os
print(sum(os.path.exists(p) for p in cached), len(cached))
"""


@pytest.fixture
def tended(sandbox: Sandbox, tmp_path: Path) -> Sandbox:
    sandbox.environ["JUPYTER_ENVS_TEND"] = "1"
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "cache")
    return sandbox


def test_an_in_place_edit_stays_in_its_generation(tended: Sandbox) -> None:
    """As root, whom file modes do not bind, and as anybody else, whom they do."""
    one = Path(tended.create("python", "demo-lib=1.0", name="one")["prefix"])
    two = Path(tended.create("python", "demo-lib=1.0", name="two")["prefix"])
    tended.wait_for_workers()
    others = {path: manifest(path) for path in (two, tended.folder / "cache" / "pkgs")}
    edited = next(one.glob("lib/python3*/site-packages/demo_lib*.py"))

    try:
        with edited.open("a") as file:
            file.write("__version__ = 'edited'\n")
    except PermissionError:
        assert os.geteuid() != 0

    for path, before in others.items():
        assert manifest(path) == before


def test_the_next_generation_finds_its_bytecode(tended: Sandbox, jupyter: Path) -> None:
    tended.create("python", "demo-lib=1.0")
    tended.wait_for_workers()

    made = Path(tended.json("update", "demo", tended.spec("python", "demo-lib=2.0"))["prefix"])
    tended.wait_for_workers()

    # demo_lib was imported by nobody: only the cache can have brought it for pygments & co.
    modules = list(made.glob("lib/python3*/site-packages/pygments/lexers/*.py"))
    compiled = list(made.glob("lib/python3*/site-packages/pygments/lexers/__pycache__/*.pyc"))
    assert len(compiled) == len(modules) > 100
    with KernelSession(jupyter, tended.environ) as kernels:
        present, loaded = kernels.once("conda-env-demo-py", LOADED).split()
    assert int(present) == int(loaded)
