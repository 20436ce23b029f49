"""The place where environments are kept does not let itself be used, or a worker dies there."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.refusals import call, everything, refuse
from tests.support.channel import LocalChannel
from tests.support.sandbox import Sandbox


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """A store with the environment ``demo`` in two generations."""
    sandbox = Sandbox(
        tmp_path_factory.mktemp("shared"), cache=shared_cache, channels=(channel.url,)
    )
    sandbox.create("text-prefix")
    sandbox.run("update", "demo", sandbox.spec("text-prefix", "activation-demo", name="next"))
    sandbox.wait_for_workers()
    yield sandbox
    sandbox.close()


def without_override() -> tuple[str, ...]:
    """An argv that makes permissions count for root, too; nothing for everybody else."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("needs root to give up its override: there is no setpriv")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write away from a folder and all folders and files in it."""
    paths = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in paths}
    for path in reversed(paths):
        path.chmod(modes[path] & 0o555)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(modes[path])


def test_a_file_in_the_place_of_a_cache(tmp_path: Path, channel: LocalChannel) -> None:
    user = Sandbox(tmp_path, cache=tmp_path / "cache", channels=(channel.url,))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pyc").write_text("in the way")
    refusal = refuse(user, "create", user.spec("text-prefix"))
    assert refusal.code == "store_read_only"
    assert refusal.params["path"] == str(tmp_path / "cache" / "pyc")
    assert (tmp_path / "cache" / "pyc").read_text() == "in the way"
    assert user.names() == []


def test_a_folder_that_cannot_be_written(sandbox: Sandbox) -> None:
    spec, folder = sandbox.spec("text-prefix"), sandbox.folder / "closed"
    folder.mkdir()

    with read_only(folder):
        refusal = refuse(
            sandbox, "--envs-dir", folder / "envs", "create", spec, before=without_override()
        )

    assert refusal.code == "store_read_only"
    assert refusal.message == f"The folder {folder} cannot be written: Permission denied"
    assert "--envs-dir" in (refusal.hint or "")
    assert list(folder.iterdir()) == []
    assert sandbox.registered() == []


@pytest.mark.parametrize("verb", ["create", "update", "rollback", "remove", "clone"])
def test_an_environment_of_somebody_else_can_be_read_but_not_changed(
    shared: Sandbox, verb: str
) -> None:
    spec = shared.spec("text-prefix", "activation-demo", name="new")
    rest = {"create": (spec,), "update": ("demo", spec), "clone": ("demo", "new")}
    before = everything(shared)

    with read_only(shared.envs):
        refusal = refuse(
            shared,
            *("--envs-dir", shared.envs, verb, *rest.get(verb, ("demo",))),
            before=without_override(),
        )

    assert refusal.code == "store_read_only"
    assert str(shared.envs) in refusal.message
    assert refusal.hint
    assert everything(shared) == before


def test_what_can_only_be_read_is_listed_and_runs(shared: Sandbox) -> None:
    calls = (("list",), ("show", "demo"), ("run", "demo", "--", "text-prefix"))

    with read_only(shared.envs):
        for arguments in calls:
            done = call(shared, "--envs-dir", shared.envs, *arguments, before=without_override())
            assert (done.returncode, done.stderr) == (0, "")
            assert "demo" in done.stdout


def test_a_file_that_may_not_be_read(sandbox: Sandbox) -> None:
    spec = sandbox.spec("text-prefix")
    spec.chmod(0)

    refusal = refuse(sandbox, "create", spec, before=without_override())

    assert refusal.code == "source_not_found"
    assert refusal.message == f"There is no readable file {spec}: Permission denied"


def test_a_path_too_long_for_packages(sandbox: Sandbox) -> None:
    deep = sandbox.folder.joinpath(*["d" * 60] * 4)

    refusal = refuse(sandbox, "--envs-dir", deep, "create", sandbox.spec("text-prefix"))

    assert refusal.code == "path_too_long"
    assert str(deep) in refusal.message
    assert "allow at most 250" in refusal.message
    assert "--envs-dir" in (refusal.hint or "")
    assert [path for path in deep.iterdir() if path.name != ".jupyter-envs"] == []
    assert sorted(path.name for path in (deep / ".jupyter-envs").iterdir()) == [
        ".trash",
        "operations",
    ]
    assert sandbox.registered() == []


def test_a_store_below_a_file(sandbox: Sandbox) -> None:
    file = sandbox.write("a-file", "")

    refusal = refuse(sandbox, "--envs-dir", file / "envs", "create", sandbox.spec("text-prefix"))

    assert refusal.code == "store_read_only"
    assert refusal.message == f"The folder {file} cannot be written: Not a directory"


def test_a_worker_that_dies_before_its_first_word(sandbox: Sandbox) -> None:
    # Python runs this module at its start, before any of ours.
    sandbox.write(
        "sitecustomize.py",
        "import os, sys\nif any('operations.worker' in a for a in sys.orig_argv): os._exit(9)\n",
    )
    sandbox.environ["PYTHONPATH"] = str(sandbox.folder)

    refusal = refuse(sandbox, "create", sandbox.spec("text-prefix"))

    assert refusal.code == "interrupted"
    assert refusal.hint == "What was there before it is as it was. Start it again."
    del sandbox.environ["PYTHONPATH"]
    assert sandbox.names() == []
    sandbox.run("create", sandbox.spec("text-prefix"))
