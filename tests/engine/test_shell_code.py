"""The code for ``eval "$(jupyter envs activate NAME)"``, run by the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from jupyter_envs.engine.shell_code import fish_activation, posix_activation
from tests.support.scripted_prefix import SHELLS_OWN, make_prefix

CALLER = {"PATH": "/usr/bin:/bin", "HOME": "/home/someone"}
ACTIVATE = (
    'export TOOL="$CONDA_PREFIX/tool:$GIVEN"\nalias greet="echo hello"\n',
    'export ORDER="${ORDER-}second" \nfalse\n',
)
DEACTIVATE = ('echo "zero $NEVER_SET"; unset TOOL', "false\necho one; unset ORDER")

# zsh adds the last one.
IGNORED = {*SHELLS_OWN, "LOGNAME"}

Run = Callable[..., list[str]]


@pytest.fixture(params=["bash", "dash", "zsh"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Runs code in one of the shells without start-up files; gives the lines it prints."""
    shell = shutil.which(request.param)
    if shell is None:
        pytest.skip(f"needs {request.param}")
    options = {"bash": ["--norc", "--noprofile"], "dash": [], "zsh": ["-f"]}[request.param]

    def run(code: str, **environment: str) -> list[str]:
        return lines_of([shell, *options, "-c", code], {**CALLER, **environment})

    return run


def lines_of(command: list[str], environment: Mapping[str, str]) -> list[str]:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def code_for(prefix: Path, name: str = "demo", **variables: str) -> str:
    return posix_activation(prefix, name, variables)


def test_activation_sets_variables_and_really_sources(run: Run, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "a 'b' $c", *ACTIVATE)
    code = code_for(prefix, GIVEN='it\'s "$x"')
    shown = run(f'{code}\nprintf "%s\\n" "$TOOL" "$ORDER" "$CONDA_PREFIX" "$PATH"; alias greet')
    assert shown[:4] == [
        f'{prefix}/tool:it\'s "$x"',
        "second",
        str(prefix),
        f"{prefix}/bin:/usr/bin:/bin",
    ]
    assert "echo hello" in shown[4]


