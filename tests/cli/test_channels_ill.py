"""What a person sees of channels that stop half-way, change, or give packages that are unsafe."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.cli.channels import copy_channel
from tests.cli.refusals import everything, refuse, seen
from tests.support.channel import LocalChannel
from tests.support.channel.damage import with_replaced_package
from tests.support.channel.hostile import Hostile, Member, write_hostile, write_repodata
from tests.support.sandbox import Sandbox
from tests.support.serve import Reply, ServedFolder, serve

PACKAGE = "text-prefix-1.0-0.conda"


def use(sandbox: Sandbox, *servers: ServedFolder, cache: str = "cache", **settings: object) -> None:
    """Make these the only channels, with a cache of its own and no second tries."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / cache)
    sandbox.configure(
        channels=[server.url for server in servers],
        envs_dirs=[str(sandbox.envs)],
        **{"remote_max_retries": 0, **settings},
    )


def owned(sandbox: Sandbox) -> dict[str, object]:
    """Files and links that the person has, and folders of environments; the folders that any
    first command makes are not counted."""
    return {
        path: facts
        for path, facts in everything(sandbox).items()
        if len(facts) > 1 or isinstance(facts[0], str) or "/.jupyter-envs/" in path
    }


# -- half-way --------------------------------------------------------------------------------------


def test_a_download_that_stops_is_seen_and_cancelled_at_once(
    sandbox: Sandbox, channel: LocalChannel
) -> None:
    with serve(channel.path) as server:
        server.replies[".conda"] = Reply(stall_after=10_000)
        use(sandbox, server)  # conda's own limit: a minute
        before = owned(sandbox)
        process = sandbox.start("create", sandbox.spec("bulk"), "--json")
        assert process.stdout is not None
        # How far it came stands there while nothing more comes.
        for line in process.stdout:
            event = json.loads(line)
            if event.get("phase") == "download":
                break
        assert event["total"] > event["done"]
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        # Far less than the minute, also on a busy machine.
        assert time.monotonic() - asked < 30
    assert process.returncode == 130
    assert json.loads(rest.splitlines()[-1])["code"] == "cancelled"
    assert owned(sandbox) == before


def test_a_download_that_stops_ends_by_itself(sandbox: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path) as server:
        server.replies[".conda"] = Reply(stall_after=10_000)
        use(sandbox, server, remote_read_timeout_secs=1)
        before = owned(sandbox)
        said = seen(sandbox, "create", sandbox.spec("bulk"))
        assert owned(sandbox) == before
        # What it stopped at is no obstacle later.
        server.replies.clear()
        assert sandbox.create("bulk")["lock_digest"]
    assert "its server fell silent, and nothing came for 1 seconds" in said
    assert "Try again; what was already downloaded is kept." in said


def test_an_index_of_pips_that_is_silent(sandbox: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path) as index:
        index.replies[""] = Reply(stall_after=0, body=b"<html></html>")
        sandbox.environ.update(UV_HTTP_TIMEOUT="1", UV_HTTP_RETRIES="0")
        spec = sandbox.spec("python", pip=[f"--index-url {index.url}/simple", "nonesuch"])
        before = owned(sandbox)
        refusal = refuse(sandbox, "create", spec)
    assert refusal.code == "pip_failed"
    assert "nonesuch" in refusal.message
    assert owned(sandbox) == before


# -- other bytes -----------------------------------------------------------------------------------


def locked(sandbox: Sandbox, server: ServedFolder) -> Path:
    """The lock of an environment that was made from ``server``."""
    use(sandbox, server)
    sandbox.create("text-prefix", name="first")
    lock = sandbox.folder / "first-lock.yml"
    sandbox.run("export", "first", "--format", "lock", "-o", lock)
    return lock


def test_an_archive_that_changed_after_the_lock_is_refused(
    sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    place = copy_channel(channel, tmp_path / "copy")
    with serve(place.path) as server:
        lock = locked(sandbox, server)
        replaced = with_replaced_package(channel, "text-prefix", tmp_path).path / "noarch" / PACKAGE
        (place.path / "noarch" / PACKAGE).unlink()
        shutil.copy2(replaced, place.path / "noarch" / PACKAGE)
        # Of a list of packages that tells the truth about the new bytes nothing follows.
        use(sandbox, server, cache="other-cache")
        before = owned(sandbox)
        refusal = refuse(sandbox, "create", lock, "--name", "second")
    assert refusal.code == "package_corrupt"
    assert PACKAGE in refusal.message
    assert owned(sandbox) == before


def test_a_mirror_with_other_bytes_is_refused(
    sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    replaced = with_replaced_package(channel, "text-prefix", tmp_path)
    with serve(channel.path) as origin, serve(replaced.path) as mirror:
        lock = locked(sandbox, origin)
        mirrors = {origin.url: [mirror.url]}
        use(sandbox, origin, cache="other-cache", mirrored_channels=mirrors)
        before = owned(sandbox)
        refusal = refuse(sandbox, "create", lock, "--name", "second")
        assert f"/noarch/{PACKAGE}" in [path for _, path, _ in mirror.requests]
    assert refusal.code == "package_corrupt"
    assert owned(sandbox) == before


def test_an_archive_that_has_gone_after_the_lock_is_named(
    sandbox: Sandbox, channel: LocalChannel
) -> None:
    with serve(channel.path) as server:
        lock = locked(sandbox, server)
        server.replies[".conda"] = Reply(status=404, body=b"")
        use(sandbox, server, cache="other-cache")
        refusal = refuse(sandbox, "create", lock, "--name", "second")
    assert refusal.code == "download_failed"
    assert PACKAGE in refusal.message
    assert sandbox.names() == ["first"]


# -- unsafe ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["file", "http"])
def test_an_unsafe_package_is_named_and_nothing_is_left(
    kind: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    start = Member("conda-meta/jupyter-envs/start", b"#!/bin/sh\n", mode=0o755)
    package = Hostile(name="evil", members=(start,))
    write_hostile(package, tmp_path / "channel")
    write_repodata(tmp_path / "channel", [package])
    with serve(tmp_path / "channel") as server:
        use(sandbox, server)
        if kind == "file":
            place = (tmp_path / "channel").as_uri()
            sandbox.configure(channels=[place], envs_dirs=[str(sandbox.envs)])
        before = owned(sandbox)
        refusal = refuse(sandbox, "create", sandbox.spec("evil"))
        assert owned(sandbox) == before
    assert refusal.code == "package_unsafe"
    assert refusal.params["path"] == "conda-meta/jupyter-envs/start"
    assert refusal.hint is not None
    assert "Nothing of it was installed" in refusal.hint
