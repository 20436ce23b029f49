"""A real small disk: what the double of ``bad_disk.py`` says is what a file system does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.refusals import call, everything, refuse
from tests.support.sandbox import Sandbox
from tests.support.small_disk import mounted, read_only

_JOURNAL = """
import os, sys
from pathlib import Path
from jupyter_envs.operations.journal import JournalWriter, parse_events
folder = Path(sys.argv[1])
journal = JournalWriter(folder / "0123456789abcdef0123.jsonl")
journal.start(verb="create", name="demo", actor="ada")
with open(folder / "rest", "wb", buffering=0) as rest:
    try:
        while True:
            rest.write(bytes(4096))
    except OSError as error:
        print(error.strerror)
journal.end("failed", {"code": "no_space", "message": "x" * 5000})
print(parse_events(journal.path.read_bytes())[-1].code)
print(os.stat(journal.path).st_blocks * 512 < 20_000)
"""


def test_a_package_that_does_not_fit(sandbox: Sandbox, tmp_path: Path) -> None:
    """Told before anything is fetched where that can be known, and else where it happens."""
    sandbox.envs.mkdir()
    disk = mounted(sandbox.envs, "size=6m")
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "cache")
    spec = sandbox.spec("bulk")

    before = refuse(sandbox, "create", spec, before=disk)

    assert before.code == "no_space"
    assert f"not enough disk space in {sandbox.envs}" in before.message
    assert "MB may be needed, and the disk at " + str(sandbox.envs) in before.message
    assert before.params["needed"] > 20_000_000
    sandbox.run("create", spec, "--name", "fetched")

    during = refuse(sandbox, "create", spec, before=disk)

    assert during.code == "no_space"
    assert f"disk at {sandbox.envs} has 0 MB free of 6 MB" in during.message
    assert sandbox.names() == ["fetched"]


def test_another_file_system_than_the_cache(sandbox: Sandbox) -> None:
    sandbox.envs.mkdir()
    spec = sandbox.spec("gpu-lib", "text-prefix")
    look = "stat -c %h envs/demo/share/gpu-lib/build.txt; exec envs/demo/bin/text-prefix"
    disk = mounted(sandbox.envs, "size=20m", script=f'"$@" && cd "{sandbox.home}" && {look}')

    done = call(sandbox, "create", spec, before=disk)

    assert done.returncode == 0, done.stderr
    links, prefix = done.stdout.splitlines()[-2:]
    assert (links, prefix) == ("1", str(sandbox.envs / ".jupyter-envs" / "demo" / "1"))


def test_a_store_on_a_disk_that_can_only_be_read(sandbox: Sandbox) -> None:
    sandbox.create("text-prefix")
    spec, disk = sandbox.spec("activation-demo", name="new"), read_only(sandbox.envs)
    # Else another of conda's folders would be taken.
    store = ("--envs-dir", sandbox.envs)
    before = everything(sandbox)

    for command in (("create", spec), ("update", "demo", spec), ("remove", "demo")):
        refusal = refuse(sandbox, *store, *command, before=disk)
        assert refusal.code == "store_read_only"
        assert refusal.message.endswith("cannot be written: Read-only file system")
    looks: tuple[tuple[str, ...], ...] = (
        ("list",),
        ("show", "demo"),
        ("run", "demo", "--", "text-prefix"),
    )
    for look in looks:
        done = call(sandbox, *store, *look, before=disk)
        assert (done.returncode, done.stderr) == (0, ""), look
        assert "demo" in done.stdout

    assert everything(sandbox) == before


def test_a_journal_s_end_has_its_room_from_the_beginning(tmp_path: Path) -> None:
    folder = tmp_path / "operations"
    folder.mkdir()
    argv = (*mounted(folder, "size=1m"), sys.executable, "-c", _JOURNAL, str(folder))

    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.splitlines() == ["No space left on device", "failed", "True"], done.stderr
