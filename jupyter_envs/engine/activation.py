"""What activating a conda prefix does to the environment of a program.

conda sets its own variables, then ``variables:``, then sources the packages' scripts
(``etc/conda/activate.d/*.sh``, sorted). Here the scripts run at build time, against many made-up
callers, and the result is a value that the start shim can replay without running any of them.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from jupyter_envs.errors import ActivationFailed

from .activation_model import Activation, Case, Effect, State
from .activation_rules import Row, explain, reproduces, touched
from .activation_trace import ScriptsFailed, Tracer
from .activation_trials import callers, candidates

__all__ = [
    "DEFAULT_PATH",
    "IDENTIFIER",
    "LEAKS",
    "PYTHON_LEAKS",
    "Activation",
    "activation_settings",
    "environment_scripts",
    "measure_activation",
]

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

PYTHON_LEAKS = (
    "PYTHONHOME",
    "PYTHONEXECUTABLE",
    "__PYVENV_LAUNCHER__",
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
)
"""Variables that make another environment's Python use this one's files."""

LEAKS = (
    *PYTHON_LEAKS,
    *(f"CONDA_PREFIX_{n}" for n in range(1, 10)),
    *(f"CONDA_STACKED_{n}" for n in range(1, 10)),
)
"""Variables of a Jupyter server's own environment that would mislead another one's programs."""

DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
"""For a caller without PATH; an empty entry in it would mean the current folder."""

# conda writes this for "conda env config vars unset".
_UNSET_BY_CONDA = "***unset***"

_MOST_ROWS = 100
# Seconds for all runs but the first. Some scripts take a second or two (R's writes files), and
# the last runs only confirm.
_PATIENCE = 5.0


def environment_scripts(prefix: Path, folder: str, suffix: str) -> list[Path]:
    """Scripts in ``etc/conda/<folder>`` that end with ``suffix``, in conda's order (by path)."""
    return sorted((prefix / "etc" / "conda" / folder).glob(f"*{suffix}"))


