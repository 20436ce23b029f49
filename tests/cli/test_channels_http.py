"""Channels over HTTP: what is asked of a server, and what happens when it is slow, ill or gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.channels import copy_channel, lock_of, refusal, url_of
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox
from tests.support.serve import ServedFolder, serve

SHARDS = ("shards", "repodata_shards.*")
PACKAGE = "/noarch/text-prefix-1.0-0.conda"


@pytest.fixture
def served(channel: LocalChannel, sandbox: Sandbox) -> Iterator[ServedFolder]:
    """The channel over HTTP, as the only one configured; caches are empty."""
    with serve(channel.path) as server:
        use(sandbox, server)
        yield server


def use(sandbox: Sandbox, server: ServedFolder) -> None:
    """Make ``server`` the only channel and the sandbox's caches its own."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / "cache")
    sandbox.configure(envs_dirs=[str(sandbox.envs)], channels=[server.url])


def asked(server: ServedFolder, since: int = 0) -> list[str]:
    """The paths that were asked for and answered."""
    return [path for _, path, status in server.requests[since:] if status < 400]


# -- how a channel tells what it has ------------------------------------------------------------


def test_only_the_shards_that_are_needed(sandbox: Sandbox, served: ServedFolder) -> None:
    made = sandbox.create("text-prefix")

    paths = asked(served)
    assert sum("/shards/" in path for path in paths) == 1
    assert not any("repodata.json" in path for path in paths)
    assert [path for path in paths if path.endswith(".conda")] == [PACKAGE]
    assert url_of(sandbox, "text-prefix") == served.url + PACKAGE

    # The same packages have the same digest, wherever they come from.
    assert made["lock_digest"] == from_folder(sandbox, served)["lock_digest"]


def from_folder(sandbox: Sandbox, served: ServedFolder) -> dict[str, object]:
    sandbox.configure(envs_dirs=[str(sandbox.envs)], channels=[served.directory.as_uri()])
    return sandbox.create("text-prefix", name="from-folder")


