"""``python -m benchmarks`` measures, tells, and writes what it says it writes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from packaging.version import Version

from benchmarks import __main__ as main
from benchmarks import bundle, growth, half_million, table
from benchmarks import results as kept
from benchmarks.bars import BARS
from benchmarks.bench import Bench
from benchmarks.growth_cases import CASES
from benchmarks.machine import facts
from benchmarks.measure import Result, Skipped, compare, difference, summary
from benchmarks.plot import Series, draw, slope
from benchmarks.synthetic import copies, enlarge, fill, occupy, remember, tiny
from jupyter_envs.operations import EnvironmentList, full_view, list_operations, packages_of
from jupyter_envs.store import Store, get_managed
from tests.support.channel.cache import REPOSITORY

_MACHINE = kept.RESULTS / "machine.json"


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What a quick run of cheap ids writes."""
    output = tmp_path_factory.mktemp("benchmarks") / "results.json"
    done = _run("cli-start-ms", "check-*", "--quick", "--output", output)
    assert done.returncode == 0, done.stderr
    assert "cli-start-ms" in done.stdout
    body: list[dict[str, Any]] = json.loads(output.read_text())
    return body


def test_each_result_has_its_numbers(report: list[dict[str, Any]]) -> None:
    assert [result["id"] for result in report] == [
        "cli-start-ms", "check-team-file-ms", "check-file-ms", "check-corpus-ms",
    ]  # fmt: skip
    for result in report:
        assert set(result) == {"id", "value", "unit", "against", "ratio", "n", "min", "max"}
        assert result["n"] == 3
        assert 0 < result["min"] <= result["value"] <= result["max"]


def test_a_ratio_goes_with_what_it_is_against(report: list[dict[str, Any]]) -> None:
    for result in report:
        assert (result["ratio"] is None) == (result["against"] is None)
    (start,) = (r for r in report if r["id"] == "cli-start-ms")
    assert math.isfinite(start["ratio"])
    # Whatever the machine: it starts a Python and then does something.
    assert start["ratio"] > 1


def test_the_machine_is_described_and_not_named(tmp_path: Path) -> None:
    described = facts(tmp_path)
    assert {"date", "cpu", "cores", "file_system", "python", "packages"} <= set(described)
    text = json.dumps(described) + _MACHINE.read_text()
    assert str(tmp_path) not in text
    assert str(Path.home()) not in text


def test_a_whole_run_is_kept_and_so_is_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LATEST", "PREVIOUS", "_MACHINE"):
        monkeypatch.setattr(kept, name, tmp_path / f"{name}.json")
    for number in (1.0, 2.0, 3.0):
        result = summary("rollback-ms", [number / 1000], unit="ms")
        kept.keep([result], kept.Run({"day": number}, (0.0, 0.0), {"x": "no GPU"}, minutes=1))
    assert kept.results(kept.LATEST)["rollback-ms"].value == 3.0
    assert kept.results(kept.PREVIOUS)["rollback-ms"].value == 2.0
    machines = kept.runs()
    assert machines.previous is not None
    assert (machines.latest.machine, machines.previous.machine) == ({"day": 3.0}, {"day": 2.0})
    assert machines.latest.skipped == {"x": "no GPU"}


def test_one_that_fails_does_not_lose_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: Bench) -> Result:
        raise ValueError(f"something in {tmp_path}")

    two = {"a-ms": fails, "b-ms": lambda _: summary("b-ms", [0.001], unit="ms")}
    monkeypatch.setattr(main, "BENCHMARKS", two)
    output = tmp_path / "results.json"
    assert main.main(["--output", str(output)]) == 1
    assert [one["id"] for one in json.loads(output.read_text())] == ["b-ms"]
    assert "a-ms  failed: ValueError" in capsys.readouterr().out


def test_every_bar_is_measured() -> None:
    assert {bar.id for bar in BARS} <= set(main.BENCHMARKS)
    assert all(bar.aim < bar.bar for bar in BARS)


