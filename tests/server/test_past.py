"""The past over REST: kernel starts, audits, kept locks, differences, stamps in notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.server import until
from tests.server.conftest import Demo, Serve
from tests.support.api_client import ApiClient, environment
from tests.support.kernel_session import KernelSession
from tests.support.sandbox import Sandbox
from tests.support.server import JupyterServer

NOTEBOOK = {"cells": [], "metadata": {"title": "kept"}, "nbformat": 4, "nbformat_minor": 5}


def starts(client: ApiClient, **query: Any) -> list[dict[str, Any]]:
    found = client.get("ledger", action="kernel_started", **query).expect(200)["events"]
    return [event for event in found if event["action"] == "kernel_started"]


@contextmanager
def session(
    client: ApiClient, path: str, kernel: str, kind: str = "notebook"
) -> Iterator[dict[str, Any]]:
    """A notebook that is opened with a kernel, as JupyterLab does it."""
    name = path.rpartition("/")[2]
    body = {"path": path, "name": name, "type": kind, "kernel": {"name": kernel}}
    opened = client.jupyter("POST", "api/sessions", json=body).expect(201)
    try:
        yield opened
    finally:
        client.jupyter("DELETE", f"api/sessions/{opened['id']}").expect(204)


def test_a_notebook_s_kernel_is_recorded_once_and_by_itself(
    server: JupyterServer, client: ApiClient, demo: Demo, person: Sandbox
) -> None:
    kernel = f"conda-env-{demo.name}-py"
    with session(client, "project/model.ipynb", kernel) as opened:
        kernel_id = opened["kernel"]["id"]
        # Nobody asks for anything of ours meanwhile: the ledger's own file is looked at.
        data = person.home / ".local/share/jupyter_envs"
        until(lambda: kernel_id in "".join(p.read_text() for p in data.glob("ledger/*/*.jsonl")))
        client.jupyter("POST", f"api/kernels/{kernel_id}/restart").expect(200)
        until(lambda: len(starts(client, notebook="project/model.ipynb")) > 1)

    first, second = starts(client, notebook="project/model.ipynb")
    assert first["pid"] != second["pid"]
    for event in (first, second):
        expected = {
            "environment": demo.name,
            "store": str(person.envs),
            "generation": 2,
            "lock_digest": demo.digests[1],
            "kernel": kernel,
            "kernel_id": kernel_id,
            "notebook": str(server.root / "project/model.ipynb"),
            "drift": "clean",
        }
        assert expected.items() <= event.items()
        assert event["user"] == event["actor"] != ""
    assert list((data / "starts").glob("*.start")) == []
    assert client.get("ledger/faults").expect(200) == {"faults": []}


#: As configuration: what answers is not loaded by itself.
_LATER = "import jupyter_envs.server.app as app; app._LATER_SECONDS = 3600.0"


def test_a_kernel_that_starts_before_all_is_loaded_is_recorded(
    start_server: Serve, sandbox: Sandbox
) -> None:
    sandbox.create("python")
    server = start_server(sandbox, python=_LATER)
    data = sandbox.home / ".local/share/jupyter_envs"
    with session(server.client, "early.ipynb", "conda-env-demo-py") as opened:
        kernel_id = opened["kernel"]["id"]
        until(lambda: kernel_id in "".join(p.read_text() for p in data.glob("ledger/*/*.jsonl")))
    [event] = starts(server.client, notebook="early.ipynb")
    assert event["kernel_id"] == kernel_id


def test_a_start_that_the_shim_could_not_note_is_known_by_the_server(
    client: ApiClient, demo: Demo, person: Sandbox
) -> None:
    folder = person.home / ".local/share/jupyter_envs/starts"
    kept = folder.rename(folder.with_name("starts-kept"))
    try:
        with session(client, "alone.ipynb", f"conda-env-{demo.name}-py") as opened:
            [event] = until(lambda: starts(client, notebook="alone.ipynb"))
        assert event["kernel_id"] == opened["kernel"]["id"]
        assert event["boot_id"]
    finally:
        if folder.exists():
            folder.rmdir()
        kept.rename(folder)


def test_a_console_has_no_notebook(client: ApiClient, demo: Demo) -> None:
    kernel = f"conda-env-{demo.name}-py"
    with session(client, "console-1-0f1e2d3c", kernel, "console") as opened:
        name = opened["kernel"]["id"]
        [event] = until(lambda: [e for e in starts(client) if e["kernel_id"] == name])
    assert event["notebook"] is None


def test_kernels_of_others_and_of_other_programs(
    client: ApiClient, demo: Demo, person: Sandbox, jupyter: Path
) -> None:
    """Another Jupyter's kernel is known; a program, and the proof of a build, are no starts."""
    before = {event["id"] for event in starts(client)}
    with KernelSession(jupyter, person.environ) as kernels:
        kernels.once(f"conda-env-{demo.name}-py", "1 + 1")
    person.run("run", demo.name, "--", "python", "-c", "pass")
    client.done(client.post(environment(demo.name, "clone"), {"name": "proof"}))

    new = [event for event in starts(client) if event["id"] not in before]
    assert [(e["environment"], e["kernel"]) for e in new] == [
        (demo.name, f"conda-env-{demo.name}-py")
    ]
    client.done(client.delete(environment("proof")))