@pytest.mark.parametrize(
    ("without", "used"),
    [
        (SHARDS, "repodata.json.zst"),
        ((*SHARDS, "repodata.json.zst"), "repodata.json"),
    ],
)
def test_a_channel_without_shards(
    without: tuple[str, ...], used: str, sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    with serve(copy_channel(channel, tmp_path / "plain", *without).path) as server:
        use(sandbox, server)
        sandbox.create("text-prefix")
        names = {path.rpartition("/")[2] for path in asked(server)}
    assert names == {used, "text-prefix-1.0-0.conda"}


# -- slow, ill, gone ----------------------------------------------------------------------------


def test_a_server_that_fails_twice_is_asked_again(sandbox: Sandbox, served: ServedFolder) -> None:
    served.fail_next(2, 503)
    sandbox.create("text-prefix")
    assert [status for _, _, status in served.requests].count(503) == 2


def test_a_download_that_fails_twice_is_tried_again(
    sandbox: Sandbox, served: ServedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [503, 503]

    def fail_packages() -> int | None:
        # Packages are asked for when the shard with their metadata has been answered.
        shards = any("/shards/" in path for path in asked(served))
        return left.pop() if shards and left else None

    monkeypatch.setattr(served, "next_failure", fail_packages)
    sandbox.create("text-prefix")

    tries = [status for _, path, status in served.requests if path == PACKAGE]
    assert tries == [503, 503, 200]


def test_a_slow_download_tells_its_bytes(sandbox: Sandbox, channel: LocalChannel) -> None:
    with serve(channel.path, bytes_per_second=12_000_000) as server:
        use(sandbox, server)
        lines = sandbox.run("create", sandbox.spec("bulk"), "--json").splitlines()
    events = [json.loads(line) for line in lines[:-1]]

    told = [event for event in events if event["phase"] == "download"]
    amounts = [event["done"] for event in told]
    assert {event["unit"] for event in told} == {"bytes"}
    assert len(set(amounts)) >= 8
    assert amounts == sorted(amounts)
    assert amounts[-1] == {event["total"] for event in told}.pop() > 20_000_000


def test_a_server_that_is_gone_is_named(sandbox: Sandbox, served: ServedFolder) -> None:
    served.go_down()
    error = refusal(sandbox, "create", sandbox.spec("text-prefix"))
    assert error["code"] == "channel_unavailable"
    assert served.url in error["message"]
    assert "--offline" in error["hint"]
    assert sandbox.names() == []


# -- mirrors ------------------------------------------------------------------------------------


def test_a_mirror_gives_the_same_lock(sandbox: Sandbox, served: ServedFolder) -> None:
    made = sandbox.create("text-prefix", name="direct")
    with serve(served.directory) as mirror:
        use_mirror(sandbox, served, mirror)
        served.go_down()
        mirrored = sandbox.create("text-prefix")

    assert PACKAGE in asked(mirror)
    assert mirrored["lock_digest"] == made["lock_digest"]
    assert lock_of(sandbox).channels == (served.url,)
    assert url_of(sandbox, "text-prefix") == served.url + PACKAGE
    record = sandbox.envs / "demo" / "conda-meta" / "text-prefix-1.0-0.json"
    assert json.loads(record.read_text())["url"] == served.url + PACKAGE


def test_a_lock_installs_through_a_mirror(sandbox: Sandbox, served: ServedFolder) -> None:
    made = sandbox.create("text-prefix")
    sandbox.run("export", "demo", "--format", "lock", "-o", sandbox.folder / "demo-lock.yml")
    with serve(served.directory) as mirror:
        use_mirror(sandbox, served, mirror)
        served.go_down()
        again = sandbox.json("create", sandbox.folder / "demo-lock.yml", "--name", "again")
    assert again["lock_digest"] == made["lock_digest"]
    assert PACKAGE in asked(mirror)


def use_mirror(sandbox: Sandbox, origin: ServedFolder, mirror: ServedFolder) -> None:
    """Send what is meant for ``origin`` to ``mirror``, with nothing cached."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(sandbox.folder / "other-cache")
    sandbox.configure(
        envs_dirs=[str(sandbox.envs)],
        channels=[origin.url],
        mirrored_channels={origin.url: [mirror.url]},
    )


# -- offline ------------------------------------------------------------------------------------


@pytest.mark.parametrize("without", [(), SHARDS], ids=["shards", "repodata"])
def test_offline_lives_from_the_cache(
    without: tuple[str, ...], sandbox: Sandbox, channel: LocalChannel, tmp_path: Path
) -> None:
    with serve(copy_channel(channel, tmp_path / "copy", *without).path) as server:
        use(sandbox, server)
        made = sandbox.create("text-prefix", "binary-prefix", name="first")
        before = len(server.requests)

        by_option = sandbox.json("create", sandbox.spec("text-prefix", name="a"), "--offline")
        sandbox.configure(envs_dirs=[str(sandbox.envs)], channels=[server.url], offline=True)
        by_condarc = sandbox.create("text-prefix", "binary-prefix", name="b")
        error = refusal(sandbox, "create", sandbox.spec("bulk", name="c"))

        assert server.requests[before:] == []
    assert by_condarc["lock_digest"] == made["lock_digest"] != by_option["lock_digest"]
    assert "bulk" in error["message"]
    assert "offline, and" in error["message"]
    assert "in the cache" in error["message"]
    assert sandbox.names() == ["a", "b", "first"]


def test_offline_with_an_empty_cache_says_so(sandbox: Sandbox, served: ServedFolder) -> None:
    error = refusal(sandbox, "create", sandbox.spec("text-prefix"), "--offline")
    assert error["code"] == "channel_unavailable"
    assert served.url in error["message"]
    assert "offline, and its list of packages is not in the cache" in error["message"]
    assert served.requests == []
