"""Which bytecode a kernel's proof waits for."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.store.bytecode import fill_cache, link_bytecode
from tests.store import loads_bytecode, package, prefix_of


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "pyc"


def depends(prefix: Path, name: str, *dependencies: str, kernel: bool = False) -> None:
    """Have a package's record say what it needs, and that it brings a kernel."""
    path = prefix / "conda-meta" / f"{name}.json"
    record = json.loads(path.read_bytes())
    record["depends"] = dependencies
    if kernel:
        file = {"_path": "share/jupyter/kernels/python3/kernel.json", "sha256": "0" * 64}
        record["paths_data"]["paths"].append(file)
    path.write_text(json.dumps(record))


class _Asked(Future[Any]):
    """Does its work when it is asked for the result."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> Any:
        if not self.done():
            self.set_result(self._work())
        return super().result(timeout)


class _OneAtATime(Executor):
    def __init__(self) -> None:
        self.given: list[Future[Any]] = []

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = _Asked(lambda: function(*args, **kwargs))
        self.given.append(future)
        return future

    @property
    def waiting(self) -> list[Future[Any]]:
        return [future for future in self.given if not future.done()]


def test_a_kernel_waits_for_what_it_needs_and_for_nothing_else(tmp_path: Path, cache: Path) -> None:
    names = ("kernel", "needed", "deep", "other")
    packages = [package(tmp_path / "pkgs", n, {f"{n}.py": ""}) for n in names]
    first, second = (prefix_of(tmp_path / name, *packages) for name in ("first", "second"))
    fill_cache(first, cache, nice=0)
    depends(second, "kernel", "python", "needed >=1.0", kernel=True)
    depends(second, "needed", "deep[version='>=1']")
    pool = _OneAtATime()
    links = link_bytecode(second, cache, pool)
    assert {name for name in names if loads_bytecode(second, name)} == {"kernel", "needed", "deep"}
    assert len(pool.waiting) == 1
    for link in links:
        link.result()
    assert loads_bytecode(second, "other")


def test_without_a_package_that_brings_a_kernel_all_is_waited_for(
    tmp_path: Path, cache: Path
) -> None:
    packages = [package(tmp_path / "pkgs", n, {f"{n}.py": ""}) for n in ("one", "two")]
    first, second = (prefix_of(tmp_path / name, *packages) for name in ("first", "second"))
    fill_cache(first, cache, nice=0)
    pool = _OneAtATime()
    link_bytecode(second, cache, pool)
    assert not pool.waiting
    assert loads_bytecode(second, "one")
    assert loads_bytecode(second, "two")
