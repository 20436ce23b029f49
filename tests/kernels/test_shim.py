"""The start shim against the truth: bash sourcing the same scripts for the same caller."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_envs.engine.activation import Activation, measure_activation
from jupyter_envs.kernels.shim import render_shim
from tests.support.scripted_prefix import exported, make_prefix, sourced

CALLER = {"PATH": "/usr/bin:/bin", "HOME": "/home/someone"}
OURS = {"JUPYTER_ENVS_NAME", "JUPYTER_ENVS_GENERATION", "JUPYTER_ENVS_LOCK"}


def write_shim(prefix: Path, activation: Activation, leases: Path | None = None) -> Path:
    text = render_shim(
        prefix,
        activation,
        name="demo",
        lock_digest="0123abcd",
        store=Path("/the/store of it's"),
        leases=leases or prefix / "no leases here",
        generation=7,
    )
    shim = prefix / "start"
    shim.write_bytes(os.fsencode(text))
    shim.chmod(0o755)
    return shim


def made(prefix: Path, variables: Mapping[str, str] | None = None) -> tuple[Activation, Path]:
    activation = measure_activation(prefix, name="demo", variables=variables or {})
    return activation, write_shim(prefix, activation)


def started(shim: Path, caller: Mapping[str, str]) -> dict[str, str]:
    return exported([shim, "/usr/bin/env", "-0"], caller)


def agrees(shim: Path, prefix: Path, activation: Activation, caller: Mapping[str, str]) -> None:
    truth = sourced(prefix, activation.settings, caller)
    known = set(activation.unexplained) | OURS
    seen = started(shim, caller)
    assert {n: v for n, v in seen.items() if n not in known} == {
        n: v for n, v in truth.items() if n not in known
    }


SCRIPTS = {
    "fixed value": ('export DATA="$CONDA_PREFIX/share"',),
    "append": ('export A="$A:$CONDA_PREFIX/lib"',),
    "append without empty entry": ('export A="$CONDA_PREFIX/lib${A:+:$A}"',),
    "default if empty": ('export A="${A:-9}"; export B="${B-9}"; : "${C:=9}"; export C',),
    "backup and change": ('[ -z "${A+x}" ] || export _OLD_A="$A"\nexport A=new',),
    "swap": ('t="$A"; export A="$B"; export B="$t"; unset t',),
    "unset": ("unset A; unset CONDA_SHLVL",),
    "only if it was set": ("A=changed",),
    "two in order": ('export A="first:$A"', 'export A="second:$A"; export B="$A"'),
    "reads variables": ('export A="$GIVEN/$GIVEN"; GIVEN="$GIVEN+"',),
    "quotes and newline": ("export A='it'\\''s \"$5\" `x`\n\\ é\n'\"$A\"",),
    "path at both ends": (
        'export PATH="$CONDA_PREFIX/tools:$PATH:/opt/tail"; export OLDP="$PATH"',
    ),
    "functions": ('f() { export "$1=$2"; }; f A "[$B]"; f B "[$A]"; unset -f f',),
    "joins two": ('export A="${B:+$B:}${C:+$C:}end"',),
    "left by set -e": ("set -e", 'export A="${A:-x}"'),
    "caller's home": ('export A="$HOME/.cache"; export B="$PATH"',),
}

VALUES = (None, "", "old value", 'it\'s "$HOME" `x` \\ é\nnext ')


@pytest.mark.parametrize("scripts", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_the_shim_does_what_sourcing_does(tmp_path: Path, scripts: tuple[str, ...]) -> None:
    prefix = make_prefix(tmp_path / "a prefix with 'quotes' $HOME", *scripts)
    activation, shim = made(prefix, {"GIVEN": "it's"})
    assert activation.unexplained == ()
    for values in itertools.islice(itertools.product(VALUES, repeat=3), 0, None, 7):
        given = {n: v for n, v in zip("ABC", values, strict=True) if v is not None}
        agrees(shim, prefix, activation, {**CALLER, **given})


NAMES = st.sampled_from("ABC")
WORDS = st.sampled_from(["x", "", "$A", "$B", "$CONDA_PREFIX", "${C:-d}", "${A+set}", "${B:+:$B}"])
VALUE = st.lists(WORDS, min_size=1, max_size=2).map("/".join)
SIMPLE = st.one_of(
    st.builds('export {}="{}"'.format, NAMES, VALUE),
    st.builds('{}="{}"'.format, NAMES, VALUE),
    st.builds('export _OLD_{0}="${0}"'.format, NAMES),
    st.builds("unset {}".format, NAMES),
)
TESTS = st.sampled_from(['-n "${}"', '-z "${}"', '-n "${{{}+x}}"'])
GUARDED = st.builds(
    lambda test, name, then: f"if [ {test.format(name)} ]; then {then}; fi", TESTS, NAMES, SIMPLE
)
SCRIPT = st.lists(st.one_of(SIMPLE, GUARDED), min_size=1, max_size=3).map("\n".join)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(SCRIPT, min_size=1, max_size=2), st.sampled_from([0, 1, 2]))
def test_the_shim_does_what_random_scripts_do(scripts: list[str], start: int) -> None:
    with TemporaryDirectory() as folder:
        prefix = make_prefix(Path(folder, "p"), *scripts)
        activation, shim = made(prefix)
        for values in itertools.islice(
            itertools.product((None, "", "o'ld"), repeat=3), start, None, 5
        ):
            given = {n: v for n, v in zip("ABC", values, strict=True) if v is not None}
            agrees(shim, prefix, activation, {**CALLER, **given})


def test_conda_and_our_own_variables_are_set(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p")
    _, shim = made(prefix, {"TOKENS": "a b"})
    seen = started(shim, CALLER)
    assert seen["CONDA_PREFIX"] == str(prefix)
    assert seen["CONDA_DEFAULT_ENV"] == seen["JUPYTER_ENVS_NAME"] == "demo"
    assert seen["JUPYTER_ENVS_LOCK"] == "0123abcd"
    assert seen["JUPYTER_ENVS_GENERATION"] == "7"
    assert seen["PYTHONNOUSERSITE"] == "1"
    assert seen["TOKENS"] == "a b"
    assert seen["PATH"] == f"{prefix}/bin:/usr/bin:/bin"


def test_what_belongs_to_the_servers_own_environment_does_not_leak(tmp_path: Path) -> None:
    _, shim = made(make_prefix(tmp_path / "p"))
    leaks = dict.fromkeys(["PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX_1", "PYTHONEXECUTABLE"], "x")
    kept = {"CONDA_EXE": "/opt/conda", "PYTHONDONTWRITEBYTECODE": "1", "host": "mine", "stat": "s"}
    seen = started(shim, {**CALLER, **leaks, **kept})
    assert not leaks.keys() & seen.keys()
    assert kept.items() <= seen.items()


@pytest.mark.parametrize("path", [None, ""])
def test_a_caller_without_path_does_not_get_the_current_folder(
    tmp_path: Path, path: str | None
) -> None:
    prefix = make_prefix(tmp_path / "p")
    _, shim = made(prefix)
    seen = started(shim, {} if path is None else {"PATH": path})
    assert seen["PATH"].startswith(f"{prefix}/bin:/usr")
    assert "" not in seen["PATH"].split(":")


def test_a_path_among_the_variables_stays_behind_the_prefix(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p")
    _, shim = made(prefix, {"PATH": "/opt/x:/usr/bin"})
    assert started(shim, CALLER)["PATH"] == f"{prefix}/bin:/opt/x:/usr/bin"


def test_programs_of_the_prefix_are_found_first(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p")
    program = prefix / "bin" / "ls"
    program.write_text('#!/bin/sh\necho "mine: $*"\n')
    program.chmod(0o755)
    _, shim = made(prefix)
    done = subprocess.run([shim, "ls", "a b", ""], env=CALLER, capture_output=True, timeout=30)
    assert done.stdout == b"mine: a b \n"


def test_without_a_program_it_says_how_it_is_used(tmp_path: Path) -> None:
    _, shim = made(make_prefix(tmp_path / "p"))
    done = subprocess.run([shim], env=CALLER, capture_output=True, text=True, timeout=30)
    assert done.returncode == 64
    assert done.stderr == f"usage: {shim} PROGRAM [ARGUMENT...]\n"
    assert done.stdout == ""


def test_a_prefix_longer_than_a_shebang_may_be_works(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path.joinpath("d" * 100, "e" * 100))
    _, shim = made(prefix)
    assert started(shim, CALLER)["CONDA_PREFIX"] == str(prefix)


def test_a_prefix_that_is_not_utf_8_works(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / os.fsdecode(b"caf\xe9"), 'export A="$CONDA_PREFIX/x"')
    _, shim = made(prefix)
    assert started(shim, CALLER)["A"] == f"{prefix}/x"


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_the_shim_is_plain_posix(tmp_path: Path, shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"needs {shell}")
    prefix = make_prefix(tmp_path / "p", 'export A="$A:x"; [ -n "$B" ] || export B=1; unset C')
    _, shim = made(prefix)
    options = ["--posix"] if shell == "bash" else []
    command = [found, *options, str(shim), "/usr/bin/env", "-0"]
    seen = exported(command, {**CALLER, "A": "a", "C": "c"})
    assert (seen["A"], seen["B"], "C" in seen) == ("a:x", "1", False)


def test_the_lease_is_of_the_program_itself(tmp_path: Path) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    leases = tmp_path / "leases of it's"
    leases.mkdir()
    prefix = make_prefix(tmp_path / "p")
    shim = write_shim(prefix, measure_activation(prefix, name="demo", variables={}), leases)
    # The name of the process holds what separates the fields of "stat".
    odd = shim.rename(tmp_path / ") S 1 (a")
    process = subprocess.Popen([odd, "cat"], env=CALLER, stdin=subprocess.PIPE)
    try:
        ended = [f for f in _eventually(leases) if f.read_text().endswith("\n")]
        assert ended
        lease = json.loads(ended[0].read_text())
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        assert lease == {
            "generation": 7,
            "host": Path("/proc/sys/kernel/hostname").read_text().strip(),
            "boot_id": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
            "pid": process.pid,
            "start_time": int(stat[19]),
        }
        assert ended[0].name == f"7-{lease['host']}-{process.pid}.json"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == -signal.SIGTERM


def test_without_a_place_for_leases_the_program_starts_in_silence(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p")
    activation = measure_activation(prefix, name="demo", variables={})
    shim = write_shim(prefix, activation, Path("/proc/nowhere"))
    done = subprocess.run([shim, "echo", "on"], env=CALLER, capture_output=True, timeout=30)
    assert (done.stdout, done.stderr, done.returncode) == (b"on\n", b"", 0)


def _eventually(folder: Path) -> list[Path]:
    deadline = itertools.count()
    while not (found := [f for f in folder.iterdir() if f.read_text()]):
        assert next(deadline) < 1000, "no lease after 10 seconds"
        subprocess.run(["/bin/sleep", "0.01"], check=True, timeout=5)
    return found
