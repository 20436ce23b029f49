"""Several who make environments at the same moment, from nothing, and names that are taken."""

from __future__ import annotations

import fcntl
import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from jupyter_envs.store import Store, environment_lock
from tests.cli.refusals import everything, refuse
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox, manifest


def people(folder: Path, count: int, channel: LocalChannel) -> Iterator[Sandbox]:
    """So many persons, each with an own store, and one cache for all in which there is nothing."""
    for number in range(count):
        own = folder / str(number)
        own.mkdir()
        yield Sandbox(own, cache=folder / "cache", channels=(channel.url,))


def _end(process: subprocess.Popen[str]) -> dict[str, object]:
    out, said = process.communicate(timeout=200)
    assert process.returncode == 0, (out[-2000:], said)
    result: dict[str, object] = json.loads(out.splitlines()[-1])
    return result


@pytest.mark.parametrize("count", [2, 8])
def test_with_one_empty_cache(tmp_path: Path, channel: LocalChannel, count: int) -> None:
    lines = ("text-prefix", "binary-prefix", "activation-demo", "gpu-lib", "bulk")
    everybody = list(people(tmp_path, count, channel))
    try:
        started = [one.start("create", one.spec(*lines), "--json") for one in everybody]
        results = [_end(process) for process in started]
    finally:
        for one in everybody:
            one.close()

    assert len({result["lock_digest"] for result in results}) == 1
    bulk = [manifest(one.envs / "demo" / "share") for one in everybody]
    assert len(bulk[0]) > 1500
    assert all(found == bulk[0] for found in bulk)
    for one in everybody:
        assert one.run("run", "demo", "--", "text-prefix").strip() == str(
            one.envs / ".jupyter-envs" / "demo" / "1"
        )
    left = [p.name for p in (tmp_path / "cache" / "pkgs").iterdir() if p.name.startswith(".tmp")]
    assert left == []


def test_two_and_eight_in_one_store(sandbox: Sandbox, tmp_path: Path) -> None:
    """Names of their own, one store, one cache in which there is nothing: all of them are made."""
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "empty")
    names = [f"n{number}" for number in range(8)]
    specs = [sandbox.spec("text-prefix", "gpu-lib", name=name) for name in names]

    for process in [sandbox.start("create", spec, "--json") for spec in specs]:
        _end(process)

    assert sandbox.names() == names
    assert sorted(sandbox.registered()) == [str(sandbox.envs / name) for name in names]


@pytest.fixture(scope="module")
def taken(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """Someone with the environment ``demo``, which has a kernel."""
    sandbox = Sandbox(tmp_path_factory.mktemp("taken"), cache=shared_cache, channels=(channel.url,))
    sandbox.create("python")
    yield sandbox
    sandbox.close()


BODIES = {
    "good": (json.dumps({"name": "demo", "dependencies": ["text-prefix"]}), "name_taken"),
    "unsatisfiable": (
        json.dumps({"name": "demo", "dependencies": ["needs-old-lib", "needs-new-lib"]}),
        "name_taken",
    ),
    "unparsable": ("name: demo\ndependencies: [text-prefix\n  - {", "spec_invalid"),
}


@pytest.mark.parametrize("file", BODIES)
def test_an_environment_of_that_name_stays_as_it_is(taken: Sandbox, file: str) -> None:
    text, code = BODIES[file]
    path = taken.write(f"{file}.yml", text)
    before, begun = everything(taken), taken.json("operations")

    assert refuse(taken, "create", path).code == code
    assert refuse(taken, "create", path, "--name", "DEMO").code == code

    assert everything(taken) == before
    assert taken.json("operations") == begun
    assert taken.kernel_names() == ["conda-env-demo-py"]


def test_a_name_that_is_taken_while_one_waits_in_the_queue(sandbox: Sandbox) -> None:
    """Free when it was asked for, and not any more when the work can begin."""
    slots = sandbox.envs / ".jupyter-envs" / "operations" / "slots"
    slots.mkdir(parents=True)
    theirs = sandbox.folder / "theirs"
    theirs.mkdir()
    with ExitStack() as stack:
        for number in range(2):
            slot = stack.enter_context((slots / str(number)).open("wb"))
            fcntl.lockf(slot, fcntl.LOCK_EX)
        process = sandbox.start("create", sandbox.spec("text-prefix"), "--json")
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line).get("code") == "started":
                break
        (sandbox.envs / "demo").symlink_to(theirs)
    out, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (1, "")
    assert json.loads(out.splitlines()[-1])["code"] == "name_taken"
    assert (sandbox.envs / "demo").readlink() == theirs
    assert list(theirs.iterdir()) == []


@pytest.mark.parametrize("name", ["twin", "Twin"])
def test_whoever_works_on_a_name_keeps_out_its_twins(sandbox: Sandbox, name: str) -> None:
    with environment_lock(Store(sandbox.envs), "twin"):
        refusal = refuse(sandbox, "create", sandbox.spec("text-prefix", name=name))

    assert refusal.code == "environment_busy"
    assert sandbox.names() == []
