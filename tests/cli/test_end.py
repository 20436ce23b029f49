"""How a command ends: its code, and its last words on an output that does not take them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@pytest.fixture
def alone(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path, cache=tmp_path / "cache", channels=())


def run(
    user: Sandbox, *arguments: str, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        user.command(*arguments),
        env=user.environ,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
        timeout=60,
    )


def test_all_that_was_said_arrives_with_the_code_that_belongs_to_it(alone: Sandbox) -> None:
    listed = run(alone, "list", "--json")
    assert (listed.returncode, listed.stdout) == (0, '{"environments": []}\n')
    unknown = run(alone, "show", "nothing")
    assert unknown.returncode == 1
    assert "nothing" in unknown.stderr
    assert run(alone, "no-such-command").returncode == 2


def test_an_output_that_takes_nothing_is_no_success(alone: Sandbox) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = run(alone, "list", "--json", stdout=full)
    finally:
        os.close(full)
    assert done.returncode != 0
    assert "No space left on device" in done.stderr


def test_a_reader_that_has_left_is_nothing_to_talk_about(alone: Sandbox) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = run(alone, "doctor", "--json", stdout=writer)
    finally:
        os.close(writer)
    assert done.returncode in {0, 1}
    assert done.stderr == ""
