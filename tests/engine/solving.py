"""Channels of records without archives, and the engine's own way from dependencies to a lock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rattler import RepoDataRecord

from jupyter_envs.engine import (
    CacheDirs,
    CondaConfiguration,
    Resolution,
    Session,
    Solution,
    SolveRequest,
    Target,
    load_metadata,
    open_session,
    prepare,
    solve,
)

#: A usual Linux server of 2024 without a GPU.
MACHINE = {
    "__unix": "0=0",
    "__linux": "5.15=0",
    "__glibc": "2.35=0",
    "__archspec": "1=x86_64_v3",
}


def record(name: str, version: str = "1.0", build: str = "0", **facts: Any) -> dict[str, Any]:
    """A repodata entry; a fact that is None is left out."""
    usual = {"build_number": 0, "depends": [], "sha256": "0" * 64, "md5": "0" * 32, "size": 1}
    entry = {"name": name, "version": version, "build": build, **usual, **facts}
    return {key: value for key, value in entry.items() if value is not None}


def write_channel(folder: Path, **subdirs: Sequence[dict[str, Any]]) -> str:
    """A channel for solving only; subdirs are given with ``_`` for ``-``. Returns its URL."""
    for key in {"noarch", "linux_64", *subdirs}:
        subdir = key.replace("_", "-")
        packages = {
            f"{entry['name']}-{entry['version']}-{entry['build']}.conda": {
                "subdir": subdir,
                **entry,
            }
            for entry in subdirs.get(key, ())
        }
        index = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": packages}
        (folder / subdir).mkdir(parents=True)
        (folder / subdir / "repodata.json").write_text(json.dumps(index), "utf-8")
    return folder.as_uri()


class Asker(msgspec.Struct, frozen=True):
    """An open session that answers what dependencies lead to."""

    session: Session
    resolution: Resolution

    def request(
        self,
        *dependencies: str,
        machine: Mapping[str, str | None] = {},
        platform: str = "linux-64",
        priority: str = "strict",
        **more: Any,
    ) -> SolveRequest:
        """A request for a machine like ``MACHINE``; None takes a virtual package away."""
        state = {**MACHINE, **machine}
        virtual = tuple(f"{name}={rest}" for name, rest in state.items() if rest is not None)
        return SolveRequest(
            dependencies=dependencies,
            resolution=self.resolution,
            target=Target(platform, virtual),
            priority=priority,
            **more,
        )

    def solve(
        self, *dependencies: str, preferred: Sequence[RepoDataRecord] = (), **more: Any
    ) -> Solution:
        """As an operation does it: prepare, load the metadata, solve."""
        request = self.request(*dependencies, preferred=tuple(preferred), **more)
        question = prepare(request, self.session)
        load_metadata(question, self.session)
        return solve(request, question, self.session)


@contextmanager
def asking(folder: Path, *channels: str, offline: bool = False) -> Iterator[Asker]:
    """An open session on ``channels``; its caches are below ``folder``."""
    with open_session(
        CondaConfiguration(home=folder),
        CacheDirs.under(folder / "cache"),
        channels,
        base=folder,
        offline=offline,
        home=folder,
    ) as (session, resolution):
        yield Asker(session, resolution)


def builds(solution: Solution) -> dict[str, str]:
    """Name to ``version=build``."""
    return {r.name.normalized: f"{r.version}={r.build}" for r in solution.records}


def versions(records: Sequence[RepoDataRecord]) -> dict[str, str]:
    """Name to version."""
    return {r.name.normalized: str(r.version) for r in records}


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """Kind and text of what a call raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 - rattler's errors share no base of their own
        return type(error).__name__, str(error)
    raise AssertionError("this was to fail")
