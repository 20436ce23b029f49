"""What engine/ takes for granted of py-rattler 0.28: installing. See test_contract."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.child import in_child
from tests.support.channel import LocalChannel
from tests.support.channel.archive import host_subdir
from tests.support.channel.damage import with_damaged_package, with_replaced_package
from tests.support.serve import serve


class Recorder:
    """Takes every callback of an InstallerReporter, and keeps name and arguments."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., int]:
        if not name.startswith("on_"):
            raise AttributeError(name)

        def note(*arguments: Any) -> int:
            self.calls.append((name, list(arguments)))
            # The answer to on_*_start names the thing in the calls that follow.
            return int(arguments[0]) if name.startswith("on_populate_cache_s") else 77

        return note


def _install(url: str, specs: list[str], prefix: str, cache: str) -> dict[str, Any]:
    """Runs in a child: solve and install as engine/ does, with py-rattler alone."""
    import rattler
    from rattler.package_cache import ValidationMode

    async def carry_out() -> None:
        records = await rattler.solve(
            [url],
            specs,
            gateway=rattler.Gateway(cache_dir=Path(cache).with_name("repodata")),
            platforms=[rattler.Subdir(host_subdir()), rattler.Subdir("noarch")],
            virtual_packages=rattler.VirtualPackage.detect(),
        )
        await rattler.install(
            records,
            prefix,
            package_cache=rattler.PackageCache.new_layered(
                [cache], validation_mode=ValidationMode.fast()
            ),
            show_progress=False,
            client=rattler.Client.default_client(max_retries=0),
            requested_specs=[rattler.MatchSpec(text)._match_spec for text in specs],
            execute_link_scripts=False,
            reporter=recorder,
            config=rattler.Config.from_toml(""),
        )

    recorder: Any = Recorder()
    error = None
    try:
        asyncio.run(carry_out())
    except Exception as raised:  # noqa: BLE001 - what is raised is the answer
        error = [type(raised).__name__, str(raised)]
    return {"calls": recorder.calls, "error": error}


@pytest.fixture(scope="module")
def prefix(
    tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel, shared_cache: Path
) -> Path:
    """A prefix with hand-made packages and a Python."""
    folder = tmp_path_factory.mktemp("contract") / "prefix"
    specs = ["text-prefix", "link-script", "demo-lib=1.0"]
    answer = in_child(_install, channel.url, specs, str(folder), str(shared_cache / "pkgs"))
    assert answer["error"] is None, answer["error"]
    return folder


def test_what_lies_in_a_new_prefix(prefix: Path) -> None:
    # The first is ours to write, the second ours to remove: backups would leave the prefix out.
    assert (prefix / "conda-meta" / "history").read_bytes() == b""
    assert (prefix / "CACHEDIR.TAG").is_file()
    assert not list(prefix.rglob("*.pyc"))
    # Link scripts are there and have not run.
    assert (prefix / "bin" / ".link-script-post-link.sh").is_file()
    assert not (prefix / "link-script-ran").exists()


def test_the_record_of_an_installed_package(prefix: Path, shared_cache: Path) -> None:
    path = prefix / "conda-meta" / "text-prefix-1.0-0.json"
    record = json.loads(path.read_text())
    assert record["files"] == ["bin/text-prefix", "etc/text-prefix.conf"]
    assert record["requested_specs"] == ["text-prefix"]
    assert record["extracted_package_dir"] == str(shared_cache / "pkgs" / "text-prefix-1.0-0")
    assert in_child(_read_record, str(path)) == {
        "name": "text-prefix",
        "sha256": record["sha256"],
        "size": record["size"],
        "url": record["url"],
        "channel": record["url"].removesuffix("noarch/text-prefix-1.0-0.conda"),
        "file_name": "text-prefix-1.0-0.conda",
        "is_record": True,
    }


def _read_record(path: str) -> dict[str, Any]:
    from rattler import PrefixRecord, RepoDataRecord

    record = PrefixRecord.from_path(Path(path))
    return {
        "name": record.name.normalized,
        "sha256": record.sha256.hex() if record.sha256 else None,
        "size": record.size,
        "url": record.url,
        "channel": record.channel,
        "file_name": record.file_name,
        # locked_packages, and our solution_from_lock, take it for one.
        "is_record": isinstance(record, RepoDataRecord),
    }


def test_files_are_hard_links_that_keep_their_mode(
    tmp_path: Path, prefix: Path, channel: LocalChannel
) -> None:
    cache = tmp_path / "cache"
    in_child(_install, channel.url, ["bulk=1.0"], str(tmp_path / "first"), str(cache))
    cached = cache / "bulk-1.0-0" / "share" / "bulk" / "00" / "0000.bin"
    for file in cached.parent.iterdir():
        file.chmod(0o444)

    in_child(_install, channel.url, ["bulk=1.0"], str(tmp_path / "second"), str(cache))

    linked = tmp_path / "second" / "share" / "bulk" / "00" / "0000.bin"
    assert linked.stat().st_ino == cached.stat().st_ino
    assert stat.S_IMODE(linked.stat().st_mode) == 0o444
    assert cached.stat().st_nlink == 3
    # A file with a prefix in it is a file of its own.
    assert (prefix / "bin" / "text-prefix").stat().st_nlink == 1