def test_a_kernel_that_is_not_ours_is_nobody_s_start(client: ApiClient, person: Sandbox) -> None:
    before = len(starts(client))
    spec = person.home / "jupyter/kernels/other/kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["sleep", "60"], "display_name": "x", "language": "x"}))
    body = {"name": "other"}
    kernel = client.jupyter("POST", "api/kernels", json=body).expect(201)["id"]
    client.jupyter("DELETE", f"api/kernels/{kernel}").expect(204)

    assert len(starts(client)) == before


def test_an_audit_names_what_ran(client: ApiClient, demo: Demo) -> None:
    with session(client, "audited.ipynb", f"conda-env-{demo.name}-py"):
        [event] = until(lambda: starts(client, notebook="audited.ipynb"))
        now = client.get("ledger/audit", notebook="audited.ipynb").expect(200)
        assert [k["running"] for k in now["kernels"]] == [True]
    found = client.get("ledger/audit", at=event["time"], notebook="audited.ipynb").expect(200)
    [kernel] = found["kernels"]
    assert (kernel["environment"], kernel["generation"]) == (demo.name, 2)
    assert kernel["lock_kept"] is True
    lock = client.jupyter("GET", f"jupyter-envs/api/locks/{kernel['lock_digest'][:16]}")
    assert lock.status == 200

    def current(at: str) -> list[int]:
        answer = client.get("ledger/audit", at=at, environment=demo.name).expect(200)
        return [one["generation"] for one in answer["current"]]

    made, updated = client.get("ledger", environment=demo.name).expect(200)["events"][:2]
    assert current(made["time"]) == [1]
    assert current(updated["time"]) == [2]
    assert current("2001-01-01") == []
    client.get("ledger/audit", at="noon").problem(422, "time_invalid")
    assert client.get("ledger/audit", environment="nonesuch").expect(200)["current"] == []


def test_a_digest_leads_to_its_lock_and_its_places(client: ApiClient, demo: Demo) -> None:
    beginning = demo.digests[0][:12]
    [view] = client.get(f"locks/{beginning}/uses").expect(200)["digests"]

    assert (view["digest"], view["kept"]) == (demo.digests[0], True)
    assert {"environment": demo.name, "generation": 1, "current": False} in view["here"]
    assert view["uses"][0]["environment"] == demo.name
    for forged in ("0" * 64, "zz", "%2e%2e%2fetc", "*", "%00"):
        client.get(f"locks/{forged}").problem(404, "lock_not_found")
        client.get(f"locks/{forged}/uses").problem(404, "lock_not_found")


def test_a_kept_lock_makes_an_environment(client: ApiClient, demo: Demo, name: str) -> None:
    source = {"kind": "kept", "digest": demo.digests[0]}
    made = client.done(client.post("environments", {"source": source, "name": name}))

    assert made["lock_digest"] == demo.digests[0]
    forged = {"source": {"kind": "kept", "digest": "0" * 64}, "name": "other"}
    client.post("environments", forged).problem(404, "lock_not_found")
    client.done(client.delete(environment(name)))