def test_deactivate_leaves_everything_as_it_was(run: Run, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", *ACTIVATE, deactivate=DEACTIVATE)
    before = {"GIVEN": "mine", "VIRTUAL_ENV": "/venv", "CONDA_PREFIX": "/base", "EMPTY": ""}
    code = code_for(prefix, GIVEN="theirs", NEW="1", EMPTY="full")
    dump = "/usr/bin/env | /usr/bin/sort"
    shown = run(f"PS1='$ '\n{code}\n{dump}\necho --\ndeactivate\n{dump}\necho \"$PS1\"", **before)
    inside, outside = shown[: shown.index("--")], shown[shown.index("--") + 1 :]
    assert {"GIVEN=theirs", "NEW=1", "EMPTY=full", f"CONDA_PREFIX={prefix}"} <= set(inside)
    assert not [line for line in inside if line.startswith("VIRTUAL_ENV=")]
    assert outside[:2] == ["one", "zero "]
    left = [line for line in outside[2:-1] if line.partition("=")[0] not in IGNORED]
    assert sorted(left) == sorted(f"{n}={v}" for n, v in {**CALLER, **before}.items())
    assert outside[-1] == "$ "


def test_no_trace_is_left_in_the_shell_itself(run: Run, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", *ACTIVATE, deactivate=DEACTIVATE)
    code = code_for(prefix, GIVEN="x")
    shown = run(f"PS1='$ '\n{code}\ndeactivate\nset\ncommand -v deactivate || echo gone")
    assert shown[-1] == "gone"
    assert not [line for line in shown if line.startswith("_jupyter_envs")]


def test_a_second_activation_ends_the_first(run: Run, tmp_path: Path) -> None:
    one = make_prefix(tmp_path / "one", deactivate=["echo bye one"])
    two = make_prefix(tmp_path / "two", deactivate=["echo bye two"])
    first, second = code_for(one, "one", ONLY_ONE="1"), code_for(two, "two")
    show = 'printf "%s\\n" "${ONLY_ONE-none}" "$CONDA_DEFAULT_ENV" "$PATH" "$PS1"'
    shown = run(f"PS1='> '\n{first}\n{second}\n{show}\ndeactivate\n{show}")
    assert shown[:5] == ["bye one", "none", "two", f"{two}/bin:/usr/bin:/bin", "(two) > "]
    assert shown[5:] == ["bye two", "none", "", "/usr/bin:/bin", "> "]


@pytest.mark.parametrize("options", ["-e", "-u", "-eu"])
def test_strict_shells_stay_strict_and_alive(run: Run, tmp_path: Path, options: str) -> None:
    prefix = make_prefix(tmp_path / "p", *ACTIVATE, deactivate=DEACTIVATE)
    code = code_for(prefix, GIVEN="x")
    state = "case $- in *e*) echo e ;; esac; case $- in *u*) echo u ;; esac"
    shown = run(f"set {options}\n{code}\n{state}\n{code}\ndeactivate\n{state}")
    letters = list(options[1:])
    assert [line for line in shown if line in "eu"] == letters * 2


def test_a_relaxed_shell_stays_relaxed(run: Run, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", "set -eu", deactivate=["set -eu"])
    code = code_for(prefix)
    assert run(f'{code}\nfalse\necho "$NEVER_SET."\ndeactivate\nfalse\necho "$NEVER_SET."') == [
        ".",
        ".",
    ]


def test_the_prompt_cannot_run_commands(run: Run, tmp_path: Path) -> None:
    code = code_for(make_prefix(tmp_path / "p"), "a$(touch x)`y`\\u%é")
    assert run(f"PS1='$ '\n{code}\nprintf '%s\\n' \"$PS1\"") == ["(a(touch x)yué) $ "]


def test_without_a_prompt_none_is_made(run: Run, tmp_path: Path) -> None:
    code = code_for(make_prefix(tmp_path / "p"))
    assert run(f'unset PS1\n{code}\necho "${{PS1-none}}"\ndeactivate\necho "${{PS1-none}}"') == [
        "none",
        "none",
    ]


def test_a_script_that_is_gone_meanwhile_does_not_end_the_shell(run: Run, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", "echo never", deactivate=["echo never"])
    code = code_for(prefix)
    shutil.rmtree(prefix / "etc")
    assert run(f"{code}\necho on\ndeactivate\necho still on") == ["on", "still on"]


def test_fish_activates_and_deactivates(tmp_path: Path) -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("needs fish")
    prefix = make_prefix(
        tmp_path / "a 'b' \\ $c",
        'set -gx TOOL "$CONDA_PREFIX/tool:$GIVEN"',
        deactivate=["echo zero", "echo one; set -e TOOL"],
        suffix=".fish",
    )
    code = fish_activation(prefix, "demo", {"GIVEN": 'it\'s \\ "$x"', "NEW": "1"})
    show = 'string join " | " -- "$TOOL" "$GIVEN" (set -q NEW; and echo $NEW; or echo no) $PATH[1]'
    prompt = 'function fish_prompt; echo -n "$status> "; end'
    script = f"{prompt}\n{code}\n{show}\nfalse; fish_prompt; echo\ndeactivate\n{show}\n"
    script += (
        "fish_prompt; echo\nfunctions -q deactivate; or echo gone\nset -n | string match '_jup*'"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {**CALLER, "HOME": str(home), "GIVEN": "mine", "VIRTUAL_ENV": "/venv"}
    environment["LD_LIBRARY_PATH"] = os.environ.get("LD_LIBRARY_PATH", "")
    shown = lines_of([fish, "--no-config", "-c", f"{script}; true"], environment)
    assert shown == [
        f'{prefix}/tool:it\'s \\ "$x" | it\'s \\ "$x" | 1 | {prefix}/bin',
        "(demo) 1> ",
        "one",
        "zero",
        " | mine | no | /usr/bin",
        "0> ",
        "gone",
    ]


def test_fish_ends_the_first_environment_for_the_second(tmp_path: Path) -> None:
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("needs fish")
    codes = [
        fish_activation(make_prefix(tmp_path / name), name, {f"ONLY_{name}": "1"})
        for name in ("one", "two")
    ]
    show = "echo (set -q ONLY_one; and echo yes; or echo no) $CONDA_DEFAULT_ENV $PATH"
    environment = {**CALLER, "HOME": str(tmp_path)}
    environment["LD_LIBRARY_PATH"] = os.environ.get("LD_LIBRARY_PATH", "")
    shown = lines_of(
        [fish, "--no-config", "-c", "\n".join([*codes, show, "deactivate", show])], environment
    )
    assert shown == [f"no two {tmp_path}/two/bin /usr/bin /bin", "no /usr/bin /bin"]
