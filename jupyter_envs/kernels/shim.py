"""The start shim: a shell script that activates a generation and becomes the program it starts.

Kernels go through it, so it must cost next to nothing: it runs no other program and no subshell.
It is read by ``/bin/sh`` whatever that is, and its name is never in another script's shebang,
so neither blanks nor length of the prefix matter.
"""

from __future__ import annotations

import re
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

# Before activation, which may set any of these. The word is a kernelspec's, and not for
# what the kernel starts.
_CALLER = """\
jupyter_envs_data=${JUPYTER_ENVS_DATA_DIR:-${XDG_DATA_HOME:-${HOME-}/.local/share}/jupyter_envs}
jupyter_envs_kernel=${JUPYTER_ENVS_KERNEL-}
jupyter_envs_notebook=${JPY_SESSION_NAME-}
jupyter_envs_user=${JUPYTERHUB_USER-}
unset JUPYTER_ENVS_KERNEL
"""

# /proc/self is the shell itself, and after exec the program: same pid, same start time. The
# command name in "stat" may hold anything, so fields are counted from behind its last ")".
# Names have a prefix since a variable of the caller's must come out as it went in.
_LEASE = r"""jupyter_envs_lease() {
    jupyter_envs_connection=
    for jupyter_envs_word do
        case ${jupyter_envs_word##*/} in
            kernel-*.json) jupyter_envs_connection=$jupyter_envs_word ;;
        esac
    done
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
    [ -n "$jupyter_envs_kernel$jupyter_envs_connection" ] || return 0
    [ -d "$jupyter_envs_data/starts" ] || return 0
    printf '%s\0' environment=@NAME@ store=@STORE@ generation=@GENERATION@ lock_digest=@DIGEST@ \
        "host=$jupyter_envs_host" "boot_id=$jupyter_envs_boot" "pid=$$" \
        "start_time=$jupyter_envs_start" "kernel=$jupyter_envs_kernel" \
        "connection=$jupyter_envs_connection" "notebook=$jupyter_envs_notebook" \
        "user=$jupyter_envs_user" end= \
        >"$jupyter_envs_data/starts/$jupyter_envs_file-$jupyter_envs_boot-$$-$jupyter_envs_start.start"
}
jupyter_envs_lease "$@" 2>/dev/null
"""


def render_shim(
    prefix: Path,
    activation: Activation,
    *,
    name: str,
    lock_digest: str,
    store: Path,
    leases: Path,
    generation: int,
) -> str:
    """Text of ``conda-meta/jupyter-envs/start``; write it with ``os.fsencode`` and mode 0755.

    It sets and unsets what ``activation`` says, writes a lease if it can, and replaces itself
    by its arguments. The lease is one JSON line with ``generation``, ``host``, ``boot_id``,
    ``pid`` and ``start_time`` (clock ticks since boot, as in ``/proc/<pid>/stat``). Without
    arguments it ends with exit status 64.

    A kernel is what a kernelspec of ours starts (it sets ``JUPYTER_ENVS_KERNEL``), or what gets
    a ``kernel-*.json``. Its start is noted for the ledger, too, in the data folder of whoever
    starts it, where that has a folder ``starts``; where it cannot be noted, it starts all the
    same.
    """
    return "\n".join(
        (
            "#!/bin/sh\n# Made when this generation was built; changes are not looked for.",
            _USAGE,
            _CALLER,
            *_activation(prefix, activation),
            _exports(
                {
                    "JUPYTER_ENVS_NAME": name,
                    "JUPYTER_ENVS_GENERATION": str(generation),
                    "JUPYTER_ENVS_LOCK": lock_digest,
                }
            ),
            _lease(
                {
                    "GENERATION": str(generation),
                    "LEASES": shlex.quote(str(leases)),
                    "NAME": shlex.quote(name),
                    "STORE": shlex.quote(str(store)),
                    "DIGEST": shlex.quote(lock_digest),
                }
            ),
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


def _lease(values: Mapping[str, str]) -> str:
    # At once: a path may hold what looks like another place.
    return re.sub("@([A-Z]+)@", lambda found: values[found[1]], _LEASE)