# -- progress -----------------------------------------------------------------------------------


def names(calls: list[tuple[str, list[Any]]]) -> list[str]:
    return [name for name, _ in calls]


def test_the_callbacks_of_a_download(tmp_path: Path, channel: LocalChannel) -> None:
    with serve(channel.path) as server:
        answer = in_child(
            _install, server.url, ["text-prefix"], str(tmp_path / "p"), str(tmp_path / "c")
        )
    calls = answer["calls"]
    assert names(calls) == [
        "on_transaction_start",
        "on_transaction_operation_start",
        "on_populate_cache_start",
        "on_download_start",
        "on_download_progress",
        "on_download_completed",
        "on_populate_cache_complete",
        "on_link_start",
        "on_link_complete",
        "on_transaction_operation_complete",
        "on_transaction_complete",
    ]
    said = dict(calls)
    assert said["on_transaction_start"] == [1]
    assert said["on_populate_cache_start"] == [0, "text-prefix"]
    # on_download_start gets what on_populate_cache_start answered, ...
    assert said["on_download_start"] == [0]
    # ... and progress what on_download_start answered, with bytes so far and in all.
    size = channel.archives("text-prefix")[0].stat().st_size
    assert said["on_download_progress"] == [77, size, size]
    assert said["on_populate_cache_complete"] == [0]
    assert said["on_link_start"] == [0, "text-prefix"]


def test_a_file_channel_tells_of_no_download(tmp_path: Path, channel: LocalChannel) -> None:
    answer = in_child(
        _install, channel.url, ["text-prefix"], str(tmp_path / "p"), str(tmp_path / "c")
    )
    told = names(answer["calls"])
    assert not [name for name in told if "download" in name]
    assert {"on_populate_cache_start", "on_populate_cache_complete", "on_link_complete"} <= set(
        told
    )


# -- refusals -----------------------------------------------------------------------------------


def failure(url: str, folder: Path) -> str:
    answer = in_child(_install, url, ["bulk=1.0"], str(folder / "p"), str(folder / "c"))
    assert answer["error"] is not None
    kind, text = answer["error"]
    assert kind == "InstallerError"
    assert text.startswith("failed to fetch bulk-1.0-0.conda\nCaused by: ")
    return str(text)


def test_the_text_of_a_damaged_archive(tmp_path: Path, channel: LocalChannel) -> None:
    damaged = with_damaged_package(channel, "bulk", tmp_path)
    assert "Invalid checksum" in failure(damaged.url, tmp_path)


def test_the_text_of_a_wrong_hash(tmp_path: Path, channel: LocalChannel) -> None:
    with serve(with_replaced_package(channel, "bulk", tmp_path).path) as server:
        text = failure(server.url, tmp_path)
    assert "hash mismatch when extracting http://" in text
    assert ": expected " in text
    assert ", got " in text


def test_a_wrong_hash_in_a_folder_goes_unnoticed(tmp_path: Path, channel: LocalChannel) -> None:
    # Why engine/local_archives.py exists. Once this fails, that may go.
    replaced = with_replaced_package(channel, "bulk", tmp_path)
    answer = in_child(
        _install, replaced.url, ["bulk=1.0"], str(tmp_path / "p"), str(tmp_path / "c")
    )
    assert answer["error"] is None


def test_the_text_of_a_missing_archive(tmp_path: Path, channel: LocalChannel) -> None:
    lacking = with_damaged_package(channel, "bulk", tmp_path)
    for archive in lacking.archives("bulk"):
        archive.unlink()
    with serve(lacking.path) as server:
        text = failure(server.url, tmp_path)
    assert "HTTP status client error (404 Not Found) for url (http://" in text


def test_a_public_match_spec_is_not_taken(tmp_path: Path) -> None:
    # Why engine/installing.py hands over MatchSpec._match_spec.
    kind, text = in_child(_install_public_spec, str(tmp_path / "prefix"))
    assert kind == "TypeError"
    assert "PyMatchSpec" in text


def _install_public_spec(prefix: str) -> list[str]:
    import rattler

    try:
        specs = [rattler.MatchSpec("python")]
        asyncio.run(rattler.install([], prefix, requested_specs=specs, show_progress=False))
    except Exception as raised:  # noqa: BLE001 - what is raised is the answer
        return [type(raised).__name__, str(raised)]
    return []
