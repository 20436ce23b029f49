"""The scripts of the package ``activation-demo``: what real packages do to the environment.

Activating sets DEMO_SET, puts a folder in front of DEMO_PATH, changes DEMO_CHANGE and keeps the
old value in _DEMO_CHANGE_BACKUP, unsets DEMO_UNSET, gives DEMO_DEFAULT a value only when it has
none, and notes in DEMO_ORDER that ``10-first`` ran before ``20-second``. Deactivating undoes
what can be undone: DEMO_UNSET stays unset, and DEMO_DEFAULT stays as it is.
"""

from __future__ import annotations

from tests.support.channel.archive import Entry

_ACTIVATE_SH = """
export DEMO_SET="set by activation-demo"
export DEMO_PATH="${CONDA_PREFIX}/lib${DEMO_PATH:+:${DEMO_PATH}}"
if [ -n "${DEMO_CHANGE+x}" ]; then
    export _DEMO_CHANGE_BACKUP="${DEMO_CHANGE}"
fi
export DEMO_CHANGE="changed by activation-demo"
unset DEMO_UNSET
export DEMO_DEFAULT="${DEMO_DEFAULT:-default of activation-demo}"
export DEMO_ORDER="first"
"""

_DEACTIVATE_SH = """
unset DEMO_SET DEMO_ORDER
if [ "${DEMO_PATH-}" = "${CONDA_PREFIX}/lib" ]; then
    unset DEMO_PATH
else
    export DEMO_PATH="${DEMO_PATH#"${CONDA_PREFIX}/lib:"}"
fi
if [ -n "${_DEMO_CHANGE_BACKUP+x}" ]; then
    export DEMO_CHANGE="${_DEMO_CHANGE_BACKUP}"
    unset _DEMO_CHANGE_BACKUP
else
    unset DEMO_CHANGE
fi
"""

_ACTIVATE_FISH = """
set -gx DEMO_SET "set by activation-demo"
if test -n "$DEMO_PATH"
    set -gx DEMO_PATH "$CONDA_PREFIX/lib:$DEMO_PATH"
else
    set -gx DEMO_PATH "$CONDA_PREFIX/lib"
end
if set -q DEMO_CHANGE
    set -gx _DEMO_CHANGE_BACKUP "$DEMO_CHANGE"
end
set -gx DEMO_CHANGE "changed by activation-demo"
set -e DEMO_UNSET
if test -z "$DEMO_DEFAULT"
    set -gx DEMO_DEFAULT "default of activation-demo"
end
set -gx DEMO_ORDER "first"
"""

_DEACTIVATE_FISH = """
set -e DEMO_SET
set -e DEMO_ORDER
if test "$DEMO_PATH" = "$CONDA_PREFIX/lib"
    set -e DEMO_PATH
else
    set -gx DEMO_PATH (string replace "$CONDA_PREFIX/lib:" "" "$DEMO_PATH")
end
if set -q _DEMO_CHANGE_BACKUP
    set -gx DEMO_CHANGE "$_DEMO_CHANGE_BACKUP"
    set -e _DEMO_CHANGE_BACKUP
else
    set -e DEMO_CHANGE
end
"""

_SCRIPTS = {
    "activate.d/10-first.sh": _ACTIVATE_SH,
    "activate.d/20-second.sh": '\nexport DEMO_ORDER="${DEMO_ORDER} second"\n',
    "activate.d/10-first.fish": _ACTIVATE_FISH,
    "activate.d/20-second.fish": '\nset -gx DEMO_ORDER "$DEMO_ORDER second"\n',
    # Run in reverse order of name: this one first.
    "deactivate.d/20-second.sh": '\nexport DEMO_ORDER="${DEMO_ORDER% second}"\n',
    "deactivate.d/10-first.sh": _DEACTIVATE_SH,
    "deactivate.d/20-second.fish": '\nset -gx DEMO_ORDER (string split " " "$DEMO_ORDER")[1]\n',
    "deactivate.d/10-first.fish": _DEACTIVATE_FISH,
}


def activation_files() -> tuple[Entry, ...]:
    """The scripts at their places below a prefix."""
    return tuple(
        Entry(f"etc/conda/{path}", text.lstrip("\n").encode()) for path, text in _SCRIPTS.items()
    )
