"""From an environment.yml to a kernel that any Jupyter starts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Sandbox

FACTS = """
import json, os, sys, numpy
print(json.dumps({"prefix": sys.prefix, "conda": os.environ["CONDA_PREFIX"],
    "numpy": numpy.__version__, "greeting": os.environ.get("GREETING"),
    "lock": os.environ["JUPYTER_ENVS_LOCK"]}))
"""


def test_a_file_becomes_a_kernel_that_any_jupyter_starts(
    sandbox: Sandbox, kernels: KernelSession
) -> None:
    made = sandbox.create("python", "numpy", variables={"GREETING": "hello  'you' $HOME"})

    assert sandbox.names() == ["demo"]
    assert "conda-env-demo-py" in kernels.specs()
    facts = json.loads(kernels.once("conda-env-demo-py", FACTS))

    generation = str(sandbox.envs / ".jupyter-envs" / "demo" / "1")
    assert facts["prefix"] == facts["conda"] == generation
    assert facts["greeting"] == "hello  'you' $HOME"
    assert facts["lock"] == made["lock_digest"]
    assert (sandbox.envs / "demo").resolve() == Path(generation)
    assert sandbox.registered() == [str(sandbox.envs / "demo")]


def test_kernelspec_list_of_plain_jupyter_shows_it(sandbox: Sandbox, jupyter: Path) -> None:
    sandbox.create("python")

    command = [str(jupyter), "-m", "jupyter_client.kernelspecapp", "list", "--json"]
    done = subprocess.run(command, env=sandbox.environ, check=True, capture_output=True, text=True)

    found = json.loads(done.stdout)["kernelspecs"]["conda-env-demo-py"]
    assert found["spec"]["display_name"] == "demo (Python)"


def test_a_missing_ipykernel_is_added_and_said(sandbox: Sandbox) -> None:
    lines = sandbox.run("create", sandbox.spec("python"), "--json").splitlines()

    notes = [json.loads(line) for line in lines if "package_added" in line]
    assert [note["params"]["name"] for note in notes] == ["ipykernel"]
    assert json.loads(lines[-1])["added"] == ["ipykernel"]


def test_progress_is_told_while_it_happens(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.environ["JUPYTER_ENVS_CACHE_DIR"] = str(tmp_path / "empty-cache")

    lines = sandbox.run("create", sandbox.spec("python", "bulk"), "--json").splitlines()
    events = [json.loads(line) for line in lines[:-1]]

    phases = list(dict.fromkeys(event["phase"] for event in events))
    assert phases == ["queued", "metadata", "solve", "download", "install", "verify", "publish"]
    downloads = [event for event in events if event["phase"] == "download" and "done" in event]
    assert [e["done"] for e in downloads] == sorted(e["done"] for e in downloads)
    assert downloads[-1]["done"] == downloads[-1]["total"] > 20_000_000
    installs = [event for event in events if event["phase"] == "install"]
    assert installs[-1]["done"] == installs[-1]["total"]


def test_another_language_comes_by_the_kernelspec_of_its_package(
    sandbox: Sandbox, kernels: KernelSession
) -> None:
    sandbox.create("bash_kernel", name="shells")

    assert "conda-env-shells-bash" in kernels.specs()
    assert kernels.once("conda-env-shells-bash", "echo $((6 * 7)) in $CONDA_DEFAULT_ENV") == (
        "42 in shells"
    )


def test_a_name_in_any_script_is_kept_for_people(sandbox: Sandbox) -> None:
    made = sandbox.create("python", name="Données été")

    assert made["name"] == "Données été"
    assert sandbox.names() == ["Données été"]
    assert sandbox.kernel_names() == ["conda-env-donnees-ete-py"]
