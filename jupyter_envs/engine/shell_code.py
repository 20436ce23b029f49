"""Shell code that activates a prefix in an interactive shell, without conda.

Unlike the start shim it sources the packages' scripts, since their aliases, functions and
completions are for a person at a prompt.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from .activation import (
    DEFAULT_PATH,
    PYTHON_LEAKS,
    activation_settings,
    environment_scripts,
)

_OLD = "_jupyter_envs_old_"

# Packages' scripts are not written for "set -e" and "set -u"; these are put back afterwards.
_RELAX = "_jupyter_envs_flags=$-\nset +eu"
_RESTORE_FLAGS = """\
case $_jupyter_envs_flags in *e*) set -e ;; *) set +e ;; esac
case $_jupyter_envs_flags in *u*) set -u ;; *) set +u ;; esac
unset _jupyter_envs_flags"""

_POSIX = """\
case "$(command -v deactivate 2>/dev/null)" in deactivate) deactivate ;; esac
{save}
if [ -n "${{PS1+x}}" ]; then {old}PS1=$PS1; fi
deactivate() {{
{relax}
{deactivate_scripts}
{restore_flags}
{restore}
if [ -n "${{{old}PS1+x}}" ]; then PS1=${old}PS1; fi
unset {old}PS1
hash -r 2>/dev/null || :
unset -f deactivate
}}
{assign}
if [ -n "${{PS1+x}}" ]; then PS1={prompt}$PS1; fi
{relax}
{activate_scripts}
{restore_flags}
hash -r 2>/dev/null || :
"""

_FISH = """\
if functions -q deactivate; deactivate; end
{save}
if functions -q fish_prompt
    functions -c fish_prompt {old}fish_prompt
    function _jupyter_envs_status; return $argv[1]; end
    function fish_prompt
        set -l last_status $status
        printf '%s' {prompt}
        _jupyter_envs_status $last_status
        {old}fish_prompt
    end
end
function deactivate
{deactivate_scripts}
{restore}
    if functions -q {old}fish_prompt
        functions -e fish_prompt _jupyter_envs_status
        functions -c {old}fish_prompt fish_prompt
        functions -e {old}fish_prompt
    end
    functions -e deactivate
end
{assign}
{activate_scripts}
"""


def posix_activation(prefix: Path, name: str, variables: Mapping[str, str]) -> str:
    """Code for ``eval`` in bash, zsh or dash; it defines ``deactivate``.

    Raises ActivationFailed for a file of the prefix's variables that cannot be read.
    """
    settings = activation_settings(prefix, name, variables)
    before = settings.pop("PATH", None)
    path = f'"${{PATH:-{DEFAULT_PATH}}}"' if before is None else shlex.quote(before)
    touched = ["PATH", *settings, *PYTHON_LEAKS]
    exports = [f"export {n}={shlex.quote(v)}" for n, v in settings.items()]
    clear = f"unset {' '.join(n for n in PYTHON_LEAKS if n not in settings)}"
    return _POSIX.format(
        old=_OLD,
        save="\n".join(map(_posix_save, dict.fromkeys(touched))),
        restore="\n".join(map(_posix_restore, dict.fromkeys(touched))),
        assign="\n".join([clear, *exports, f"export PATH={shlex.quote(f'{prefix}/bin:')}{path}"]),
        prompt=shlex.quote(_prompt(name)),
        activate_scripts=_posix_source(environment_scripts(prefix, "activate.d", ".sh")),
        deactivate_scripts=_posix_source(
            reversed(environment_scripts(prefix, "deactivate.d", ".sh"))
        ),
        relax=_RELAX,
        restore_flags=_RESTORE_FLAGS,
    )


def fish_activation(prefix: Path, name: str, variables: Mapping[str, str]) -> str:
    """Code for ``source`` in fish; it defines ``deactivate``.

    Raises ActivationFailed for a file of the prefix's variables that cannot be read.
    """
    settings = activation_settings(prefix, name, variables)
    before = settings.pop("PATH", None)
    path = "$PATH" if before is None else " ".join(map(_fish_quote, before.split(":")))
    touched = ["PATH", *settings, *PYTHON_LEAKS]
    exports = [f"set -gx {n} {_fish_quote(v)}" for n, v in settings.items()]
    clear = [f"set -e {n}" for n in PYTHON_LEAKS if n not in settings]
    return _FISH.format(
        old=_OLD,
        save="\n".join(map(_fish_save, dict.fromkeys(touched))),
        restore="\n".join(map(_fish_restore, dict.fromkeys(touched))),
        assign="\n".join([*clear, *exports, f"set -gx PATH {_fish_quote(f'{prefix}/bin')} {path}"]),
        prompt=_fish_quote(_prompt(name)),
        activate_scripts=_fish_source(environment_scripts(prefix, "activate.d", ".fish")),
        deactivate_scripts=_fish_source(
            reversed(environment_scripts(prefix, "deactivate.d", ".fish"))
        ),
    )


def _prompt(name: str) -> str:
    """The name for a prompt, without the characters that a shell expands in one."""
    return "(" + re.sub(r"[\\$`%!\x00-\x1f\x7f]", "", name) + ") "


def _posix_save(name: str) -> str:
    return f'if [ -n "${{{name}+x}}" ]; then {_OLD}{name}=${name}; else unset {_OLD}{name} || :; fi'


def _posix_restore(name: str) -> str:
    return (
        f'if [ -n "${{{_OLD}{name}+x}}" ]; then export {name}="${_OLD}{name}"; '
        f"else unset {name}; fi\nunset {_OLD}{name}"
    )


def _posix_source(scripts: Iterable[Path]) -> str:
    # A missing file would end a dash.
    quoted = (shlex.quote(str(script)) for script in scripts)
    return "\n".join(f"if [ -r {q} ]; then . {q}; fi" for q in quoted)


def _fish_save(name: str) -> str:
    return f"set -e {_OLD}{name}; set -q {name}; and set -g {_OLD}{name} ${name}"


def _fish_restore(name: str) -> str:
    return (
        f"    if set -q {_OLD}{name}; set -gx {name} ${_OLD}{name}; else; set -e {name}; end\n"
        f"    set -e {_OLD}{name}"
    )


def _fish_source(scripts: Iterable[Path]) -> str:
    quoted = (_fish_quote(str(script)) for script in scripts)
    return "\n".join(f"if test -r {q}; source {q}; end" for q in quoted)


def _fish_quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
