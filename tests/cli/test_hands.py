"""What a hand has taken away or changed is said, and the next step that is named works."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.refusals import call, refuse, seen
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox, manifest
from tests.support.tiny_kernel import tiny_channel

KERNEL = "conda-env-demo-tiny"


class World(msgspec.Struct, frozen=True):
    """A person with ``demo`` in two generations and ``other``, and how all that was at first."""

    sandbox: Sandbox
    backup: Path

    @property
    def store(self) -> Path:
        return self.sandbox.envs / ".jupyter-envs"

    @property
    def current(self) -> Path:
        return self.store / "demo" / "2"

    @property
    def ours(self) -> Path:
        return self.current / "conda-meta" / "jupyter-envs"

    def entry(self, name: str = "demo") -> dict[str, Any]:
        """What ``list`` says of an environment."""
        found = self.sandbox.json("list")["environments"]
        entry: dict[str, Any] = next(one for one in found if one["name"] == name)
        return entry

    def restore(self) -> None:
        """Everything as it was at first."""
        self.sandbox.wait_for_workers()
        shutil.rmtree(self.sandbox.home)
        subprocess.run(["cp", "-a", self.backup, self.sandbox.home], check=True, timeout=60)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, channel: LocalChannel) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hands")
    own = tiny_channel(folder / "own")
    cache = folder / "cache"
    sandbox = Sandbox(folder, cache=cache, channels=(own.url, channel.url))
    sandbox.create("text-prefix", "tiny-kernel")
    sandbox.json("update", "demo", sandbox.spec("text-prefix", "tiny-kernel", "activation-demo"))
    sandbox.create("tiny-kernel", name="other")
    sandbox.wait_for_workers()
    sandbox.json("list")  # which clears away what their verify kernels left
    shutil.copytree(sandbox.home, folder / "backup", symlinks=True)
    yield World(sandbox, folder / "backup")
    sandbox.close()


@pytest.fixture
def world(made: World) -> Iterator[World]:
    yield made
    made.restore()


def generation_gone(world: World) -> None:
    shutil.rmtree(world.current)


def folder_gone(world: World) -> None:
    shutil.rmtree(world.store / "demo")


def record_cut(world: World) -> None:
    record = world.ours / "generation.json"
    record.write_bytes(record.read_bytes()[:50])


def lock_cut(world: World) -> None:
    lock = world.ours / "conda-lock.yml"
    lock.write_bytes(lock.read_bytes()[:300])


@pytest.mark.parametrize(
    ("fault", "verb", "generation"),
    [
        (generation_gone, "rollback", 1),
        (folder_gone, "repair", 1),
        (record_cut, "update", 3),
        (lock_cut, "repair", 3),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_the_step_that_is_named_works(
    world: World, fault: Callable[[World], None], verb: str, generation: int
) -> None:
    other, locked = manifest(world.store / "other"), world.entry()["lock_digest"]
    fault(world)
    shown = world.entry()
    assert shown["generation"] == 2
    if shown["broken"]:
        text = world.sandbox.run("show", "demo")
        assert "'demo' cannot be used as it is: generation 2 is the current one" in text
        assert refuse(world.sandbox, "export", "demo").code == "environment_broken"
        problem = refuse(world.sandbox, "update", "demo")
    else:
        problem = refuse(world.sandbox, "export", "demo", "--format", "explicit")
    assert problem.code == "environment_broken"
    assert f"jupyter envs {verb} demo" in (problem.hint or "")

    rest = (world.sandbox.spec("text-prefix", "tiny-kernel"),) if verb == "update" else ()
    done = world.sandbox.json(verb, "demo", *rest)

    assert done["generation"] == generation
    mended = world.entry()
    assert (mended["broken"], mended["kernel"]) == (False, KERNEL)
    assert (mended["lock_digest"] == locked) == (verb == "repair")
    assert world.sandbox.run("run", "demo", "--", "text-prefix").strip() == mended["prefix"]
    kernel = world.sandbox.home / "jupyter" / "kernels" / KERNEL / "kernel.json"
    assert Path(json.loads(kernel.read_text())["argv"][0]).is_file()
    assert manifest(world.store / "other") == other


@pytest.mark.parametrize("fault", [folder_gone, record_cut])
def test_what_is_broken_can_be_removed(world: World, fault: Callable[[World], None]) -> None:
    fault(world)

    world.sandbox.json("remove", "demo", "--yes")

    assert world.sandbox.names() == ["other"]
    assert world.sandbox.kernel_names() == ["conda-env-other-tiny"]
    assert not (world.sandbox.envs / "demo").is_symlink()


def test_a_generation_that_is_damaged_is_not_gone_back_to(world: World) -> None:
    record = world.current.with_name("1") / "conda-meta" / "jupyter-envs" / "generation.json"
    record.write_text("{")

    refusal = refuse(world.sandbox, "rollback", "demo")

    assert refusal.code == "generation_not_found"
    assert world.entry()["generation"] == 2
    assert [one["number"] for one in world.sandbox.json("show", "demo")["generations"]] == [2]


def put_a_folder(link: Path) -> None:
    link.mkdir()
    (link / "work").write_text("mine")


def put_a_link(link: Path) -> None:
    (link.parent.parent / "elsewhere").mkdir()
    link.symlink_to(link.parent.parent / "elsewhere")


@pytest.mark.parametrize("put", [put_a_folder, put_a_link])
def test_something_else_in_the_place_of_the_link(world: World, put: Callable[[Path], None]) -> None:
    link = world.sandbox.envs / "demo"
    link.unlink()
    put(link)
    before, mine = manifest(world.store / "demo"), manifest(link)
    assert world.sandbox.names() == ["other"]

    refusals = [refuse(world.sandbox, verb, "demo") for verb in ("show", "rollback", "repair")]
    refusals.append(refuse(world.sandbox, "remove", "demo", "--yes"))

    assert {one.code for one in refusals} == {"environment_broken"}
    assert manifest(world.store / "demo") == before
    command = (refusals[0].hint or "").partition(": ")[2]
    subprocess.run(["sh", "-c", command], check=True, timeout=30)
    assert world.entry()["generation"] == 2
    assert manifest(link.with_name("demo.mine")) == mine


def test_a_link_that_was_renamed(world: World) -> None:
    link = world.sandbox.envs / "demo"
    link.rename(link.with_name("renamed"))
    before = manifest(world.store / "demo")
    world.sandbox.json("list")

    hint = refuse(world.sandbox, "show", "demo").hint or ""

    assert refuse(world.sandbox, "repair", "renamed").hint == hint
    assert manifest(world.store / "demo") == before
    subprocess.run(["sh", "-c", hint.partition(": ")[2]], check=True, timeout=30)
    assert world.entry()["generation"] == 2


def test_a_kernel_whose_files_were_uninstalled_is_no_longer_offered(world: World) -> None:
    """As after ``pip uninstall ipykernel`` in a kernel."""
    shutil.rmtree(world.current / "share" / "jupyter" / "kernels" / "tiny")

    assert world.entry()["kernels"] == []
    assert world.sandbox.kernel_names() == ["conda-env-other-tiny"]

    world.sandbox.json("repair", "demo")
    assert world.sandbox.kernel_names() == [KERNEL, "conda-env-other-tiny"]


def test_kernels_that_cannot_be_written_are_told_and_written_later(world: World) -> None:
    kernels = world.sandbox.home / "jupyter" / "kernels"
    shutil.rmtree(kernels)
    kernels.write_text("")

    done = call(world.sandbox, "rollback", "demo")
    assert done.returncode == 0, done.stderr
    assert world.entry()["generation"] == 1
    updated = call(world.sandbox, "repair", "demo")
    assert updated.returncode == 0, updated.stderr
    assert f"The folder {kernels} cannot be written: File exists" in updated.stderr

    kernels.unlink()
    world.sandbox.json("list")
    assert world.sandbox.kernel_names() == [KERNEL, "conda-env-other-tiny"]


def test_a_terminal_shows_what_it_would_obey(world: World) -> None:
    """A name that a hand has written, and arguments of any bytes."""
    record = world.ours / "generation.json"
    record.write_text(record.read_text().replace('"demo"', '"de\\u001b[31mmo\\u009b2J\\u202e"', 1))
    world.sandbox.environ["FORCE_COLOR"] = "1"
    try:
        texts = [world.sandbox.run("list"), world.sandbox.run("show", "demo")]
    finally:
        del world.sandbox.environ["FORCE_COLOR"]
    texts.append(seen(world.sandbox, "create", "a\x1b]0;title\x07b"))
    texts.append(seen(world.sandbox, "show", "\udcff\x9b2J"))

    for text in texts:
        assert not any(part in text for part in ("\x1b]", "\x1b[31mmo", "\x9b", "\x07", "\u202e"))
    assert "de\ufffd[31mmo" in texts[0]
    printed = world.sandbox.run("list", "--json")
    assert printed.rstrip("\n").isprintable()
    assert json.loads(printed)["environments"][0]["name"] == "de\x1b[31mmo\x9b2J\u202e"


def test_a_ledger_that_cannot_be_written_keeps_nobody_from_reading(world: World) -> None:
    chains = world.sandbox.home / ".local" / "share" / "jupyter_envs" / "ledger"
    shutil.rmtree(chains)
    chains.write_text("")

    assert sorted(world.sandbox.names()) == ["demo", "other"]
    done = call(world.sandbox, "rollback", "demo", "--json")

    assert done.stderr == ""
    problem = json.loads(done.stdout.splitlines()[-1])
    assert str(chains) in problem["message"]
    assert "Traceback" not in done.stdout
