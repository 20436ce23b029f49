"""What measuring activation scripts finds out, and how it fails."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jupyter_envs.engine.activation import Activation, measure_activation
from jupyter_envs.engine.activation_model import Case, Effect, Old
from jupyter_envs.errors import ActivationFailed
from tests.support.scripted_prefix import make_prefix


def measure(prefix: Path, **options: Any) -> Activation:
    return measure_activation(prefix, name="demo", variables={}, **options)


def effect(activation: Activation, name: str) -> Effect:
    return next(e for e in activation.effects if e.name == name)


def test_a_prefix_without_scripts_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    activation = measure(tmp_path)
    assert activation.effects == ()
    assert activation.settings["CONDA_PREFIX"] == str(tmp_path)
    assert activation.settings["CONDA_DEFAULT_ENV"] == "demo"
    assert activation.settings["CONDA_SHLVL"] == "1"


def test_a_fixed_value_has_one_unconditional_case(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", 'export DATA="$CONDA_PREFIX/share"')
    assert effect(measure(prefix), "DATA").cases == (Case({}, (f"{prefix}/share",)),)


def test_a_default_applies_only_where_the_caller_has_no_value(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", 'if [ -z "$LEVEL" ]; then export LEVEL=3; fi')
    found = effect(measure(prefix), "LEVEL")
    assert [c for c in found.cases if not found.keeps(c)] == [Case({"LEVEL": "blank"}, ("3",))]


def test_a_backup_is_told_apart_from_the_value_it_copies(tmp_path: Path) -> None:
    prefix = make_prefix(
        tmp_path / "p", 'export _OLD_JAVA="$JAVA"\nexport JAVA="$CONDA_PREFIX/java"'
    )
    activation = measure(prefix)
    assert effect(activation, "_OLD_JAVA").cases == (Case({}, (Old("JAVA"),)),)
    assert effect(activation, "JAVA").cases == (Case({}, (f"{prefix}/java",)),)


def test_a_variable_set_because_another_one_is_missing_depends_on_that_one(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", '[ -n "$PROJ" ] || { export PROJ=a PROJ_IS_OURS=1; }')
    assert Case({"PROJ": "blank"}, ("1",)) in effect(measure(prefix), "PROJ_IS_OURS").cases


def test_a_name_that_is_only_composed_by_the_script_is_found(tmp_path: Path) -> None:
    script = 'for v in CC; do eval "export BACKUP_$v=\\"\\$$v\\""; done; export CC=gcc'
    prefix = make_prefix(tmp_path / "p", script)
    assert effect(measure(prefix), "BACKUP_CC").cases == (Case({}, (Old("CC"),)),)


def test_the_home_of_whoever_builds_is_not_baked_in(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", 'export WORK="$HOME/work"')
    assert effect(measure(prefix), "WORK").cases == (Case({}, (Old("HOME"), "/work")),)


@pytest.mark.parametrize(
    "transformed",
    ["${MODE^^}", "$(dirname ${MODE:-/a/b})", "${#MODE}", "${MODE%%/*}.${MODE//[a-z]/}", "$$"],
)
def test_a_value_computed_from_a_callers_value_is_reported(
    tmp_path: Path, transformed: str
) -> None:
    prefix = make_prefix(tmp_path / "p", f'export RESULT="{transformed}"; export FIXED=1')
    activation = measure(prefix)
    assert activation.unexplained == ("RESULT",)
    assert effect(activation, "FIXED").cases == (Case({}, ("1",)),)
    assert not any(
        isinstance(part, Old) for c in effect(activation, "RESULT").cases for part in c.value or ()
    )


@pytest.mark.parametrize(
    "script",
    [
        "export NEXT=$((DEPTH + 1))",
        'export NEXT=1; if [ "$DEPTH" -gt 1 ] 2>&1; then NEXT=2; fi',
        'export NEXT=1; if [[ "$DEPTH" -gt 1 ]]; then NEXT=2; fi',
        'if [ -n "$DEPTH" ]; then exit 1; fi; export NEXT=1',
    ],
)
def test_a_script_that_cannot_bear_a_value_is_measured_without_it(
    tmp_path: Path, script: str
) -> None:
    both = f'export ROOT_DIR="$CONDA_PREFIX${{SUFFIX}}"\n{script}'
    activation = measure(make_prefix(tmp_path / "p", both))
    assert activation.unexplained == ("DEPTH",)
    assert effect(activation, "NEXT").cases == (Case({}, ("1",)),)
    assert Old("SUFFIX") in (effect(activation, "ROOT_DIR").cases[0].value or ())


def test_an_exported_function_is_reported_since_sh_cannot_set_it(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", "tool() { :; }; export -f tool")
    assert measure(prefix).unexplained == ("BASH_FUNC_tool%%",)


def test_variables_come_in_condas_order(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p")
    packages = prefix / "etc" / "conda" / "env_vars.d"
    packages.mkdir()
    (packages / "a.json").write_text(json.dumps({"A": "package", "B": "package", "C": "package"}))
    (prefix / "conda-meta").mkdir()
    state = {"env_vars": {"B": "state", "C": "state", "GONE": "***unset***"}}
    (prefix / "conda-meta" / "state").write_text(json.dumps(state))
    given = {"C": "given", "http_proxy": "p", "PYTHONNOUSERSITE": ""}
    settings = measure_activation(prefix, name="demo", variables=given).settings
    assert [settings[n] for n in "ABC"] == ["package", "state", "given"]
    assert settings["http_proxy"] == settings["HTTP_PROXY"] == "p"
    assert settings["PYTHONNOUSERSITE"] == ""
    assert "GONE" not in settings


def test_a_script_reads_a_variable_of_the_environment(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", 'export GREETING="hello $WHO"')
    activation = measure_activation(prefix, name="demo", variables={"WHO": "you"})
    assert effect(activation, "GREETING").cases == (Case({}, ("hello you",)),)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo no licence >&2; exit 3", "0-script.sh ended the shell with exit status 3"),
        ("set -e; echo no licence >&2; false", "0-script.sh ended the shell with exit status 1"),
        ("exit 0", "0-script.sh ended the shell with exit status 0"),
        ("if true; then", "0-script.sh has a syntax error"),
    ],
)
def test_a_failing_script_is_named(tmp_path: Path, script: str, reason: str) -> None:
    prefix = make_prefix(tmp_path / "p", script, "export LATER=1")
    with pytest.raises(ActivationFailed) as caught:
        measure(prefix)
    assert caught.value.params["reason"] == reason
    if "licence" in script:
        assert caught.value.details == "no licence"


def test_the_second_script_is_blamed_for_its_own_failure(tmp_path: Path) -> None:
    with pytest.raises(ActivationFailed, match=r"1-script\.sh"):
        measure(make_prefix(tmp_path / "p", "export FIRST=1", "exit 2"))


def test_a_last_command_that_is_false_is_not_a_failure(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", 'export SET=1; [ -n "$NEVER" ]')
    assert effect(measure(prefix), "SET").cases == (Case({}, ("1",)),)


def test_where_there_is_no_bash_sh_reads_the_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = make_prefix(tmp_path / "p", 'export SHELL_IS="bash$BASH_VERSION" A="${A:-1}"')
    monkeypatch.setenv("PATH", str(prefix / "bin"))
    if Path("/bin/sh").resolve().name == "bash":
        pytest.skip("needs a /bin/sh that is not bash")
    activation = measure(prefix)
    assert effect(activation, "SHELL_IS").cases == (Case({}, ("bash",)),)
    assert Case({"A": "blank"}, ("1",)) in effect(activation, "A").cases


def test_a_slow_script_is_stopped_and_named(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", "echo waiting; sleep 60")
    with pytest.raises(ActivationFailed, match=r"did not end within 0\.5 seconds") as caught:
        measure(prefix, seconds=0.5)
    assert caught.value.details == "waiting"


def test_what_a_script_leaves_running_is_ended(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "p", 'sleep 60 & echo "$!" >> "$CONDA_PREFIX/pids"')
    measure(prefix)
    pids = (prefix / "pids").read_text().split()
    assert pids
    assert not [pid for pid in pids if _is_sleeping(pid)]


def test_an_activation_survives_json(tmp_path: Path) -> None:
    script = 'export A="$A:x"; export B="${B:+$B:}$HOME"; unset C'
    activation = measure(make_prefix(tmp_path / "p", script))
    text = msgspec.json.encode(activation)
    assert msgspec.json.decode(text, type=Activation) == activation


def _is_sleeping(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return False
    return name == "sleep" and state != "Z"