def test_the_pages_show_the_results_that_are_kept() -> None:
    """``python -m benchmarks.table`` writes them there."""
    for page in table.PAGES:
        text = page.read_text("utf-8")
        assert "<!-- benchmarks: bars -->" in text
        assert table.filled(text) == text, f"{page.name}: run python -m benchmarks.table"


def test_the_table_tells_what_is_met_and_what_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = [
        summary("rollback-ms", [0.02], unit="ms"),
        summary("list-100-ms", [0.5], unit="ms"),
        summary("install-warm-120-vs-cp", [1.0], against="cp", others=[1.0]),
    ]
    kept.write(tmp_path / "latest.json", results)
    monkeypatch.setattr(table, "LATEST", tmp_path / "latest.json")
    monkeypatch.setattr(table, "PREVIOUS", tmp_path / "none.json")
    rows = {line.split("`")[1]: line for line in table.bars().splitlines() if "`" in line}
    assert rows["rollback-ms"].endswith("| 50 ms | 10 ms | 20 ms | not measured | met |")
    assert rows["list-100-ms"].endswith("| 500 ms | not measured | **not met** |")
    assert rows["install-warm-120-vs-cp"].endswith("| 1 | not measured | aim reached |")
    assert rows["check-file-ms"].endswith("| not measured | not measured | |")


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


def test_multiplied_records_are_a_world_that_can_be_solved() -> None:
    record = {
        "name": "numpy", "version": "2.2.6", "build": "py312_0", "sha256": "ab", "md5": "cd",
        "depends": ["python >=3.12,<3.13.0a0", "libblas >=3.9", "__glibc >=2.17"],
    }  # fmt: skip
    names = frozenset({"numpy", "python", "libblas"})
    assert half_million.older(0)(record) == record
    older = half_million.older(1)(record)
    assert (older["name"], older["depends"]) == ("numpy", record["depends"])
    assert Version(older["version"]) < Version("2.2.6")
    other = half_million.renamed(11, names)(record)
    assert other["name"] == "numpy-11"
    assert other["depends"] == [
        "python-11 >=3.12,<3.13.0a0", "libblas-11 >=3.9", "__glibc >=2.17",
    ]  # fmt: skip
    assert len({one["sha256"] for one in (record, older, other)}) == 3


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
    tiny(store)
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


def test_copied_generations_are_generations(tmp_path: Path, model: Store) -> None:
    store = Store(tmp_path / "envs")
    (name,) = fill(store, model.link("model"), 1)
    copies(store, name, 4)
    found = full_view(store, get_managed(store, name)).generations
    assert [one.number for one in found] == [1, 2, 3, 4]


def test_a_plot_tells_how_steep_its_lines_are() -> None:
    sizes = [1, 10, 100, 1000]
    assert slope(sizes, [5.0, 5.0, 50.0, 500.0]) == pytest.approx(1.0)
    assert slope(sizes, [9.0, 1.0, 1.0, 1.0]) == pytest.approx(0.0)
    assert slope(sizes, [1.0, 1.0, 100.0, 10_000.0]) == pytest.approx(2.0)
    text = draw([Series("a < b", sizes, [0.5, 5, 50, 500])], across="packages", up="ms")
    root = ElementTree.fromstring(text)
    labels = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert {"a < b", "packages", "ms", "1000", "0.1"} <= set(labels)


def test_the_plots_show_the_growth_that_is_kept() -> None:
    found = growth.kept()
    for case in CASES:
        assert growth.image(case).read_text("utf-8") == growth.picture(case, found[case.plot])


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


def _loaded_by(module: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.split())


def test_a_server_that_starts_loads_the_extension_and_its_door() -> None:
    ours = {name for name in _loaded_by("jupyter_envs.server") if name.startswith("jupyter_envs")}
    assert ours == {
        "jupyter_envs",
        "jupyter_envs._version",
        "jupyter_envs.server",
        "jupyter_envs.server.app",
        "jupyter_envs.server.door",
    }


def test_a_server_that_answers_loads_nothing_that_only_makes_environments() -> None:
    loaded = _loaded_by("jupyter_envs.server.parts")
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
