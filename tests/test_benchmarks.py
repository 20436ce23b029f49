"""``python -m benchmarks`` measures, tells, and writes what it says it writes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks import bundle
from benchmarks.bench import Bench
from benchmarks.measure import Skipped, compare, difference
from benchmarks.synthetic import enlarge, fill, occupy, remember
from jupyter_envs.operations import EnvironmentList, list_operations, packages_of
from jupyter_envs.operations.catalogue import new_id
from jupyter_envs.operations.journal import JournalWriter, journal_path
from jupyter_envs.store import (
    GenerationFiles,
    GenerationInfo,
    SourceInfo,
    Store,
    get_managed,
    make_folder,
)
from tests.support.channel.cache import REPOSITORY


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run of two cheap ids writes."""
    output = tmp_path_factory.mktemp("benchmarks") / "results.json"
    done = _run("cli-start-ms", "check-*", "--quick", "--output", output)
    assert done.returncode == 0, done.stderr
    assert "cli-start-ms" in done.stdout
    body: dict[str, Any] = json.loads(output.read_text())
    return body


def test_each_result_has_its_numbers(report: dict[str, Any]) -> None:
    results = {result["id"]: result for result in report["results"]}
    assert list(results) == [
        "cli-start-ms", "check-team-file-ms", "check-file-ms", "check-corpus-ms",
    ]  # fmt: skip
    for result in results.values():
        assert set(result) == {"id", "value", "unit", "against", "ratio", "n", "min", "max"}
        assert result["n"] == 3
        assert 0 < result["min"] <= result["value"] <= result["max"]
    assert report["skipped"] == {}


def test_a_ratio_goes_with_what_it_is_against(report: dict[str, Any]) -> None:
    for result in report["results"]:
        assert (result["ratio"] is None) == (result["against"] is None)
    (start,) = (r for r in report["results"] if r["id"] == "cli-start-ms")
    assert math.isfinite(start["ratio"])
    # Whatever the machine: it starts a Python and then does something.
    assert start["ratio"] > 1


def test_the_machine_is_described_and_not_named(report: dict[str, Any]) -> None:
    machine = report["machine"]
    assert {"cpu", "cores", "file_system", "python", "packages", "load"} <= set(machine)
    text = json.dumps(report)
    assert str(REPOSITORY) not in text
    assert str(Path.home()) not in text


def test_an_unknown_id_is_a_usage_error() -> None:
    done = _run("no-such-measurement")
    assert done.returncode == 2
    assert "rollback-ms" in done.stderr


def test_ours_and_the_peer_take_turns_and_the_warm_up_does_not_count() -> None:
    order: list[str] = []
    times = {"ours": iter((9.0, 2.0, 4.0, 3.0)), "peer": iter((9.0, 1.0, 2.0, 1.5))}

    def once(who: str) -> float:
        order.append(who)
        return next(times[who])

    result = compare(
        "x", lambda: once("ours"), repeat=3, against="the peer", peer=lambda: once("peer")
    )
    assert order == ["ours", "peer"] * 4
    assert (result.value, result.min, result.max, result.n) == (3.0, 2.0, 4.0, 3)
    assert result.ratio == 2.0


def test_an_overhead_is_the_difference_of_each_pair() -> None:
    result = difference("x", [2.0, 9.0, 4.5], [1.0, 2.0, 4.0], unit="ms", against="the peer")
    assert (result.value, result.min, result.max, result.n) == (1000.0, 500.0, 7000.0, 3)
    assert (result.unit, result.against, result.ratio) == ("ms", "the peer", 2.25)


def test_what_has_no_unit_of_time_is_not_turned_into_one() -> None:
    result = difference("x", [70.0, 75.0], [68.0, 71.0], unit="MB", against="the peer")
    assert (result.value, result.min, result.max) == (3.0, 2.0, 4.0)


def test_the_bundle_is_what_a_browser_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "_LABEXTENSION", tmp_path)
    bench = Bench(tmp_path, repeat=1)
    with pytest.raises(Skipped, match="make frontend"):
        bundle.size(bench)
    static = tmp_path / "static"
    static.mkdir()
    (static / "remoteEntry.1.js").write_bytes(b"x" * 3000)
    (static / "style.js").write_bytes(b"y" * 1000)
    (static / "style.js.map").write_bytes(b"z" * 1000)
    assert bundle.size(bench).value == 4.0
    assert 0 < bundle.packed_size(bench).value < 4.0
    (tmp_path / "build_log.json").write_text("[]")
    with pytest.raises(Skipped, match="development"):
        bundle.size(bench)


@pytest.fixture
def model(tmp_path: Path) -> Store:
    """A store with one small environment, ``model``, and its journal."""
    store = Store(tmp_path / "model-envs")
    files = GenerationFiles(store.generation("model", 1))
    make_folder(files.folder)
    make_folder(files.prefix / "share" / "jupyter" / "kernels")
    info = GenerationInfo(
        name="model",
        slug="model",
        number=1,
        created="2026-01-01T00:00:00+00:00",
        created_by="somebody",
        platform="linux-64",
        virtual_packages=(),
        channels=(),
        lock_digest="none",
        source=SourceInfo(kind="spec"),
        operation="none",
    )
    files.info.write_bytes(msgspec.json.encode(info))
    files.spec.write_text("dependencies: [package-7]\n")
    store.link("model").symlink_to(store.link_target("model", 1))
    journal = JournalWriter(journal_path(store, new_id()))
    journal.start(verb="create", name="model", actor="somebody")
    journal.end("succeeded", {})
    journal.close()
    return store


def test_the_large_store_is_one_to_those_who_read_it(tmp_path: Path, model: Store) -> None:
    store = Store(tmp_path / "envs")
    names = fill(store, model.link("model"), 12)
    remember(store, model, 5)
    occupy(store, names[3])
    found = EnvironmentList(store).views()
    assert sorted(one.name for one in found) == sorted(names)
    assert {one.name: one.processes for one in found if one.processes} == {names[3]: 1}
    assert [one.state for one in list_operations(store)] == ["succeeded"] * 5


def test_a_large_lock_has_its_packages(tmp_path: Path, model: Store) -> None:
    store = Store(tmp_path / "envs")
    (name,) = fill(store, model.link("model"), 1)
    assert enlarge(store, name, 40).is_file()
    packages = packages_of(get_managed(store, name))
    assert len(packages) == 40
    assert [one.name for one in packages if one.requested] == ["package-7"]


def test_commands_that_only_read_load_neither_the_engine_nor_jupyter_client(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "jupyter_envs", "list"],
        cwd=REPOSITORY,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.split("\n")}
    assert "msgspec" in loaded
    assert loaded.isdisjoint({"rattler", "jupyter_client", "zmq", "asyncio"})


def test_a_server_that_starts_loads_nothing_that_only_makes_environments() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, jupyter_envs.server; print(*sys.modules)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "jupyter_envs.operations" in loaded
    heavy = {"rattler", "uv", "pynvml", "packaging.requirements", "jupyter_envs.operations.build"}
    assert loaded.isdisjoint(heavy), loaded & heavy


_DEEP_FIRST = """
import importlib, types
for module in ("installing", "solving", "session"):
    importlib.import_module(f"jupyter_envs.engine.{module}")
import jupyter_envs.engine as engine
print([name for name in engine.__all__ if isinstance(getattr(engine, name), types.ModuleType)])
"""


def test_the_engine_gives_functions_also_after_its_modules_were_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DEEP_FIRST],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]"
