"""What engine/ takes for granted of py-rattler 0.28: reading channels. See test_contract."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import rattler
from rattler import Gateway, MatchSpec, RepoDataRecord, Subdir
from rattler.repo_data.gateway import SourceConfig

from jupyter_envs.engine.failures import translate
from tests.engine.solving import asking, record, refused, versions, write_channel
from tests.support.channel import LocalChannel
from tests.support.channel.archive import host_subdir
from tests.support.serve import serve


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_channel(
        tmp_path_factory.mktemp("contract") / "main",
        noarch=[record("app", depends=["lib"]), record("lib", "1.0"), record("lib", "2.0")],
    )


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(
        cache_dir=tmp_path / "repodata", client=rattler.Client.default_client(max_retries=0)
    )


def query(url: str, *names: str, gateway: Gateway) -> list[RepoDataRecord]:
    platforms = [Subdir(host_subdir()), Subdir("noarch")]
    found = asyncio.run(gateway.query([url], platforms, list(names), recursive=False))
    return [entry for entries in found for entry in entries]


def test_a_query_that_is_not_recursive(url: str, gateway: Gateway) -> None:
    found = query(url, "app", gateway=gateway)
    assert versions(found) == {"app": "1.0"}
    # The channel's URL ends with a slash in records.
    assert {entry.channel for entry in found} == {f"{url}/"}
    assert found[0].url == f"{url}/noarch/app-1.0-0.conda"
    assert found[0].file_name == "app-1.0-0.conda"
    assert found[0].sha256 == bytes(32)


def test_a_match_spec_asks_for_one_build(url: str, gateway: Gateway) -> None:
    spec = MatchSpec("lib ==2.0 0", strict=False)
    found = asyncio.run(gateway.query([url], [Subdir("noarch")], [spec], recursive=False))
    assert [str(entry.version) for entries in found for entry in entries] == ["2.0"]


def test_the_names_of_a_channel(url: str, gateway: Gateway) -> None:
    names = asyncio.run(gateway.names([url], [Subdir("linux-64"), Subdir("noarch")]))
    assert {name.normalized for name in names} == {"app", "lib"}


def test_the_texts_of_a_channel_that_fails(tmp_path: Path, gateway: Gateway) -> None:
    with serve(tmp_path, token="right") as server, asking(tmp_path, "https://x.invalid") as asker:
        calls = {
            "channel_denied": f"http://{server.host}/t/wrong",
            "channel_unavailable": f"http://{server.host}/nothing",
        }
        for code, place in calls.items():
            with pytest.raises(Exception, match="4") as caught:
                query(place, "app", gateway=gateway)
            failure = translate(caught.value, asker.session)
            assert (type(caught.value).__name__, failure.code) == ("GatewayError", code)
            assert server.host in str(failure.params["channel"])
        server.go_down()
        kind, said = refused(lambda: query(f"http://{server.host}/gone", "app", gateway=gateway))
    assert kind == "GatewayError"
    assert said.startswith(f"error sending request for url (http://{server.host}/gone/")
    assert "\nCaused by: tcp connect error" in said

    kind, said = refused(lambda: query((tmp_path / "missing").as_uri(), "app", gateway=gateway))
    assert kind == "GatewayError"
    assert "could not find subdir 'noarch' in channel 'file:///" in said


@pytest.mark.parametrize("kind", ["shards", "repodata"])
def test_offline_answers_from_the_cache_alone(
    kind: str, tmp_path: Path, channel: LocalChannel
) -> None:
    offline = SourceConfig(cache_action="force-cache-only")
    closed = Gateway(cache_dir=tmp_path / "cache", default_config=offline)
    online = SourceConfig(sharded_enabled=kind == "shards")
    with serve(channel.path) as server:
        said = refused(lambda: query(server.url, "bulk", gateway=closed))[1]
        assert f"no usable repodata cache for {server.url}/" in said
        assert server.requests == []

        opened = Gateway(cache_dir=tmp_path / "cache", default_config=online)
        query(server.url, "bulk", gateway=opened)
        before = len(server.requests)
        closed = Gateway(cache_dir=tmp_path / "cache", default_config=offline)
        assert set(versions(query(server.url, "bulk", gateway=closed))) == {"bulk"}
        if kind == "shards":
            said = refused(lambda: query(server.url, "tqdm", gateway=closed))[1]
            assert "the shard for package 'tqdm' is not in the cache" in said
        assert server.requests[before:] == []
