"""Specs over REST: what is wrong with one, and what it would bring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server import file_source, spec_source, spec_text
from tests.server.conftest import Demo
from tests.support.api_client import ApiClient
from tests.support.sandbox import Sandbox, manifest
from tests.support.server import JupyterServer


def check(client: ApiClient, text: str) -> dict[str, Any]:
    answer = client.post("specs/check", {"source": {"kind": "spec", "text": text}})
    found: dict[str, Any] = answer.expect(200)
    return found


def test_a_file_without_a_fault(client: ApiClient) -> None:
    found = check(client, "name: fresh\nchannels: [conda-forge]\ndependencies: [python=3.12]\n")

    assert found == {"valid": True, "name": "fresh", "exists": False, "diagnostics": []}


def test_whether_there_is_one_of_that_name(client: ApiClient, demo: Demo) -> None:
    for name in (demo.name, demo.name.upper()):
        assert check(client, f"name: {name}\ndependencies: [python]\n")["exists"] is True
    assert check(client, "dependencies: [python]\n")["exists"] is False


def test_faults_have_a_place_and_some_a_remedy(client: ApiClient) -> None:
    found = check(client, "name: demo\ndependencis:\n  - python\n")

    assert found["valid"] is False
    fault = found["diagnostics"][0]
    assert fault["start"]["line"] == 2
    assert fault["severity"] == "error"
    assert fault["message"]


def test_a_fix_says_what_to_put_where(client: ApiClient) -> None:
    found = check(client, "name: demo\ndependencies:\n  - python: 3.10  # ours\n  - numpy==\n")

    fix, without = (one["fix"] for one in found["diagnostics"])
    assert fix == {
        "code": "write",
        "title": "Write python=3.10",
        "params": {"text": "python=3.10"},
        "safe": True,
        "edits": [
            {
                "start": {"line": 3, "column": 5},
                "end": {"line": 3, "column": 17},
                "text": "python=3.10",
            }
        ],
    }
    assert without is None


def test_all_faults_are_told_in_their_order(client: ApiClient) -> None:
    found = check(client, "name: a/b\ndependencies:\n  - numpy=>1\n  - numpy==\n  - pip:\n")

    lines = [one["start"]["line"] for one in found["diagnostics"]]
    assert lines == sorted(lines)
    assert {1, 3, 4} <= set(lines)


def test_a_file_of_the_file_browser(server: JupyterServer, client: ApiClient) -> None:
    (server.root / "checked.yml").write_text("name: checked\ndependencies: [python]\n")

    answer = client.post("specs/check", {"source": file_source("checked.yml")}).expect(200)

    assert (answer["valid"], answer["name"]) == (True, "checked")
    absent = client.post("specs/check", {"source": file_source("absent.yml")})
    absent.problem(422, "source_not_found")


def test_a_lock_in_a_file_is_taken_or_refused_as_one(
    server: JupyterServer, client: ApiClient, demo: Demo
) -> None:
    lock = client.get(f"environments/{demo.name}/export", format="lock").content
    (server.root / "whole-lock.yml").write_bytes(lock)
    (server.root / "torn-lock.yml").write_bytes(lock[:-40])

    found = client.post("specs/check", {"source": file_source("whole-lock.yml")}).expect(200)

    assert found == {"valid": True, "name": None, "exists": False, "diagnostics": []}
    torn = client.post("specs/check", {"source": file_source("torn-lock.yml")})
    torn.problem(422, "lock_invalid")


def test_the_text_of_a_lock_is_not_checked(client: ApiClient, demo: Demo) -> None:
    lock = client.get(f"environments/{demo.name}/export", format="lock").content.decode()

    body = {"source": {"kind": "lock", "text": lock}}
    client.post("specs/check", body).problem(400, "request_invalid")


# -- plans -------------------------------------------------------------------------------------


def test_a_plan_tells_what_would_change_and_changes_nothing(
    person: Sandbox, client: ApiClient, demo: Demo
) -> None:
    before = manifest(person.envs / ".jupyter-envs" / demo.name / "2" / "conda-meta")
    body = {"source": spec_source("python", "demo-lib=2.0", name=demo.name)}

    result = client.done(client.post("specs/plan", body))

    assert (result["name"], result["exists"]) == (demo.name, True)
    assert [one["name"] for one in result["plan"]["link"]] == ["demo-lib"]
    assert manifest(person.envs / ".jupyter-envs" / demo.name / "2" / "conda-meta") == before
    assert client.get(f"environments/{demo.name}").expect(200)["generation"] == 2


def test_a_plan_for_something_new(client: ApiClient) -> None:
    body = {"source": spec_source("text-prefix", name="whatever"), "name": "unborn"}

    result = client.done(client.post("specs/plan", body))

    assert (result["name"], result["exists"]) == ("unborn", False)
    assert [one["name"] for one in result["plan"]["link"]] == ["text-prefix"]
    client.get("environments/unborn").problem(404, "environment_not_found")


def test_what_cannot_be_solved_is_explained(client: ApiClient) -> None:
    body = {"source": spec_source("needs-old-lib", "needs-new-lib")}

    ended = client.follow(client.post("specs/plan", body).expect(202)["id"])

    error = ended["error"]
    assert (ended["state"], error["code"]) == ("failed", "unsatisfiable")
    assert "demo-lib" in error["message"]
    assert error["details"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"source": {"kind": "spec", "text": "?"}}, "spec_invalid"),
        ({"source": {"kind": "spec", "text": "dependencies: [python]"}}, "name_missing"),
        ({"source": spec_source("python"), "name": "a/b"}, "name_forbidden"),
        ({"source": {"kind": "lock", "text": "?"}, "name": "x"}, "lock_invalid"),
        ({"source": file_source("../x")}, "source_not_found"),
    ],
)
def test_what_cannot_be_planned(client: ApiClient, body: dict[str, Any], code: str) -> None:
    assert client.post("specs/plan", body).problem(422, code)["message"]


def test_a_lock_is_written_beside_a_file(
    server: JupyterServer, client: ApiClient, name: str
) -> None:
    folder = server.root / name
    folder.mkdir()
    (folder / "environment.yml").write_text(spec_text("text-prefix", name=name))
    path = f"{name}/environment.yml"
    client.get("specs/lock", path=path).problem(422, "source_not_found")

    done = client.done(client.post("specs/lock", {"path": path}))

    place = folder / "conda-lock.yml"
    assert (done["file"], done["changed"]) == (str(place), True)
    assert "text-prefix" in place.read_text()
    assert client.get("specs/lock", path=path).expect(200)["agrees"] is True
    made = client.post("environments", {"source": file_source(path), "locked": True})
    assert client.done(made)["lock_digest"] == done["platforms"][0]["lock_digest"]

    (folder / "environment.yml").write_text(spec_text("text-prefix", "tqdm", name=name))
    found = client.get("specs/lock", path=path).expect(200)
    assert found["agrees"] is False
    assert "tqdm" in str(found["differences"])


def test_a_lock_is_for_the_platforms_that_were_asked_for(
    server: JupyterServer, client: ApiClient, name: str
) -> None:
    (server.root / f"{name}.yml").write_text(spec_text("text-prefix", name=name))
    body = {"path": f"{name}.yml", "platforms": ["not a platform"]}
    client.post("specs/lock", body).problem(422, "invalid_input")
    client.post("specs/lock", {"path": "nonesuch.yml"}).problem(422, "source_not_found")
    client.post("specs/lock", {"path": "../../etc/passwd"}).problem(422, "source_not_found")

    body = {"path": f"{name}.yml"}
    (first,) = client.done(client.post("specs/lock", body))["platforms"]
    here = first["platform"]
    declared = {"": {"__glibc": "2.20"}}
    asked = {"path": f"{name}.yml", "platforms": [here], "targets": declared}
    done = client.done(client.post("specs/lock", asked))

    assert [one["platform"] for one in done["platforms"]] == [here]
    assert "__glibc=2.20" in Path(done["file"]).read_text()
