"""Using an environment: run, activate, export, clone, remove, list, show."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.channel import LocalChannel
from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Failed, Sandbox, manifest

ENVIRON = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, shared_cache: Path, channel: LocalChannel
) -> Iterator[Sandbox]:
    """A person with one environment, which the tests of this file only look at."""
    folder = tmp_path_factory.mktemp("made")
    sandbox = Sandbox(folder, cache=shared_cache, channels=(channel.url,))
    sandbox.create(
        "python", "activation-demo", "text-prefix", "binary-prefix", variables={"WORD": "a b"}
    )
    yield sandbox
    sandbox.close()


@pytest.fixture
def started(made: Sandbox, jupyter: Path) -> Iterator[KernelSession]:
    # What the caller's environment holds decides what the scripts do: set all of it.
    environ = made.environ | {
        "DEMO_PATH": "/before",
        "DEMO_CHANGE": "old",
        "DEMO_UNSET": "to be unset",
        "VIRTUAL_ENV": "/somewhere",
    }
    with KernelSession(jupyter, environ) as session:
        yield session


def test_activation_scripts_are_in_force_in_the_kernel(
    made: Sandbox, started: KernelSession
) -> None:
    environ = json.loads(started.once("conda-env-demo-py", ENVIRON))

    prefix = str(made.envs / ".jupyter-envs" / "demo" / "1")
    assert environ["CONDA_PREFIX"] == prefix
    assert environ["DEMO_SET"]
    assert environ["DEMO_PATH"] == f"{prefix}/lib:/before"
    assert environ["DEMO_CHANGE"] != "old"
    assert environ["_DEMO_CHANGE_BACKUP"] == "old"
    assert "DEMO_UNSET" not in environ
    assert "VIRTUAL_ENV" not in environ
    assert environ["WORD"] == "a b"
    assert environ["PATH"].split(":")[0] == f"{prefix}/bin"


def test_run_gives_the_command_the_same_environment_and_its_own_exit_code(
    made: Sandbox,
) -> None:
    environ = json.loads(made.run("run", "demo", "--", "python", "-c", ENVIRON))
    assert environ["DEMO_SET"]
    assert environ["CONDA_DEFAULT_ENV"] == "demo"

    with pytest.raises(Failed) as caught:
        made.run("run", "demo", "--", "python", "-c", "import sys; sys.exit(37)")
    assert caught.value.returncode == 37


def test_packages_know_where_they_are(made: Sandbox) -> None:
    prefix = str(made.envs / ".jupyter-envs" / "demo" / "1")

    assert prefix in made.run("run", "demo", "--", "text-prefix")
    assert prefix in made.run("run", "demo", "--", "binary-prefix")


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "fish"])
def test_activate_in_a_shell_and_deactivate(made: Sandbox, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    command = " ".join(f"'{word}'" for word in made.command("activate", "demo", "--shell", shell))
    load = f"{command} | source" if shell == "fish" else f'eval "$({command})"'
    script = f"{load}\nenv -0\nprintf '@@'\ndeactivate\nenv -0\n"

    done = subprocess.run(
        [shell, "-c", script],
        env=made.environ | {"DEMO_UNSET": "was here"},
        capture_output=True,
        check=True,
        text=True,
    )

    inside, outside = (_parse(part) for part in done.stdout.split("@@"))
    assert inside["DEMO_SET"]
    assert "DEMO_UNSET" not in inside
    assert inside["WORD"] == "a b"
    assert "DEMO_SET" not in outside
    assert outside["PATH"] == made.environ["PATH"]


def _parse(dump: str) -> dict[str, str]:
    return dict(item.split("=", 1) for item in dump.split("\0") if "=" in item)


def test_list_and_show_say_what_the_disk_says(made: Sandbox) -> None:
    listed = made.json("list")["environments"]
    shown = made.json("show", "demo")

    assert [found["name"] for found in listed] == ["demo"]
    assert shown["path"] == str(made.envs / "demo")
    assert shown["prefix"] == str((made.envs / "demo").resolve())
    assert shown["kernel"] == "conda-env-demo-py"
    records = list((made.envs / "demo" / "conda-meta").glob("*.json"))
    assert shown["packages"] == len(records)
    text = made.run("show", "demo")
    assert shown["lock_digest"] in text
    assert "conda-env-demo-py" in text


def test_export_gives_the_file_as_written_and_the_lock(made: Sandbox, tmp_path: Path) -> None:
    written = (made.folder / "demo.yml").read_text()
    assert made.run("export", "demo", "--format", "yaml") == written

    target = tmp_path / "conda-lock.yml"
    made.run("export", "demo", "--format", "lock", "--output", target)
    assert target.read_text().startswith("version: 1\n")
    assert "@EXPLICIT" in made.run("export", "demo", "--format", "explicit")


def test_clone_has_the_same_lock_and_needs_no_solve(made: Sandbox) -> None:
    lines = made.run("clone", "demo", "twin", "--json").splitlines()

    twin = json.loads(lines[-1])
    assert twin["lock_digest"] == made.json("show", "demo")["lock_digest"]
    assert "solve" not in {json.loads(line)["phase"] for line in lines[:-1]}
    prefix = made.run("run", "twin", "--", "python", "-c", "import sys; print(sys.prefix)")
    assert prefix.strip() == str(made.envs / ".jupyter-envs" / "twin" / "1")
    made.json("remove", "twin")


def test_create_from_a_lock_does_not_solve(made: Sandbox, tmp_path: Path) -> None:
    lock = tmp_path / "conda-lock.yml"
    made.run("export", "demo", "--format", "lock", "--output", lock)

    lines = made.run("create", lock, "--name", "again", "--json").splitlines()

    assert "solve" not in {json.loads(line)["phase"] for line in lines[:-1]}
    assert json.loads(lines[-1])["lock_digest"] == made.json("show", "demo")["lock_digest"]
    made.json("remove", "again")


def test_remove_leaves_nothing_but_the_record(sandbox: Sandbox) -> None:
    made = sandbox.create("python")
    assert sandbox.kernel_names() == ["conda-env-demo-py"]

    sandbox.json("remove", "demo")

    assert sandbox.names() == []
    assert sandbox.kernel_names() == []
    assert sandbox.registered() == []
    assert not list(sandbox.envs.glob("demo*"))
    assert not list((sandbox.envs / ".jupyter-envs").glob("[!.o]*"))
    lock = sandbox.home / f".local/share/jupyter_envs/locks/{made['lock_digest']}.yml"
    assert lock.is_file()


def test_remove_is_refused_while_a_kernel_runs(sandbox: Sandbox, kernels: KernelSession) -> None:
    sandbox.create("python")
    handle = kernels.start("conda-env-demo-py")
    before = manifest(sandbox.envs / ".jupyter-envs" / "demo" / "1")

    with pytest.raises(Failed) as caught:
        sandbox.json("remove", "demo")

    assert caught.value.error["code"] == "kernels_running"
    assert manifest(sandbox.envs / ".jupyter-envs" / "demo" / "1") == before
    kernels.stop(handle)
    assert sandbox.json("remove", "demo")["removed"] is True


def test_a_link_script_does_not_run_unless_the_policy_says_so(sandbox: Sandbox) -> None:
    made = sandbox.create("python", "link-script", name="careful")
    assert not (Path(made["prefix"]) / "link-script-ran").exists()
    notes = sandbox.json("show", "careful")["notes"]
    assert {"code": "link_script_skipped", "params": {"name": "link-script"}} in notes

    policy = sandbox.write("policy.yml", "link_scripts: [link-script]\n")
    sandbox.environ["JUPYTER_ENVS_POLICY"] = str(policy)
    made = sandbox.create("python", "link-script", name="trusting")
    assert (Path(made["prefix"]) / "link-script-ran").exists()


def test_completion_knows_the_names(made: Sandbox) -> None:
    environ = made.environ | {
        "_JUPYTER_ENVS_COMPLETE": "bash_complete",
        "COMP_WORDS": "jupyter-envs show d",
        "COMP_CWORD": "2",
    }
    command = [str(Path(sys.executable).with_name("jupyter-envs"))]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert "demo" in done.stdout
