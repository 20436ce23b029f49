"""``python -m benchmarks`` measures, tells, and writes what it says it writes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure import compare
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
    assert list(results) == ["cli-start-ms", "check-team-file-ms", "check-file-ms"]
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
