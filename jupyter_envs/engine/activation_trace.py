"""Run activation scripts in a shell with a controlled environment and read back what they export.

A seeded variable holds a path in a folder of its own run, so that its value is recognized
wherever it ends up, and so that a script which writes to "the folder in $X" writes there.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from jupyter_envs.errors import ActivationFailed

from .activation_model import Old, State, Template
from .activation_rules import Row

# Kept by the shell for itself; where they differ it says nothing about the scripts.
SHELL_OWN = frozenset({"PWD", "OLDPWD", "SHLVL", "_"})

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FOLDERS = frozenset({"HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
                      "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"})  # fmt: skip
_LAST_LINES = 20
# What bash and dash say, where no language is set, when a word in arithmetic is not a number.
_NEEDS_NUMBER = "integer expression expected|error token|Illegal number"


class ScriptsFailed(Exception):
    """A run that came to no environment."""

    def __init__(self, reason: str, output: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.output = output

    def as_error(self) -> ActivationFailed:
        """The same for a person: ``details`` has the last lines of output."""
        lines = self.output.strip().splitlines()[-_LAST_LINES:]
        return ActivationFailed(reason=self.reason, details="\n".join(lines) or None)


class Tracer(msgspec.Struct, kw_only=True):
    """Runs the scripts of one prefix again and again, each time in a fresh folder under ``root``.

    ``settings`` are the variables that activation sets before the scripts; ``seconds`` limits
    one run.
    """

    prefix: Path
    scripts: Sequence[Path]
    settings: Mapping[str, str]
    root: Path
    seconds: float
    runs: int = 0

    def run(self, states: Mapping[str, State]) -> Row:
        """The effect of the scripts where the caller's variables are as given.

        Raises ScriptsFailed.
        """
        folder = self._fresh_folder()
        seeds = _Seeds(folder, states)
        environment = {**seeds.environment(), **self.settings}
        environment["PATH"] = f"{self.prefix}/bin:{seeds.path}"
        code = self._execute(["-c", self._program(folder)], folder, environment)
        dump = folder / "environment"
        if code or not dump.exists():
            reason = f"{self._reached(folder)} ended the shell with exit status {code}"
            raise ScriptsFailed(reason, _text(folder / "output"))
        seeds.refuse_numbers(_text(folder / "output"))
        before = {n: seeds.template(v) for n, v in environment.items()}
        after = {n: seeds.template(v) for n, v in _read_environment(dump).items()}
        return Row({**states, "HOME": "filled", "PATH": "filled"}, before, after)

    def check_syntax(self) -> None:
        """Raise ScriptsFailed for the first script that the shell cannot read to its end."""
        for script in self.scripts:
            folder = self._fresh_folder()
            if self._execute(["-n", str(script)], folder, {}):
                reason = f"{script.name} has a syntax error"
                raise ScriptsFailed(reason, _text(folder / "output"))

    def _fresh_folder(self) -> Path:
        # Its length varies, so that a value computed from the length of another one is noticed.
        folder = self.root / f"{self.runs}{'-' * (self.runs % 5)}"
        self.runs += 1
        folder.mkdir()
        return folder

    def _execute(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> int:
        """Exit status of the shell. Raises ScriptsFailed after the time limit."""
        with (folder / "output").open("wb") as stream:
            process = subprocess.Popen(
                [_shell(), *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
            try:
                return process.wait(self.seconds)
            except subprocess.TimeoutExpired:
                reason = f"{self._reached(folder)} did not end within {self.seconds:g} seconds"
                raise ScriptsFailed(reason, _text(folder / "output")) from None
            finally:
                _end_group(process)

    def _program(self, folder: Path) -> str:
        mark = f"command echo >> {shlex.quote(str(folder / 'finished'))}\n"
        dump = f"exec /usr/bin/env -0 >| {shlex.quote(str(folder / 'environment'))}\n"
        return "".join(f". {shlex.quote(str(s))}\n{mark}" for s in self.scripts) + dump

    def _reached(self, folder: Path) -> str:
        """Name of the script that was running when the shell ended."""
        finished = len(_text(folder / "finished").splitlines())
        return self.scripts[min(finished, len(self.scripts) - 1)].name


class _Seeds:
    """The values of one run's seeded variables, and the way back from a value to them."""

    def __init__(self, folder: Path, states: Mapping[str, State]) -> None:
        self._folder = folder
        self._states = states
        self.path = f"{folder}/PATH@:{_SYSTEM_PATH}:{folder}/PATH@"
        token = f"{re.escape(str(folder))}/([A-Za-z_][A-Za-z0-9_]*)@"
        self._tokens = re.compile(f"({re.escape(self.path)})|{token}")

    def environment(self) -> dict[str, str]:
        states: dict[str, State] = {**self._states, "HOME": "filled"}
        values = {n: f"{self._folder}/{n}@" for n, s in states.items() if s == "filled"}
        for name in _FOLDERS & values.keys():
            Path(values[name]).mkdir()
        return {**values, **{n: "" for n, s in states.items() if s == "empty"}}

    def refuse_numbers(self, output: str) -> None:
        """Raise ScriptsFailed where the shell said that it needs a number instead of a seed."""
        complaint = re.compile(f"{re.escape(str(self._folder))}/.*(?:{_NEEDS_NUMBER})")
        if complaint.search(output):
            raise ScriptsFailed("a script needs a number", output)

    def template(self, value: str) -> Template:
        parts: list[str | Old] = []
        end = 0
        for match in self._tokens.finditer(value):
            parts += [value[end : match.start()], Old(match[2] or "PATH")]
            end = match.end()
        return tuple(p for p in (*parts, value[end:]) if p)


def _read_environment(dump: Path) -> dict[str, str]:
    entries = (os.fsdecode(e).partition("=") for e in dump.read_bytes().split(b"\0") if e)
    return {name: value for name, _, value in entries if name not in SHELL_OWN}


def _shell() -> str:
    """Scripts are written for bash; where there is none, sh does for most."""
    return shutil.which("bash") or "/bin/sh"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the shell and whatever the scripts left running behind it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _text(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""
