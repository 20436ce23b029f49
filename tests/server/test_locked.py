"""``locked`` over REST: environments from the lock beside a file, and what does not agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.lock import emit_lock, parse_lock, with_asked, with_input
from jupyter_envs.spec import read_spec
from tests.server import file_source, spec_source, spec_text
from tests.support.api_client import ApiClient, environment
from tests.support.server import JupyterServer


@pytest.fixture
def project(server: JupyterServer, client: ApiClient, name: str) -> Path:
    """A folder of the file browser with an environment.yml and its lock, and what it made."""
    folder = server.root / name
    folder.mkdir()
    spec = folder / "environment.yml"
    spec.write_text(spec_text("text-prefix", name=name))
    client.done(client.post("environments", {"source": file_source(f"{name}/environment.yml")}))
    made = Path(client.get(environment(name)).expect(200)["prefix"])
    data = (made / "conda-meta" / "jupyter-envs" / "conda-lock.yml").read_bytes()
    lock = with_input(parse_lock(data, file=""), "environment.yml", spec.read_bytes())
    lock = with_asked(lock, read_spec(spec.read_bytes(), "environment.yml"))
    (folder / "conda-lock.yml").write_bytes(emit_lock(lock))
    return folder


def test_a_file_is_made_from_the_lock_beside_it(
    project: Path, client: ApiClient, name: str
) -> None:
    source = file_source(f"{name}/environment.yml")
    body = {"source": source, "name": f"{name}-2", "locked": True}
    answer = client.post("environments", body)
    assert client.done(answer)["lock_digest"] == client.get(environment(name)).json["lock_digest"]
    events = client.get(f"operations/{answer.json['id']}/events").expect(200)["events"]
    assert "solve" not in {event["phase"] for event in events}

    planned = client.post("specs/plan", {"source": source, "locked": True})
    assert client.done(planned)["plan"]["link"] == []


def test_an_update_is_refused_where_the_two_disagree(
    project: Path, client: ApiClient, name: str
) -> None:
    (project / "environment.yml").write_text(spec_text("text-prefix", "tqdm", name=name))

    started = client.put(environment(name), {"locked": True}).expect(202)
    error = client.follow(started["id"])["error"]

    assert error["code"] == "lock_mismatch"
    assert error["details"]["lines"] == ["+ tqdm"]


def test_a_text_and_a_file_without_a_lock_are_refused_at_once(
    project: Path, client: ApiClient, name: str
) -> None:
    text = {"source": spec_source("text-prefix", name=f"{name}-3"), "locked": True}
    assert client.post("environments", text).problem(422, "invalid_input")

    (project / "conda-lock.yml").unlink()
    source = {"source": file_source(f"{name}/environment.yml"), "name": f"{name}-3"}
    problem = client.post("environments", {**source, "locked": True})
    assert "conda-lock.yml" in problem.problem(422, "source_not_found")["message"]


def test_a_text_that_names_a_file_is_refused(client: ApiClient, name: str) -> None:
    text = f"name: {name}\ndependencies: [python, {{pip: ['-r requirements.txt']}}]\n"
    problem = client.post("environments", {"source": {"kind": "spec", "text": text}})
    assert "no folder" in problem.problem(422, "pip_unsupported")["message"]