def activation_settings(prefix: Path, name: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that activation sets before any script runs, in order.

    Later ones win, as in conda: packages (``etc/conda/env_vars.d``), the prefix's own state, then
    ``variables``. conda exports the names in upper case; the name as written is set as well,
    since programs that read ``http_proxy`` do not read ``HTTP_PROXY``.
    Raises ActivationFailed for a file that is not JSON.
    """
    settings = {
        "CONDA_PREFIX": str(prefix),
        "CONDA_DEFAULT_ENV": name,
        "CONDA_SHLVL": "1",
        "CONDA_PROMPT_MODIFIER": f"({name}) ",
        "PYTHONNOUSERSITE": "1",
    }
    files = sorted((prefix / "etc" / "conda" / "env_vars.d").glob("*"))
    from_packages = [_read_object(file) for file in files if file.is_file()]
    from_state = _read_object(prefix / "conda-meta" / "state").get("env_vars", {})
    for source in (*from_packages, from_state, variables):
        settings.update(_exported(source))
    return settings


def measure_activation(
    prefix: Path, *, name: str, variables: Mapping[str, str], seconds: float = 30.0
) -> Activation:
    """What activating ``prefix`` as ``name`` does, found out by running its scripts.

    Without scripts no process is started. ``seconds`` limits each run.
    Raises ActivationFailed if the scripts fail, or take longer, for a caller who has none of the
    variables that they mention.
    """
    settings = activation_settings(prefix, name, variables)
    scripts = environment_scripts(prefix, "activate.d", ".sh")
    if not scripts:
        return Activation(settings=settings)
    with tempfile.TemporaryDirectory(prefix="jupyter-envs-") as folder:
        root = Path(folder).resolve()
        tracer = Tracer(
            prefix=prefix, scripts=scripts, settings=settings, root=root, seconds=seconds
        )
        rows, uncontrolled = _observe(tracer)
        return _conclude(settings, rows, str(root), uncontrolled)


def _observe(tracer: Tracer) -> tuple[list[Row], set[str]]:
    """Enough runs to tell what each variable depends on, and the names no run could seed.

    New runs are made until the tables drawn from the earlier ones foretell them.
    """
    try:
        tracer.check_syntax()
        rows = [tracer.run({})]
    except ScriptsFailed as failure:
        raise failure.as_error() from None
    deadline = time.monotonic() + _PATIENCE
    tracer.seconds = min(tracer.seconds, _PATIENCE)
    uncontrolled = _culprits(tracer, _seedable(tracer, rows, set()), deadline)
    while len(rows) < _MOST_ROWS and time.monotonic() < deadline:
        effects = _effects(rows)
        names = _seedable(tracer, rows, uncontrolled)
        known = [e for e in effects.values() if e is not None]
        fresh = _more(tracer, callers(names, known, rows), deadline)
        rows += fresh
        if all(_foretold(effects, row) for row in fresh):
            break
    return rows, uncontrolled


def _seedable(tracer: Tracer, rows: Sequence[Row], uncontrolled: set[str]) -> list[str]:
    return candidates(tracer.scripts, rows, {*tracer.settings, *LEAKS, *uncontrolled})


def _more(tracer: Tracer, tried: Iterable[Mapping[str, State]], deadline: float) -> list[Row]:
    """A row per caller while there is time, without those that the scripts cannot bear."""
    ended = (_try(tracer, states) for states in tried if time.monotonic() < deadline)
    return [row for row in ended if row is not None]


def _try(tracer: Tracer, states: Mapping[str, State]) -> Row | None:
    try:
        return tracer.run(states)
    except ScriptsFailed:
        return None


def _culprits(tracer: Tracer, names: Sequence[str], deadline: float) -> set[str]:
    """Those whose being set makes the scripts fail, by halving."""
    if not names or _try(tracer, dict.fromkeys(names, "filled")) is not None:
        return set()
    if len(names) == 1 or time.monotonic() > deadline:
        return set(names)
    half = len(names) // 2
    return _culprits(tracer, names[:half], deadline) | _culprits(tracer, names[half:], deadline)


def _effects(rows: Sequence[Row]) -> dict[str, Effect | None]:
    return {n: explain(n, rows) for n in touched(rows)}


def _foretold(effects: Mapping[str, Effect | None], row: Row) -> bool:
    changed = {*touched([row]), *effects}
    return all(n in effects and _agrees(effects[n], row) for n in changed)


def _agrees(effect: Effect | None, row: Row) -> bool:
    return effect is None or reproduces(effect, row)


def _conclude(
    settings: dict[str, str], rows: Sequence[Row], root: str, uncontrolled: set[str]
) -> Activation:
    effects = []
    unexplained = set(uncontrolled)
    for name, effect in _effects(rows).items():
        if effect is None or not _renderable(effect, root):
            unexplained.add(name)
            effect = Effect(name, (Case({}, rows[0].after.get(name)),))
            if name not in rows[0].after or not _renderable(effect, root):
                continue
        effects.append(effect)
    return Activation(
        settings=settings, effects=tuple(effects), unexplained=tuple(sorted(unexplained))
    )


def _renderable(effect: Effect, root: str) -> bool:
    """Whether sh can set it, and no value is made from a seeded one in an unknown way."""
    texts = (p for c in effect.cases for p in c.value or () if isinstance(p, str))
    return IDENTIFIER.match(effect.name) is not None and not any(root in t for t in texts)


def _exported(source: object) -> dict[str, str]:
    if not isinstance(source, Mapping):
        return {}
    given = {str(k): str(v) for k, v in source.items() if v != _UNSET_BY_CONDA}
    named = {k: v for k, v in given.items() if IDENTIFIER.match(k)}
    return {**{k.upper(): v for k, v in named.items()}, **named}


def _read_object(file: Path) -> dict[str, object]:
    try:
        value = msgspec.json.decode(file.read_bytes())
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        raise ActivationFailed(reason=f"{file.name} is not JSON: {error}") from None
    return value if isinstance(value, dict) else {}
