"""Looking at environments over REST. What changes them is in test_create and test_change."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_envs.export import FORMATS
from jupyter_envs.lock import emit_explicit, parse_lock
from tests.cli.test_failures_store import without_override
from tests.server import FORGED, spec_source, until
from tests.server.conftest import Demo, Serve
from tests.support.api_client import ApiClient, environment
from tests.support.sandbox import Sandbox, manifest
from tests.support.server import JupyterServer


@pytest.fixture
def kernel(server: JupyterServer, client: ApiClient, demo: Demo) -> Iterator[str]:
    """The id of a kernel that runs from the demo environment, started as JupyterLab does."""
    body = {"name": f"conda-env-{demo.name}-py"}
    started = client.jupyter("POST", "api/kernels", json=body).expect(201)
    yield started["id"]
    client.jupyter("DELETE", f"api/kernels/{started['id']}").expect(204)


def test_the_list_and_the_command_line_say_the_same(
    person: Sandbox, client: ApiClient, demo: Demo
) -> None:
    listed = client.get("environments").expect(200)

    assert listed == person.json("list")
    assert demo.name in [one["name"] for one in listed["environments"]]


def test_one_environment_is_as_in_the_list_and_has_its_history(
    client: ApiClient, demo: Demo
) -> None:
    one = client.get(environment(demo.name)).expect(200)

    listed = client.get("environments").expect(200)["environments"]
    assert {**one, "generations": []} in listed
    assert [(g["number"], g["current"]) for g in one["generations"]] == [(1, False), (2, True)]
    assert tuple(g["lock_digest"] for g in one["generations"]) == demo.digests
    assert (one["generation"], one["managed"], one["language"]) == (2, True, "python")
    assert one["kernel"] == f"conda-env-{demo.name}-py"
    assert one["packages"] == len(list(demo.prefixes[1].glob("conda-meta/*.json")))
    again = client.get(environment(demo.name, "generations")).expect(200)
    assert again == {"generations": one["generations"]}


def test_the_kernel_is_one_that_this_server_starts(client: ApiClient, demo: Demo) -> None:
    known = client.jupyter("GET", "api/kernelspecs").expect(200)["kernelspecs"]

    spec = known[f"conda-env-{demo.name}-py"]["spec"]
    assert spec["metadata"]["jupyter_envs"]["lock_digest"] == demo.digests[1]


@pytest.mark.parametrize(
    "name", ["nonesuch", "..", "../demo", "demo/1", ".jupyter-envs", "\0", "é" * 200, "%00", "*"]
)
def test_what_is_no_environment_is_not_found(client: ApiClient, demo: Demo, name: str) -> None:
    address = environment(name).replace("..", "%2E%2E")

    for below in ("", "/packages", "/generations/1/spec", "/usage", "/export", "/activation"):
        problem = client.get(address + below).problem(404, "environment_not_found")
        assert problem["params"] == {"name": name}


def test_an_environment_is_found_whatever_the_case(client: ApiClient, demo: Demo) -> None:
    assert client.get(environment("DEMO")).expect(200) == client.get(environment("demo")).json


# -- packages and generations ------------------------------------------------------------------


def test_packages_are_those_of_the_lock(client: ApiClient, demo: Demo) -> None:
    packages = client.get(environment(demo.name, "packages")).expect(200)["packages"]

    installed = {
        "-".join((one["name"], one["version"], one["build"]))
        for one in packages
        if one["manager"] == "conda"
    }
    assert installed == {path.stem for path in demo.prefixes[1].glob("conda-meta/*.json")}
    assert {one["name"] for one in packages if one["requested"]} == {"python", "demo-lib"}
    names = [one["name"] for one in packages]
    assert names == sorted(names)
    assert all(one["channel"].startswith("file:///") for one in packages)


def test_spec_and_lock_of_every_generation_byte_for_byte(client: ApiClient, demo: Demo) -> None:
    for number, (text, prefix) in enumerate(zip(demo.texts, demo.prefixes, strict=True), start=1):
        spec = client.get(environment(demo.name, f"generations/{number}/spec"))
        lock = client.get(environment(demo.name, f"generations/{number}/lock"))
        assert spec.content == text.encode()
        assert lock.content == (prefix / "conda-meta/jupyter-envs/conda-lock.yml").read_bytes()
        for answer, file in ((spec, "environment.yml"), (lock, "conda-lock.yml")):
            assert answer.headers["content-type"] == "application/yaml"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-disposition"] == f'attachment; filename="{file}"'


@pytest.mark.parametrize("number", ["0", "3", "-1", "01", "1.0", "1e0", "x", "٢", "9" * 400])
def test_a_generation_that_there_is_not(client: ApiClient, demo: Demo, number: str) -> None:
    for what in ("spec", "lock"):
        answer = client.get(environment(demo.name, f"generations/{number}/{what}"))
        problem = answer.problem(404, "generation_not_found")
        assert problem["params"] == {"name": "demo", "generation": number, "generations": "1, 2"}


# -- export ------------------------------------------------------------------------------------


def test_exports_have_names_and_are_what_they_say(client: ApiClient, demo: Demo) -> None:
    address = environment(demo.name, "export")
    formats = client.get("").expect(200)["exports"]

    answers = {one: client.get(address, format=one) for one in formats}

    names = {
        one: re.findall(r'^attachment; filename="(.*)"$', answer.headers["content-disposition"])
        for one, answer in answers.items()
    }
    platform = client.get(environment(demo.name)).json["platform"]
    assert names == {
        "explicit": [f"demo-{platform}.explicit.txt"],
        "lock": ["demo.conda-lock.yml"],
        "yaml": ["demo.yml"],
        "history": ["demo.yml"],
        "pinned": ["demo.pinned.yml"],
        "pixi": ["demo.pixi.lock"],
        "requirements": ["demo-requirements.txt"],
        "sbom": ["demo.cdx.json"],
    }
    assert answers["yaml"].content == demo.texts[1].encode() == client.get(address).content
    lock = parse_lock(answers["lock"].content, file="lock")
    assert answers["explicit"].content == emit_explicit(lock, platform)
    assert answers["explicit"].headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("form", ["", "docker", "YAML", "../lock"])
def test_an_unknown_format_is_told_which_there_are(
    client: ApiClient, demo: Demo, form: str
) -> None:
    problem = client.get(environment(demo.name, "export"), format=form)

    assert ", ".join(FORMATS) in problem.problem(422, "export_format_unknown")["message"]


# -- use ---------------------------------------------------------------------------------------


def test_a_running_kernel_is_shown_with_its_id_and_generation(
    client: ApiClient, demo: Demo, kernel: str
) -> None:
    address = environment(demo.name, "usage")
    found = until(lambda: client.get(address).expect(200)["processes"])

    assert [(one["kernel"], one["generation"]) for one in found] == [(kernel, 2)]
    assert str(demo.prefixes[1]) in Path(f"/proc/{found[0]['pid']}/environ").read_text()
    one = client.get(environment(demo.name)).expect(200)
    assert one["processes"] == 1
    assert [g["in_use"] for g in one["generations"]] == [False, True]


def test_a_process_that_no_server_started_is_shown_without_a_kernel(
    person: Sandbox, client: ApiClient, demo: Demo
) -> None:
    process = person.start("run", demo.name, "--", "sleep", "60")

    found = until(lambda: client.get(environment(demo.name, "usage")).expect(200)["processes"])

    assert [(one["pid"], one["kernel"]) for one in found] == [(process.pid, None)]
    process.kill()
    until(lambda: not client.get(environment(demo.name, "usage")).expect(200)["processes"])


@pytest.mark.parametrize("shell", [["bash", "--norc"], ["sh"]], ids=["bash", "sh"])
def test_the_activation_line_activates(
    person: Sandbox, client: ApiClient, demo: Demo, shell: list[str]
) -> None:
    line = client.get(environment(demo.name, "activation")).expect(200)["command"]

    script = f'{line}\npython -c "import demo_lib; print(demo_lib.__file__)"\necho "$CONDA_PREFIX"'
    # As in a terminal of this server, in which our command may not be found.
    environ = {**person.environ, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        shell, input=script, env=environ, capture_output=True, text=True, timeout=60, check=True
    )

    module, prefix = done.stdout.splitlines()
    assert Path(prefix).resolve() == demo.prefixes[1]
    assert Path(module).resolve().is_relative_to(demo.prefixes[1])
    assert done.stderr == ""


def test_the_activation_line_knows_a_store_of_its_own(
    start_server: Serve, sandbox: Sandbox
) -> None:
    store = sandbox.folder / "else where" / "it's"
    client = start_server(sandbox, config={"EnvsApp": {"envs_dir": str(store)}}).client
    made = client.done(client.post("environments", {"source": spec_source("text-prefix")}))
    assert Path(made["path"]) == store / "demo"

    line = client.get(environment("demo", "activation")).expect(200)["command"]
    done = subprocess.run(
        ["bash", "--norc", "-c", f'{line}; echo "$CONDA_PREFIX"'],
        env=sandbox.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert Path(done.stdout.strip()).resolve() == Path(made["prefix"])


# -- those of others ---------------------------------------------------------------------------


def test_an_environment_of_another_tool_is_shown_and_left(
    person: Sandbox, client: ApiClient
) -> None:
    theirs = person.envs / "theirs"
    (theirs / "conda-meta").mkdir(parents=True)
    (theirs / "conda-meta" / "history").write_text("")
    (person.envs / "no-environment").mkdir()
    before = manifest(theirs)

    listed = client.get("environments").expect(200)["environments"]
    found = {one["name"]: one for one in listed}
    assert "no-environment" not in found
    assert (found["theirs"]["managed"], found["theirs"]["generation"]) == (False, None)
    assert client.get(environment("theirs")).expect(200) == found["theirs"]

    for method, below, body in (
        ("PUT", "", {}),
        ("DELETE", "?force=true", None),
        ("POST", "/rollback", {}),
        ("POST", "/clone", {"name": "mine"}),
        ("GET", "/packages", None),
        ("GET", "/usage", None),
        ("GET", "/activation", None),
        ("GET", "/export", None),
        ("GET", f"/generations/{FORGED['number']}/spec", None),
    ):
        answer = client.request(method, environment("theirs") + below, json=body)
        answer.problem(409, "environment_unmanaged")
    twin = {"source": spec_source("text-prefix"), "name": "Theirs"}
    client.post("environments", twin).problem(409, "name_taken")
    assert manifest(theirs) == before


def test_a_folder_that_may_not_be_entered_does_not_hide_the_others(
    start_server: Serve, sandbox: Sandbox
) -> None:
    sandbox.create("text-prefix")
    closed = sandbox.envs / "closed"
    (closed / "conda-meta").mkdir(parents=True)
    closed.chmod(0)

    client = start_server(sandbox, prefix=without_override()).client

    listed = client.get("environments").expect(200)["environments"]
    assert [one["name"] for one in listed] == ["demo"]
    client.get(environment("closed")).problem(404, "environment_not_found")