def test_what_is_different(server: JupyterServer, client: ApiClient, demo: Demo) -> None:
    moment = client.get("ledger", environment=demo.name).expect(200)["events"][0]["time"]
    lock = client.jupyter("GET", f"jupyter-envs/api/locks/{demo.digests[0]}")
    assert lock.status == 200
    (server.root / "old.yml").write_bytes(lock.content)

    for a in (f"{demo.name}@1", demo.digests[0][:10], f"{demo.name}@{moment}", "old.yml"):
        found = client.get("diff", a=a, b=demo.name).expect(200)
        [change] = found["changed"]
        assert (change["before"]["version"], change["after"]["version"]) == ("1.0", "1.1"), a
        assert found["added"] == found["removed"] == []
        assert (found["b"]["generation"], found["b"]["digest"]) == (2, demo.digests[1])
    spec = client.get("diff", a=f"{demo.name}@1", b=f"{demo.name}@2").expect(200)["spec"]
    assert any(line.startswith("-") and "demo-lib=1.0" in line for line in spec)
    same = client.get("diff", a=demo.name, b=demo.name).expect(200)
    assert (same["changed"], same["spec"]) == ([], [])


@pytest.mark.parametrize(
    ("reference", "status", "code"),
    [
        ("nonesuch", 404, "environment_not_found"),
        ("demo@99", 404, "generation_not_found"),
        ("demo@noon", 422, "time_invalid"),
        ("demo@2001-01-01", 404, "environment_not_found"),
        ("ffffffff", 404, "lock_not_found"),
        ("nonesuch.yml", 422, "source_not_found"),
        ("../../etc/passwd", 422, "source_not_found"),
        ("/etc/passwd", 422, "source_not_found"),
        ("project/environment.yml", 422, "lock_invalid"),
    ],
)
def test_what_cannot_be_compared(
    client: ApiClient, demo: Demo, reference: str, status: int, code: str
) -> None:
    client.get("diff", a=demo.name, b=reference).problem(status, code)
    client.get("diff", a=reference, b=demo.name).problem(status, code)


# -- stamps ------------------------------------------------------------------------------------

HOOK = """
def hook(model, path, contents_manager, **kwargs):
    if model["type"] == "notebook":
        model["content"]["metadata"]["hook"] = "the site's own"

c.FileContentsManager.pre_save_hook = hook
"""


def save(client: ApiClient, path: str) -> None:
    body = {"type": "notebook", "content": NOTEBOOK}
    client.jupyter("PUT", f"api/contents/{path}", json=body)


def saved(server: JupyterServer, path: str) -> dict[str, Any]:
    save(server.client, path)
    return metadata(server.root, path)


def metadata(root: Path, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / path).read_text())["metadata"]
    return found


def test_a_notebook_is_stamped_when_it_is_saved_where_that_is_wanted(
    start_server: Serve, sandbox: Sandbox
) -> None:
    digest = sandbox.create("python")["lock_digest"]
    config = {"EnvsApp": {"stamp_notebooks": True}}
    server = start_server(sandbox, config=config, python=HOOK)
    client = server.client
    save(client, "other.ipynb")
    assert metadata(server.root, "other.ipynb") == {"title": "kept", "hook": "the site's own"}

    with session(client, "model.ipynb", "conda-env-demo-py"):
        until(lambda: "jupyter_envs" in saved(server, "model.ipynb"))
    assert saved(server, "model.ipynb") == {
        "title": "kept",
        "hook": "the site's own",
        "jupyter_envs": {"lock_digest": digest},
    }
    body = {"type": "file", "format": "text", "content": "plain"}
    client.jupyter("PUT", "api/contents/model.txt", json=body).expect(201)


def test_no_notebook_is_stamped_by_default(
    server: JupyterServer, client: ApiClient, demo: Demo
) -> None:
    with session(client, "plain.ipynb", f"conda-env-{demo.name}-py"):
        until(lambda: starts(client, notebook="plain.ipynb"))
        save(client, "plain.ipynb")
    assert metadata(server.root, "plain.ipynb") == {"title": "kept"}


def test_a_notebook_s_stamp_tells_where_to_go(client: ApiClient, demo: Demo) -> None:
    """What a panel asks for when a stamped notebook is opened."""
    [view] = client.get(f"locks/{demo.digests[1]}/uses").expect(200)["digests"]
    assert [p["current"] for p in view["here"] if p["environment"] == demo.name] == [True]
    client.get(f"locks/{'ab' * 32}/uses").problem(404, "lock_not_found")
