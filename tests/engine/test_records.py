"""From a lock back to records: by an installed prefix, by the channel, or by the lock alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.child import in_child
from tests.support.channel import LocalChannel
from tests.support.serve import serve

#: A noarch python package with an entry point, one without, a noarch generic one, one for this
#: platform.
PACKAGES = ("pygments", "demo-lib=1.1", "text-prefix", "binary-prefix")


def _nobody_looks(phase: str, done: int, total: int | None, unit: str) -> None:
    """A Progress."""


def _make_lock(url: str, folder: str, dependencies: list[str]) -> dict[str, Any]:
    """Runs in a child: solve, lock, install; the lock and the prefix stay in ``folder``."""
    from jupyter_envs.engine import InstallRequest, detect_target, install, locked_packages
    from jupyter_envs.lock import Lock, emit_lock
    from tests.engine.solving import asking

    base = Path(folder)
    target = detect_target()
    with asking(base, url) as asker:
        machine = dict(text.split("=", 1) for text in target.virtual_packages)
        solution = asker.solve(*dependencies, machine=machine, platform=target.platform)
        packages = locked_packages(solution, target.platform)
        lock = Lock(platforms=(target.platform,), channels=(url,), packages=packages)
        (base / "conda-lock.yml").write_bytes(emit_lock(lock))
        request = InstallRequest(prefix=base / "solved", requested=tuple(dependencies))
        install(solution, request, asker.session, _nobody_looks)
    return {"packages": len(packages), "platform": target.platform}


def _install_lock(
    url: str, folder: str, name: str, known: str | None, offline: bool
) -> dict[str, Any]:
    """Runs in a child: install the lock of ``folder`` as ``name``; facts about its records."""
    from jupyter_envs.engine import (
        InstallRequest,
        detect_target,
        install,
        prefix_records,
        solution_from_lock,
    )
    from jupyter_envs.lock import parse_lock
    from tests.engine.solving import asking

    base = Path(folder)
    lock = parse_lock((base / "conda-lock.yml").read_bytes(), file="conda-lock.yml")
    records = prefix_records(Path(known)) if known else ()
    with asking(base, url, offline=offline) as asker:
        solution = solution_from_lock(lock, detect_target().platform, asker.session, known=records)
        request = InstallRequest(prefix=base / name, requested=())
        install(solution, request, asker.session, _nobody_looks)
    return {record.name.normalized: record.size for record in solution.records}


@pytest.fixture(scope="module")
def locked(
    tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel, shared_cache: Path
) -> Path:
    """A folder with a lock, the prefix ``solved`` and a cache that has all its packages."""
    folder = tmp_path_factory.mktemp("records")
    (folder / "cache").mkdir()
    (shared_cache / "pkgs").mkdir(exist_ok=True)
    (folder / "cache" / "pkgs").symlink_to(shared_cache / "pkgs")
    in_child(_make_lock, channel.url, str(folder), list(PACKAGES))
    return folder


def facts(prefix: Path, *, without: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """conda-meta by name, less what differs from one prefix to the next."""
    found = {}
    for path in (prefix / "conda-meta").glob("*.json"):
        record = json.loads(path.read_text())
        for key in ("paths_data", "requested_specs", *without):
            record.pop(key, None)
        found[record["name"]] = record
    return found


def places(prefix: Path) -> set[str]:
    """Every file below ``prefix``, conda's own records apart."""
    return {
        str(path.relative_to(prefix))
        for path in prefix.rglob("*")
        if not path.is_dir() and "conda-meta" not in path.parts
    }


def test_by_the_records_of_a_prefix(locked: Path, channel: LocalChannel) -> None:
    with serve(channel.path) as nobody:
        known = str(locked / "solved")
        sizes = in_child(_install_lock, nobody.url, str(locked), "known", known, False)
        assert nobody.requests == []
    assert all(sizes.values())
    assert facts(locked / "known") == facts(locked / "solved")
    assert places(locked / "known") == places(locked / "solved")


def test_by_the_records_of_the_channel(locked: Path, channel: LocalChannel) -> None:
    sizes = in_child(_install_lock, channel.url, str(locked), "channel", None, False)
    assert all(sizes.values())
    assert facts(locked / "channel") == facts(locked / "solved")
    assert places(locked / "channel") == places(locked / "solved")


def test_a_lock_may_name_its_channel_in_another_way(locked: Path, channel: LocalChannel) -> None:
    # Locks of other tools have names; what counts is where the packages are.
    lock = locked / "conda-lock.yml"
    before = lock.read_text()
    named = before.replace(f"- url: {channel.url}\n", "- url: somewhere\n")
    assert named != before
    lock.write_text(named)
    try:
        sizes = in_child(_install_lock, channel.url, str(locked), "named", None, False)
    finally:
        lock.write_text(before)
    assert all(sizes.values())
    assert facts(locked / "named") == facts(locked / "solved")


def test_by_the_lock_alone(locked: Path, channel: LocalChannel) -> None:
    gone = locked.parent / "gone"
    lock = locked / "conda-lock.yml"
    before = lock.read_bytes()
    # As if the channel had moved away: its address leads nowhere, the cache has its packages.
    lock.write_bytes(before.replace(channel.url.encode(), gone.as_uri().encode()))
    try:
        sizes = in_child(_install_lock, gone.as_uri(), str(locked), "bare", None, False)
    finally:
        lock.write_bytes(before)

    assert set(sizes.values()) == {None}
    assert places(locked / "bare") == places(locked / "solved")
    assert (locked / "bare" / "bin" / "pygmentize").read_text().startswith(f"#!{locked}/bare/bin/")
    # What a lock does not know stays out; the rest is as the channel said.
    bare = facts(locked / "bare")
    for name, record in facts(locked / "solved").items():
        for key in ("version", "build", "sha256", "md5", "subdir", "fn", "files"):
            assert bare[name][key] == record[key], (name, key)
        assert bare[name].get("noarch") == record.get("noarch"), name
        assert bare[name]["depends"] == record["depends"], name
    assert bare["text-prefix"]["channel"] == f"{gone.as_uri()}/"
    assert bare["python_abi"]["build_number"] == 0
