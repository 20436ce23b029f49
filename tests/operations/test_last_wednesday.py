"""What ran last Wednesday at 3 pm: asked when the environment is long gone, in another home.

Everything is real but the days: the kernels are started within a minute, by a Jupyter that has
nothing of ours, and the times of the shim's files are then set to those of a week, before
anybody has taken them in. The week is one in which the clocks go back.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.channel import LocalChannel
from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Failed, Sandbox

KERNEL = "conda-env-demo-py"
MODEL, OTHER = "/home/ada/work/model.ipynb", "/home/ada/work/other.ipynb"

#: Generation, notebook, and when: Berlin has 2:30 twice on that Sunday.
WEEK = (
    (1, MODEL, "2026-10-19T09:00:00+02:00"),
    (1, OTHER, "2026-10-21T09:30:00+02:00"),
    (2, MODEL, "2026-10-21T14:10:00+02:00"),
    (2, OTHER, "2026-10-21T15:30:00+02:00"),
    (2, MODEL, "2026-10-25T02:30:00+02:00"),
    (3, MODEL, "2026-10-25T02:30:00+01:00"),
)
VERSIONS = {1: "1.0", 2: "1.1", 3: "2.0"}


class Week:
    """What was left of it: the record, and the hashes of what had been installed."""

    def __init__(self, data: Path, files: dict[int, dict[str, str]], digests: dict[int, str]):
        self.data, self.files, self.digests = data, files, digests


def start_at(kernels: Sandbox, python: Path, notebook: str, moment: str) -> str:
    """A kernel for a notebook; what it has of demo-lib. Its start gets the day that is meant."""
    starts = kernels.home / ".local/share/jupyter_envs/starts"
    before = set(starts.iterdir())
    with KernelSession(python, {**kernels.environ, "JPY_SESSION_NAME": notebook}) as session:
        version = session.once(KERNEL, "import demo_lib; print(demo_lib.__version__)")
    [new] = set(starts.iterdir()) - before
    seconds = datetime.fromisoformat(moment).timestamp()
    os.utime(new, (seconds, seconds))
    return version


def installed(prefix: Path) -> dict[str, str]:
    """The hash of each installed file, with the prefix taken out: its length stays the same.

    Not of what is no part of a package: records of the installation, and compiled files."""
    found = {}
    for path in sorted(prefix.rglob("*")):
        parts = path.relative_to(prefix).parts
        if path.is_dir() or parts[0] == "conda-meta" or "__pycache__" in parts:
            continue
        data = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        plain = data.replace(os.fsencode(prefix), b"@" * len(os.fsencode(prefix)))
        found["/".join(parts)] = hashlib.sha256(plain).hexdigest()
    return found


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """The person whose week it was, in Berlin."""
    folder = tmp_path_factory.mktemp("then")
    sandbox = Sandbox(folder, cache=shared_cache, channels=(channel.url,))
    sandbox.environ["TZ"] = "Europe/Berlin"
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def week(home: Sandbox, jupyter: Path) -> Week:
    """Three generations, kernels from each, and in the end nothing of it."""
    files, digests = {}, {}
    for generation, version in VERSIONS.items():
        spec = home.spec("python", f"demo-lib={version}")
        verb = ["create"] if generation == 1 else ["update", "demo"]
        made = home.json(*verb, spec)
        assert made["generation"] == generation
        digests[generation] = made["lock_digest"]
        files[generation] = installed(Path(made["prefix"]))
        for number, notebook, moment in WEEK:
            if number == generation:
                assert start_at(home, jupyter, notebook, moment) == version
    home.run("remove", "demo", "--yes")
    assert not (home.envs / "demo").exists()
    assert not (home.envs / ".jupyter-envs" / "demo").exists()
    return Week(home.home / ".local/share/jupyter_envs", files, digests)


@pytest.fixture
def later(tmp_path_factory: pytest.TempPathFactory, week: Week) -> Iterator[Sandbox]:
    """Somebody else with an empty home, no channel and no cache: only the ledger was copied."""
    folder = tmp_path_factory.mktemp("late")
    sandbox = Sandbox(folder, cache=folder / "cache", channels=())
    sandbox.environ["TZ"] = "Europe/Berlin"
    shutil.copytree(week.data, sandbox.home / ".local/share/jupyter_envs")
    yield sandbox
    sandbox.close()


def ran(sandbox: Sandbox, at: str, *options: str) -> list[tuple[str, int, str]]:
    """Notebook, generation and start of what ran, newest first."""
    found = sandbox.json("audit", "--at", at, *options)["kernels"]
    return [(k["notebook"], k["generation"], k["time"]) for k in found]


def test_last_wednesday_at_3_pm(later: Sandbox, week: Week) -> None:
    lock = later.folder / "wednesday.yml"
    said = later.json(
        "audit", "--at", "2026-10-21 15:00", "--notebook", "model.ipynb", "--export", lock
    )

    assert said["at"] == "2026-10-21T15:00:00+02:00"
    [kernel] = said["kernels"]
    expected = {
        "notebook": MODEL,
        "environment": "demo",
        "generation": 2,
        "lock_digest": week.digests[2],
        "lock_kept": True,
        "kernel": KERNEL,
        "drift": None,
    }
    assert expected.items() <= kernel.items()
    assert kernel["user"]
    assert datetime.fromisoformat(kernel["time"]) == datetime.fromisoformat(WEEK[2][2])

    made = later.json("create", lock, "--name", "past")  # as long a name, so as long a prefix
    assert made["lock_digest"] == week.digests[2]
    assert installed(Path(made["prefix"])) == week.files[2]
    assert installed(Path(made["prefix"])) != week.files[1]
    output = later.run(
        "run", "past", "--", "python", "-c", "import demo_lib as d; print(d.__version__)"
    )
    assert output.strip() == VERSIONS[2]


def test_what_is_printed_has_it_all(later: Sandbox, week: Week) -> None:
    text = later.run("audit", "--at", "2026-10-21 15:00")

    assert "At 2026-10-21 15:00:00 +02:00" in text
    model = next(line for line in text.splitlines() if MODEL in line)
    assert "demo" in model
    assert "2026-10-21 14:10:00 +02:00" in model
    assert week.digests[2][:12] in model
    printed = later.run(
        "audit", "--at", "2026-10-21 15:00", "--notebook", "model.ipynb", "--export", "-"
    )
    assert "demo-lib-1.1" in printed


def test_each_notebook_at_each_moment(later: Sandbox) -> None:
    times = [moment.replace("T", " ") for _, _, moment in WEEK]
    assert ran(later, "2026-10-21 15:00") == [
        (MODEL, 2, WEEK[2][2].replace(":00+", ":00.000000+")),
        (OTHER, 1, WEEK[1][2].replace(":00+", ":00.000000+")),
    ]
    generations = [
        {n: g for n, g, _ in ran(later, moment)}.get(notebook)
        for moment, (_, notebook, _) in zip(times, WEEK, strict=True)
    ]
    assert generations == [number for number, _, _ in WEEK]
    assert ran(later, "2026-10-19 08:59") == []
    assert ran(later, "2026-10-22 12:00", "--environment", "demo", "--notebook", "work/model.ipynb")
    assert ran(later, "2026-10-22 12:00", "--notebook", "el.ipynb") == []
    assert ran(later, "2026-10-22 12:00", "--environment", "other") == []


def test_across_the_change_of_clocks(later: Sandbox, week: Week) -> None:
    def model(at: str) -> Any:
        return later.json("audit", "--at", at, "--notebook", "model.ipynb")

    early, late = model("2026-10-25 02:45+02:00"), model("2026-10-25 02:45+01:00")
    assert early["kernels"][0]["generation"] == 2
    assert late["kernels"][0]["generation"] == 3
    assert (early["clock_note"], late["clock_note"]) == (None, None)

    unclear = model("2026-10-25 02:45")
    assert unclear["clock_note"] == "ambiguous"
    assert unclear["at"] == "2026-10-25T02:45:00+02:00"
    assert unclear["other"] == "2026-10-25T02:45:00+01:00"
    assert unclear["kernels"] == early["kernels"]
    text = later.run("audit", "--at", "2026-10-25 02:45")
    assert "twice" in text
    assert "2026-10-25 02:45:00 +01:00" in text
    later.environ["TZ"] = "America/New_York"
    assert model("2026-10-24 21:45")["kernels"][0]["generation"] == 3
    assert "2026-10-24 20:30:00 -04:00" in later.run("audit", "--at", "2026-10-24 21:00")


def test_from_a_digest(later: Sandbox, week: Week) -> None:
    [view] = later.json("audit", "--digest", week.digests[2][:10])["digests"]

    assert (view["digest"], view["kept"], view["here"]) == (week.digests[2], True, [])
    [use] = view["uses"]
    assert (use["environment"], use["generation"], use["starts"]) == ("demo", 2, 3)
    assert use["users"] == [use["by"]]
    assert "demo" in later.run("audit", "--digest", week.digests[2])
    with pytest.raises(Failed) as caught:
        later.json("audit", "--digest", "0" * 12)
    assert caught.value.error["code"] == "lock_not_found"


def test_why_did_my_results_change(later: Sandbox, week: Week) -> None:
    for a, b in (("demo@1", "demo@3"), (week.digests[1], week.digests[3][:12])):
        found = later.json("diff", a, b)
        [change] = [one for one in found["changed"] if one["name"] == "demo-lib"]
        assert (change["before"]["version"], change["after"]["version"]) == ("1.0", "2.0")
        assert change["before"]["channel"] == change["after"]["channel"] != ""
        assert found["spec"] is None  # the files are gone


def test_the_story_is_told_when_it_is_over(later: Sandbox) -> None:
    events = later.json("history", "demo")["events"]
    told = [(event["action"], event["generation"]) for event in events]
    assert [one for one in told if one[0] != "kernel_started"] == [
        ("environment_created", 1),
        ("environment_updated", 2),
        ("environment_updated", 3),
        ("environment_removed", 3),
    ]
    assert [number for action, number in told if action == "kernel_started"] == [1, 1, 2, 2, 2, 3]
    text = later.run("history", "demo")
    assert "2 kernels started from generation 1 by" in text
    assert text.rstrip().splitlines()[-1].split("  ")[1].startswith("removed")
    assert MODEL in later.run("history", "demo", "--starts")
    with pytest.raises(Failed) as caught:
        later.json("history", "nonesuch")
    assert caught.value.error["code"] == "environment_not_found"


def test_the_record_holds_and_what_happened_to_it_is_found(later: Sandbox, week: Week) -> None:
    data = later.home / ".local/share/jupyter_envs"
    assert later.json("audit", "--verify") == {"faults": []}

    lock = data / "locks" / f"{week.digests[2]}.yml"
    right = lock.read_text()
    lock.write_text(
        right.replace("demo-lib-1.1", "demo-lib-6.6").replace("version: '1.1'", "version: '6.6'")
    )
    assert faults(later) == ["lock_changed"]
    lock.write_text("nonsense")
    assert faults(later) == ["lock_changed"]
    lock.unlink()
    assert faults(later) == ["lock_missing"]
    lock.write_text(right)
    newest = sorted(data.glob("ledger/*/*.jsonl"))[-1]
    newest.write_bytes(b"".join(newest.read_bytes().splitlines(keepends=True)[:-1]))
    assert faults(later) == ["newest_missing"]


def faults(sandbox: Sandbox) -> list[str]:
    with pytest.raises(Failed) as caught:
        sandbox.json("audit", "--verify")
    assert caught.value.returncode == 1
    return [fault["code"] for fault in caught.value.error["faults"]]
