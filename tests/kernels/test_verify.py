"""The proof that a kernel works, where the reason for a failure is not the kernel."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_envs.errors import KernelFailed
from jupyter_envs.kernels import Offer, verify_kernel

_KERNEL = f'exec "{sys.executable}" -m ipykernel_launcher -f "$1"'
_TAKEN = 'echo "ZMQError: Address already in use (addr=tcp://127.0.0.1:1)" >&2; exit 1'


def offered(folder: Path, script: str) -> tuple[Offer, dict[str, Any]]:
    """A kernel that is a shell script; ``$0.tries`` grows by a byte with each start."""
    program = folder / "kernel.sh"
    program.write_text(f'#!/bin/sh\nprintf x >> "$0.tries"\n{script}\n')
    program.chmod(0o755)
    content = {"argv": [os.fspath(program), "{connection_file}"], "display_name": "demo"}
    (folder / "kernelspec").mkdir()
    return Offer("demo", folder / "kernelspec", content), content


def tries(folder: Path) -> int:
    return len((folder / "kernel.sh.tries").read_bytes())


def test_another_program_was_faster_at_a_port(tmp_path: Path) -> None:
    script = f'[ "$(cat "$0.tries")" = x ] && {{ {_TAKEN}; }}\n{_KERNEL}'

    record = verify_kernel(*offered(tmp_path, script), timeout=60)

    assert record.implementation == "ipython"
    assert tries(tmp_path) == 2


def test_no_port_is_ever_free(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed) as caught:
        verify_kernel(*offered(tmp_path, _TAKEN), timeout=60)

    assert "Address already in use" in caught.value.message
    assert tries(tmp_path) == 4


def test_what_fails_for_itself_is_tried_once(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed):
        verify_kernel(*offered(tmp_path, "echo broken >&2; exit 1"), timeout=60)

    assert tries(tmp_path) == 1
