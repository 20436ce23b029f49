"""The start shim: a shell script that activates a generation and becomes the program it starts.

Kernels go through it, so it must cost next to nothing: it runs no other program and no subshell.
It is read by ``/bin/sh`` whatever that is, and its name is never in another script's shebang,
so neither blanks nor length of the prefix matter.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from jupyter_envs.engine import (
    DEFAULT_PATH,
    LEAKS,
    Activation,
    Case,
    Condition,
    Effect,
    Old,
    Template,
)

_TESTS: Mapping[Condition, str] = {
    "unset": '[ -z "${%s+x}" ]',
    "present": '[ -n "${%s+x}" ]',
    "empty": '[ -z "${%s-x}" ]',
    "blank": '[ -z "${%s-}" ]',
    "filled": '[ -n "${%s-}" ]',
}

_USAGE = """\
if [ "$#" -eq 0 ]; then
    printf 'usage: %s PROGRAM [ARGUMENT...]\\n' "$0" >&2
    exit 64
fi
"""

# /proc/self is the shell itself, and after exec the program: same pid, same start time. The
# command name in "stat" may hold anything, so fields are counted from behind its last ")".
# Names have a prefix since a variable of the caller's must come out as it went in.
_LEASE = r"""jupyter_envs_lease() {
    IFS= read -r jupyter_envs_host </proc/sys/kernel/hostname || return 0
    IFS= read -r jupyter_envs_boot </proc/sys/kernel/random/boot_id || return 0
    IFS= read -r jupyter_envs_stat </proc/self/stat || return 0
    set -- ${jupyter_envs_stat##*) }
    jupyter_envs_start=${20}
    jupyter_envs_file=$jupyter_envs_host
    while :; do
        case $jupyter_envs_file in
            *[!A-Za-z0-9._-]*) set -- "${jupyter_envs_file%%[!A-Za-z0-9._-]*}" ;;
            *) break ;;
        esac
        jupyter_envs_file=${1}_${jupyter_envs_file#"$1"?}
    done
    case $jupyter_envs_host in
        *[\\\"]*) jupyter_envs_host=$jupyter_envs_file ;;
    esac
    printf '{"generation": %s, "host": "%s", "boot_id": "%s", "pid": %s, "start_time": %s}\n' \
        @GENERATION@ "$jupyter_envs_host" "$jupyter_envs_boot" "$$" "$jupyter_envs_start" \
        >@LEASES@/"@GENERATION@-$jupyter_envs_file-$$.json"
}
jupyter_envs_lease 2>/dev/null
"""


def render_shim(
    prefix: Path,
    activation: Activation,
    *,
    name: str,
    lock_digest: str,
    leases: Path,
    generation: int,
) -> str:
    """Text of ``conda-meta/jupyter-envs/start``; write it with ``os.fsencode`` and mode 0755.

    It sets and unsets what ``activation`` says, writes a lease if it can, and replaces itself
    by its arguments. The lease is one JSON line with ``generation``, ``host``, ``boot_id``,
    ``pid`` and ``start_time`` (clock ticks since boot, as in ``/proc/<pid>/stat``). Without
    arguments it ends with exit status 64.
    """
    return "\n".join(
        (
            "#!/bin/sh\n# Made when this generation was built; changes are not looked for.",
            _USAGE,
            *_activation(prefix, activation),
            _exports(
                {
                    "JUPYTER_ENVS_NAME": name,
                    "JUPYTER_ENVS_GENERATION": str(generation),
                    "JUPYTER_ENVS_LOCK": lock_digest,
                }
            ),
            _lease(leases, generation),
            'exec "$@"\n',
        )
    )


def _activation(prefix: Path, activation: Activation) -> Iterator[str]:
    path = Effect("PATH", (Case({}, (f"{prefix}/bin:", Old("PATH"))),))
    effects = {path.name: path, **{e.name: e for e in activation.effects}}
    settings = dict(activation.settings)
    callers_path = settings.pop("PATH", None)
    yield _callers_path(callers_path)
    saved = sorted(n for e in effects.values() for n in e.inputs() if n != e.name and n in effects)
    kept = {n: f"jupyter_envs_old_{n}" for n in saved}
    for old, copy in kept.items():
        yield f"unset {copy}; {_TESTS['present'] % old} && {copy}=${old}"
    yield "unset " + " ".join(LEAKS) + "\n"
    yield _exports(settings)
    for effect in effects.values():
        yield from _effect(effect, {n: c for n, c in kept.items() if n != effect.name})
    yield ""


def _callers_path(value: str | None) -> str:
    if value is not None:
        return f"PATH={shlex.quote(value)}"
    return f"{_TESTS['blank'] % 'PATH'} && PATH={DEFAULT_PATH}"


def _exports(values: Mapping[str, str]) -> str:
    return "".join(f"export {n}={shlex.quote(v)}\n" for n, v in values.items())


def _effect(effect: Effect, kept: Mapping[str, str]) -> Iterator[str]:
    """Commands for one variable; ``kept`` tells where old values are that may be gone by now."""
    cases = [case for case in effect.cases if not effect.keeps(case)]
    word = "if"
    for case in cases:
        command = _assignment(effect.name, case.value, kept)
        if not case.when:
            yield command
            return
        tests = " && ".join(_TESTS[c] % kept.get(n, n) for n, c in case.when.items())
        yield f"{word} {tests}; then\n    {command}"
        word = "elif"
    if cases:
        yield "fi"


def _assignment(name: str, value: Template | None, kept: Mapping[str, str]) -> str:
    if value is None:
        return f"unset {name}"
    parts = [
        shlex.quote(p) if isinstance(p, str) else f'"${{{kept.get(p.old, p.old)}-}}"' for p in value
    ]
    return f"export {name}={''.join(parts)}"


def _lease(leases: Path, generation: int) -> str:
    text = _LEASE.replace("@GENERATION@", str(generation))
    return text.replace("@LEASES@", shlex.quote(str(leases)))
