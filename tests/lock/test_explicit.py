"""@EXPLICIT files."""

from __future__ import annotations

import re

import pytest

from jupyter_envs.errors import LockInvalid, PlatformNotLocked
from jupyter_envs.lock import emit_explicit

from .sample import conda, demo, lock, pip

# The pattern that CEP 23 gives for a line.
CEP_23 = re.compile(
    r"(?:(?P<url_p>.+)(?:[/\\]))?(?P<fn>[^/\\#]+(?:\.tar\.bz2|\.conda))"
    r"(?:#((?P<md5>[0-9a-f]{32})|((sha256:)?(?P<sha256>[0-9a-f]{64}))))?$"
)


def _lines(data: bytes) -> tuple[list[str], list[str]]:
    comments, _, urls = data.decode().partition("@EXPLICIT\n")
    return comments.splitlines(), urls.splitlines()


def test_each_line_is_one_of_cep_23_with_the_sha256() -> None:
    made = demo()
    _, lines = _lines(emit_explicit(made, "linux-64"))
    read = {}
    for line in lines:
        match = CEP_23.fullmatch(line)
        assert match is not None
        read[match["fn"]] = match["sha256"]
    assert read == {
        p.file_name: p.sha256 for p in made.for_platform("linux-64") if p.manager == "conda"
    }


def test_dependencies_come_first() -> None:
    made = lock(
        conda("a", depends={"b": "", "z": "", "__glibc": ""}),
        conda("b", depends={"c": ">=1"}),
        conda("c"),
        conda("z", depends={"not-in-the-lock": ""}),
    )
    _, lines = _lines(emit_explicit(made, "linux-64"))
    assert [line.rsplit("/", 1)[1][0] for line in lines] == ["c", "b", "z", "a"]


def test_a_cycle_and_a_long_chain_do_no_harm() -> None:
    chain = [conda(f"p{n:04}", depends={f"p{n + 1:04}": ""}) for n in range(3000)]
    cycle = [conda("pip", depends={"python": ""}), conda("python", depends={"pip": ""})]
    _, lines = _lines(emit_explicit(lock(*chain, *cycle), "linux-64"))
    assert len(lines) == len(set(lines)) == 3002
    assert "/p2999-" in lines[0]


def test_packages_from_pip_are_named_as_missing() -> None:
    comments, lines = _lines(emit_explicit(lock(conda("python"), pip("rich", "14.0")), "linux-64"))
    assert "#   rich 14.0" in comments
    assert not any("rich" in line for line in lines)
    assert all(line.startswith("#") for line in comments)


def test_only_the_platform_asked_for_is_written() -> None:
    _, lines = _lines(emit_explicit(demo(), "osx-arm64"))
    assert len(lines) == 1
    assert "/osx-arm64/python-" in lines[0]
    with pytest.raises(PlatformNotLocked, match="linux-64, osx-arm64"):
        emit_explicit(demo(), "win-64")


def test_credentials_are_never_written() -> None:
    made = lock(conda("numpy", channel="https://me:secret@conda.example.org/c"))
    with pytest.raises(LockInvalid, match="credentials"):
        emit_explicit(made, "linux-64")
