"""Check: findings for people, for programs and for CI, and fixes that are written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.spec.samples import TEAM_FILE

ROOT = Path(__file__).resolve().parents[2]

GOOD = "name: good\nchannels: [conda-forge]\ndependencies: [python=3.12]\n"
FAULTY = """\
name: faulty
channels:
  - https://user:hunter2@example.org/c
dependencies:
  - python: 3.10  # the team's
  - numpy=>1.26
  - dask[all]
prefix: /home/someone/env
"""


def check(
    folder: Path, *arguments: str, stdin: bytes = b"", code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_envs", "check", *arguments],
        cwd=folder, input=stdin, capture_output=True, timeout=60,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    )  # fmt: skip
    found = subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )
    assert found.returncode == code, found.stdout + found.stderr
    assert "Traceback" not in found.stderr
    return found


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yml").write_text(GOOD)
    (tmp_path / "faulty.yml").write_text(FAULTY)
    return tmp_path


def test_people_see_the_line_a_mark_below_the_place_and_what_can_be_done(folder: Path) -> None:
    text = check(folder, "good.yml", "faulty.yml", code=1).stdout

    assert "faulty.yml:5:5: error dependency_is_mapping: Because of the colon" in text
    assert "    5 |   - python: 3.10  # the team's\n      |     ^^^^^^^^^^^^\n" in text
    assert "fix available Write python=3.10 (--fix)" in text
    assert "fix available Move dask[all] below pip: (--fix-all)" in text
    assert "2 errors, 3 warnings in 2 files. 4 can be fixed with --fix." in text
    assert "good.yml:" not in text
    assert "hunter2" not in text
    assert "Nothing found in good.yml." in check(folder, "good.yml").stdout


def test_a_program_gets_one_document(folder: Path) -> None:
    found = answer(check(folder, "good.yml", "faulty.yml", "--json", code=1))

    first = next(d for d in found["diagnostics"] if d["code"] == "dependency_is_mapping")
    assert first["file"] == "faulty.yml"
    assert (first["severity"], first["start"]) == ("error", {"line": 5, "column": 5})
    assert first["fix"]["edits"] == [
        {"start": {"line": 5, "column": 5}, "end": {"line": 5, "column": 17}, "text": "python=3.10"}
    ]
    assert [(f["file"], f["valid"]) for f in found["files"]] == [
        ("good.yml", True),
        ("faulty.yml", False),
    ]
    assert answer(check(folder, "good.yml", "--format", "json"))["diagnostics"] == []


def test_warnings_alone_end_well(folder: Path) -> None:
    (folder / "warned.yml").write_text("prefix: /x\ndependencies: [numpy]\n")
    assert "1 warning in warned.yml" in check(folder, "warned.yml").stdout


def test_fix_writes_what_keeps_the_packages_and_nothing_else(folder: Path) -> None:
    path = folder / "faulty.yml"
    path.chmod(0o640)
    (folder / "link.yml").symlink_to("faulty.yml")

    text = check(folder, "link.yml", "--fix").stdout

    assert path.read_text() == (
        "name: faulty\nchannels:\n  - https://example.org/c\ndependencies:\n"
        "  - python=3.10  # the team's\n  - numpy>=1.26\n  - dask[all]\n"
    )
    assert (folder / "link.yml").is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert "fixed dependency_is_mapping: Write python=3.10" in text
    assert "1 warning in link.yml. 4 fixed. 1 can be fixed with --fix-all." in text
    assert sorted(os.listdir(folder)) == ["faulty.yml", "good.yml", "link.yml"]


def test_fix_all_also_changes_what_is_installed(folder: Path) -> None:
    assert answer(check(folder, "faulty.yml", "--fix-all", "--json"))["diagnostics"] == []
    assert "  - pip\n  - pip:\n      - dask[all]\n" in (folder / "faulty.yml").read_text()


def test_a_file_that_needs_nothing_is_not_written(folder: Path) -> None:
    (folder / "good.yml").chmod(0o444)
    before = (folder / "good.yml").stat()
    check(folder, "good.yml", "--fix-all")
    after = (folder / "good.yml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_powershell_wrote_becomes_utf_8(folder: Path) -> None:
    path = folder / "powershell.yml"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode("utf-16"))
    assert "encoding_utf16" in check(folder, "powershell.yml").stdout
    check(folder, "powershell.yml", "--fix")
    assert path.read_bytes() == GOOD.replace("\n", "\r\n").encode()


def test_bytes_that_are_no_text_are_left_alone(folder: Path) -> None:
    (folder / "latin.yml").write_bytes(b"name: f\xfcr\n")
    check(folder, "latin.yml", "--fix-all", code=1)
    assert (folder / "latin.yml").read_bytes() == b"name: f\xfcr\n"


def test_stdin_is_read_and_cannot_be_fixed(folder: Path) -> None:
    found = check(folder, "-", stdin=b"dependencies: numpy\n", code=1).stdout
    assert "-:1:15: error dependencies_not_list" in found
    assert "give a file" in check(folder, "-", "--fix", code=2).stderr


def test_a_file_that_is_not_there(folder: Path) -> None:
    assert answer(check(folder, "no.yml", "--json", code=1))["code"] == "source_not_found"


def test_github_shows_findings_at_their_lines(folder: Path) -> None:
    lines = check(folder, "faulty.yml", "--format", "github", code=1).stdout.splitlines()
    assert (
        "::error file=faulty.yml,line=6,endLine=6,col=5,endColumn=16,title=match_spec_reversed::"
        "=> is not an operator; conda would silently read something else. Write >=."
    ) in lines
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)


def test_sarif_has_rules_places_and_fixes(folder: Path) -> None:
    found = answer(check(folder, "faulty.yml", "--format", "sarif", code=1))
    (run,) = found["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    result = next(r for r in run["results"] if r["ruleId"] == "dependency_is_mapping")

    assert found["version"] == "2.1.0"
    assert rules[result["ruleIndex"]] == "dependency_is_mapping"
    assert result["level"] == "error"
    region = {"startLine": 5, "startColumn": 5, "endLine": 5, "endColumn": 17}
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "faulty.yml"}, "region": region}
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement == {"deletedRegion": region, "insertedContent": {"text": "python=3.10"}}


def test_the_hooks_call_what_there_is(folder: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["id"] for hook in hooks} == {"check-environment-yml", "fix-environment-yml"}
    for hook in hooks:
        program, *words = hook["entry"].split()
        assert program == "jupyter-envs"
        assert words[0] == "check"
        check(folder, *words[1:], "good.yml")


def test_the_file_of_a_team_ends_without_a_finding(folder: Path) -> None:
    (folder / "team.yml").write_bytes(TEAM_FILE)
    assert "8 warnings" in check(folder, "team.yml").stdout
    assert "Nothing found in team.yml" in check(folder, "team.yml", "--fix-all").stdout
