"""The spec and the lock of what another tool installed, from its records alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyter_envs.engine import CondaConfiguration
from jupyter_envs.errors import AdoptionImpossible
from jupyter_envs.lock import parse_lock
from jupyter_envs.operations.derivation import Derived, derive
from tests.support.fake_prefix import FakePrefix

FORGE = "https://conda.anaconda.org/conda-forge"
TOKEN = "ab-12345678-1234-1234-1234-123456789abc"


@pytest.fixture
def prefix(tmp_path: Path) -> FakePrefix:
    """With Python, and what it needs."""
    made = FakePrefix(tmp_path / "theirs")
    record(made, "openssl", "3.3.0", subdir="linux-64")
    record(made, "python", "3.11.9", subdir="linux-64", depends=["openssl >=3.3,<4", "openssl"])
    return made


def record(prefix: FakePrefix, name: str, version: str, **more: Any) -> None:
    subdir = more.get("subdir", "noarch")
    body = {
        "name": name,
        "version": version,
        "build": "0",
        "url": f"{FORGE}/{subdir}/{name}-{version}-0.conda",
        "sha256": "1" * 64,
        "md5": "2" * 32,
        "subdir": subdir,
        "files": [],
    }
    path = prefix.path / "conda-meta" / f"{name}-{version}-0.json"
    path.write_text(json.dumps({**body, **more}))


def asked(prefix: FakePrefix, *specs: str) -> None:
    text = f"==> 2026-01-02 03:04:05 <==\n# cmd: conda\n# update specs: {list(specs)}\n"
    (prefix.path / "conda-meta" / "history").write_text(text)


def derived(prefix: FakePrefix) -> Derived:
    return derive(prefix.path, "theirs", CondaConfiguration(home=prefix.path.parent))


def lines(found: Derived) -> list[Any]:
    dependencies: list[Any] = yaml.safe_load(found.spec)["dependencies"]
    return dependencies


def test_without_a_history_what_nothing_else_needs(prefix: FakePrefix) -> None:
    record(prefix, "numpy", "2.1.0", depends=["python >=3.11,<3.12.0a0"])

    found = derived(prefix)

    assert lines(found) == ["python=3.11", "numpy"]
    assert yaml.safe_load(found.spec)["channels"] == ["conda-forge", "nodefaults"]
    assert found.lock.channels == (FORGE,)
    python = next(p for p in found.lock.packages if p.name == "python")
    assert python.dependencies == {"openssl": ">=3.3,<4"}
    assert (python.sha256, python.md5) == ("1" * 64, "2" * 32)
    assert found.unlocked == ()
    assert parse_lock(found.lock_bytes(), file="lock").packages == tuple(
        sorted(found.lock.packages, key=lambda p: p.name)
    )


def test_without_a_history_what_its_records_say_was_asked_for(prefix: FakePrefix) -> None:
    record(prefix, "numpy", "2.1.0", requested_spec="numpy>=2")
    record(prefix, "pytz", "2026.1")

    assert lines(derived(prefix)) == ["python=3.11", "numpy>=2"]


@pytest.mark.parametrize(
    ("asked_for", "line"),
    [
        ("python", "python=3.11"),
        ("python>=3.9", "python=3.11"),
        ("python=3.1", "python=3.11"),
        ("python=3.11", "python=3.11"),
        ("python==3.11.9", "python==3.11.9"),
        ("conda-forge/linux-64::python==3.11.9=0", "python=3.11.9"),
    ],
)
def test_python_keeps_its_minor(prefix: FakePrefix, asked_for: str, line: str) -> None:
    asked(prefix, asked_for)

    assert lines(derived(prefix)) == [line]


def test_what_was_asked_for_with_a_login_is_asked_for_without(prefix: FakePrefix) -> None:
    url = f"https://ada:secret@host.example/t/{TOKEN}/private/noarch/tool-1.0-0.conda"
    record(prefix, "tool", "1.0", url=url)
    asked(prefix, f"https://ada:secret@host.example/t/{TOKEN}/private::tool", "tool=1")

    found = derived(prefix)

    locked = {p.name: p.url for p in found.lock.packages}
    assert locked["tool"] == "https://host.example/private/noarch/tool-1.0-0.conda"
    everything = found.spec + found.lock_bytes()
    assert b"secret" not in everything
    assert TOKEN.encode() not in everything
    assert b"https://host.example/private" in found.spec


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"sha256": None}, "no sha256"),
        ({"sha256": "feed"}, "64 hexadecimal digits"),
        ({"url": None}, "no address"),
        ({"url": "ftp://host/noarch/tool-1.0-0.conda"}, "'ftp'"),
    ],
)
def test_what_cannot_be_locked_says_why(
    prefix: FakePrefix, more: dict[str, Any], reason: str
) -> None:
    record(prefix, "tool", "1.0", **more)

    found = derived(prefix)

    (one,) = found.unlocked
    assert (one.manager, one.name, one.build, one.in_spec) == ("conda", "tool", "0", True)
    assert reason in one.reason
    assert "tool" in lines(found)
    assert b"# Not locked: tool 1.0 (" in found.lock_bytes()
    assert {p.name for p in found.lock.packages} == {"python", "openssl"}


def test_what_pip_brought(prefix: FakePrefix) -> None:
    asked(prefix, "python=3.11")
    prefix.pip_install("plain", "1.0")
    prefix.pip_install("mine", "0.1", place="/home/ada/mine")
    wheel = "https://host.example/wheels/hashed-2.0-py3-none-any.whl"
    for name, about in {
        "hashed": {"url": wheel, "archive_info": {"hashes": {"sha256": "3" * 64}}},
        "cloned": {
            "url": "https://host.example/cloned.git",
            "vcs_info": {"vcs": "git", "commit_id": "abc123"},
        },
        "pinned": {
            "url": "https://host.example/pinned.git",
            "subdirectory": "python",
            "vcs_info": {"vcs": "git", "commit_id": "4" * 40},
        },
    }.items():
        prefix.pip_install(name, "2.0")
        direct = prefix.site / f"{name}-2.0.dist-info" / "direct_url.json"
        direct.write_text(json.dumps(about))

    found = derived(prefix)

    python, pip, section = lines(found)
    assert (python, pip) == ("python=3.11", "pip")
    assert section["pip"] == [
        "cloned @ git+https://host.example/cloned.git@abc123",
        f"hashed @ {wheel}",
        f"pinned @ git+https://host.example/pinned.git@{'4' * 40}#subdirectory=python",
        "plain==1.0",
    ]
    assert [(p.name, p.sha256) for p in found.lock.packages if p.manager == "pip"] == [
        ("hashed", "3" * 64),
        ("pinned", "4" * 40),
    ]
    assert {(one.name, one.editable, one.in_spec) for one in found.unlocked} == {
        ("cloned", False, True),
        ("mine", True, False),
        ("plain", False, True),
    }


def test_variables_that_conda_sets(prefix: FakePrefix) -> None:
    state = {"version": 1, "env_vars": {"WORD": "a b", "GONE": "***unset***"}}
    (prefix.path / "conda-meta" / "state").write_text(json.dumps(state))

    assert yaml.safe_load(derived(prefix).spec)["variables"] == {"WORD": "a b"}


def test_a_record_that_cannot_be_read(prefix: FakePrefix) -> None:
    (prefix.path / "conda-meta" / "broken-1-0.json").write_text("{")

    with pytest.raises(AdoptionImpossible, match=r"broken-1-0\.json cannot be read"):
        derived(prefix)


def test_packages_for_two_platforms(prefix: FakePrefix) -> None:
    record(prefix, "tool", "1.0", subdir="osx-arm64")

    with pytest.raises(AdoptionImpossible, match="linux-64, osx-arm64"):
        derived(prefix)
