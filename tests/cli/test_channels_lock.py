"""An exported lock and a clone: the same packages again, without a solve and without a channel."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.channels import lock_of, url_of
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder, serve


class Made(msgspec.Struct, frozen=True):
    """An environment ``demo`` with a kernel, its exported lock, and the server it came from."""

    sandbox: Sandbox
    server: ServedFolder
    lock: Path
    digest: str

    def solved(self) -> Path:
        """Its prefix."""
        return self.sandbox.envs / "demo"


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel, shared_cache: Path
) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("lock")
    # Packages may come from the shared cache; what is known of channels is this module's own.
    for name in ("pkgs", "pyc", "uv"):
        (shared_cache / name).mkdir(exist_ok=True)
        (folder / "cache").mkdir(exist_ok=True)
        (folder / "cache" / name).symlink_to(shared_cache / name)
    with serve(channel.path) as server:
        sandbox = Sandbox(folder, cache=folder / "cache", channels=(server.url,))
        digest = sandbox.create("demo-lib", "text-prefix")["lock_digest"]
        lock = folder / "demo-lock.yml"
        sandbox.run("export", "demo", "--format", "lock", "--output", lock)
        yield Made(sandbox, server, lock, digest)


def phases(lines: list[str]) -> set[str]:
    return {json.loads(line)["phase"] for line in lines[:-1]}


def record(prefix: Path, package: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        next(prefix.glob(f"conda-meta/{package}-*.json")).read_text()
    )
    return found


def test_a_lock_is_installed_without_a_solve(made: Made) -> None:
    lines = made.sandbox.run("create", made.lock, "--name", "again", "--json").splitlines()

    assert json.loads(lines[-1])["lock_digest"] == made.digest
    assert {"metadata", "install", "verify", "publish"} <= phases(lines)
    assert "solve" not in phases(lines)
    # What the channel knows and a lock does not is in conda-meta all the same.
    again, first = (record(made.sandbox.envs / name, "demo-lib") for name in ("again", "demo"))
    for field in ("size", "license", "timestamp", "depends", "noarch", "sha256", "url"):
        assert again[field] == first[field], field


def test_a_lock_needs_no_channel_when_its_packages_are_cached(made: Made) -> None:
    shutil.rmtree(made.sandbox.folder / "cache" / "repodata")
    asked_before = len(made.server.requests)

    again = made.sandbox.json("create", made.lock, "--name", "alone", "--offline")

    assert again["lock_digest"] == made.digest
    assert made.server.requests[asked_before:] == []
    site = next((made.sandbox.envs / "alone").glob("lib/python3*/site-packages"))
    assert (site / "demo_lib.py").is_file()
    assert "conda-env-alone-py" in made.sandbox.kernel_names()


def test_a_clone_asks_no_channel(made: Made) -> None:
    asked_before = len(made.server.requests)

    clone = made.sandbox.json("clone", "demo", "twin")

    assert clone["lock_digest"] == made.digest
    assert made.server.requests[asked_before:] == []
    twin, first = (record(made.sandbox.envs / name, "demo-lib") for name in ("twin", "demo"))
    for field in ("size", "license", "timestamp", "files", "requested_specs"):
        assert twin[field] == first[field], field
    assert str(made.sandbox.envs / ".jupyter-envs" / "twin" / "1") in (
        made.sandbox.run("run", "twin", "--", "text-prefix")
    )


def test_a_lock_works_with_the_urls_of_another_server(
    sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    with serve(channel.path) as first:
        sandbox.configure(envs_dirs=[str(sandbox.envs)], channels=[first.url])
        digest = sandbox.create("text-prefix", "binary-prefix")["lock_digest"]
        lock = sandbox.run("export", "demo", "--format", "lock")
    with serve(channel.path) as other:
        sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "empty")
        file = sandbox.write("moved-lock.yml", lock.replace(first.url, other.url))
        moved = sandbox.json("create", file, "--name", "moved")
        packages = [path for _, path, _ in other.requests if path.endswith(".conda")]

    assert moved["lock_digest"] == digest
    assert len(packages) == 2
    assert lock_of(sandbox, "moved").channels == (other.url,)
    assert url_of(sandbox, "text-prefix", "moved").startswith(other.url)
