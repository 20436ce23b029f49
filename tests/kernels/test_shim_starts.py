"""The start shim notes the start of a kernel, and of nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from jupyter_envs.engine.activation import measure_activation
from jupyter_envs.kernels.shim import render_shim
from jupyter_envs.ledger import Ledger
from jupyter_envs.store.identity import host_name
from tests.support.scripted_prefix import make_prefix

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")

CONNECTION = "/run/user/1/jupyter/kernel-4f1c-09ab.json"


class Starter:
    """A shim, and a home whose ledger expects starts."""

    def __init__(self, folder: Path, *scripts: str, variables: Mapping[str, str]) -> None:
        prefix = make_prefix(folder / "p", *scripts)
        text = render_shim(
            prefix,
            measure_activation(prefix, name="demo", variables=variables),
            name="demo",
            lock_digest="ab" * 32,
            store=folder / "the store of it's",
            leases=folder / "no leases",
            generation=7,
        )
        self.shim = prefix / "start"
        self.shim.write_bytes(os.fsencode(text))
        self.shim.chmod(0o755)
        self.home = folder / "home"
        self.data = self.home / ".local/share/jupyter_envs"
        Ledger(self.data, host_name()).expect_starts()

    def start(self, *command: str, shell: str | None = None, **environ: str) -> str:
        caller = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), **environ}
        argv = [*([shell] if shell else []), str(self.shim), *command]
        done = subprocess.run(argv, env=caller, capture_output=True, timeout=30, check=True)
        assert done.stderr == b""
        return done.stdout.decode()

    def starts(self, data: Path | None = None) -> list[dict[str, object]]:
        ledger = Ledger(data or self.data, host_name())
        ledger.absorb()
        assert ledger.verify() == []
        return ledger.events()


@pytest.fixture
def starter(tmp_path: Path) -> Starter:
    return Starter(tmp_path, variables={})


def test_what_a_kernelspec_starts_is_noted(starter: Starter, tmp_path: Path) -> None:
    notebook = "/data/my model=1\n.ipynb"
    pid = starter.start(
        "sh",
        "-c",
        "echo $$",
        "-f",
        CONNECTION,
        JUPYTER_ENVS_KERNEL="conda-env-demo-py",
        JPY_SESSION_NAME=notebook,
        JUPYTERHUB_USER="ada@lab",
    )

    [event] = starter.starts()
    expected = {
        "environment": "demo",
        "store": str(tmp_path / "the store of it's"),
        "generation": 7,
        "lock_digest": "ab" * 32,
        "kernel": "conda-env-demo-py",
        "kernel_id": "4f1c-09ab",
        "notebook": notebook,
        "user": "ada@lab",
        "actor": "ada@lab",
        "pid": int(pid),
        "host": host_name(),
        "boot_id": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
    }
    assert expected.items() <= event.items()


@pytest.mark.parametrize("word", [CONNECTION, "kernel-1.json", f"--f={CONNECTION}"])
def test_what_gets_a_connection_file_is_a_kernel(starter: Starter, word: str) -> None:
    """A program that reads kernelspecs in its own way may leave out their environment."""
    starter.start("true", "-m", "ipykernel_launcher", "-f", word)

    assert [event["kernel"] for event in starter.starts()] == [None]


def test_a_kernelspec_s_kernel_may_have_any_connection_file(starter: Starter) -> None:
    starter.start("true", "/run/connection.json", JUPYTER_ENVS_KERNEL="conda-env-demo-py")

    assert [event["kernel_id"] for event in starter.starts()] == [None]


@pytest.mark.parametrize("word", ["script.py", "kernel.json", "/kernel-x/data.json", "kernel-.txt"])
def test_other_programs_are_not_noted(starter: Starter, word: str) -> None:
    starter.start("true", word)

    assert list((starter.data / "starts").iterdir()) == []


def test_what_a_kernel_runs_is_no_kernel(starter: Starter) -> None:
    seen = starter.start("sh", "-c", f"env; {starter.shim} true", JUPYTER_ENVS_KERNEL="x")

    assert "JUPYTER_ENVS_KERNEL" not in seen
    assert len(starter.starts()) == 1


def test_it_follows_the_starter_s_own_data_folder(starter: Starter, tmp_path: Path) -> None:
    xdg, ours = tmp_path / "xdg", tmp_path / "ours with 'quotes'"
    for data in (xdg / "jupyter_envs", ours):
        Ledger(data, "host").expect_starts()
    starter.start("true", CONNECTION, XDG_DATA_HOME=str(xdg))
    starter.start("true", CONNECTION, XDG_DATA_HOME=str(xdg), JUPYTER_ENVS_DATA_DIR=str(ours))

    assert starter.starts() == []
    assert len(starter.starts(xdg / "jupyter_envs")) == 1
    assert len(starter.starts(ours)) == 1


def test_variables_of_the_environment_do_not_lead_it_elsewhere(tmp_path: Path) -> None:
    elsewhere = {"XDG_DATA_HOME": "/nowhere", "JUPYTERHUB_USER": "mallory", "HOME": "/nowhere"}
    starter = Starter(tmp_path, "export JPY_SESSION_NAME=other.ipynb", variables=elsewhere)
    seen = starter.start("env", CONNECTION.replace("/", "x="), JUPYTER_ENVS_KERNEL="k")

    [event] = starter.starts()
    assert event["notebook"] is None
    assert event["user"] != "mallory"
    assert "XDG_DATA_HOME=/nowhere" in seen


@pytest.mark.parametrize("folder", ["gone", "a file", "read-only"])
def test_a_start_that_cannot_be_noted_is_a_start_all_the_same(
    starter: Starter, folder: str
) -> None:
    starts = starter.data / "starts"
    starts.rmdir()
    if folder == "a file":
        starts.write_text("")
    environ = {}
    if folder == "read-only":
        environ["JUPYTER_ENVS_DATA_DIR"] = "/proc/self"
    assert starter.start("echo", "on", CONNECTION, **environ) == f"on {CONNECTION}\n"

    environ = {"HOME": "", "XDG_DATA_HOME": ""}
    assert starter.start("echo", "on", CONNECTION, **environ) == f"on {CONNECTION}\n"


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_any_shell_notes_the_same(starter: Starter, shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"needs {shell}")
    starter.start("true", CONNECTION, shell=found, JPY_SESSION_NAME=os.fsdecode(b"/caf\xe9.ipynb"))

    assert [event["notebook"] for event in starter.starts()] == ["/caf\\xe9.ipynb"]
