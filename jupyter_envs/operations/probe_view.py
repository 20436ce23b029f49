"""What probes have shown, as it is told: whether a GPU works, and where that was seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from jupyter_envs.doctor import PROBES, ProbeState
from jupyter_envs.hardware import machine_identity
from jupyter_envs.store import Environment, ProbeResult, Store, read_probes


class ProbeView(msgspec.Struct, frozen=True, kw_only=True):
    """What a framework has shown in a generation. ``message`` is an English text made from
    ``code`` and ``params``. ``when`` is ISO 8601 with offset, ``seconds`` how long it took.

    ``here``: on this machine, with these GPUs and this driver. Only ``gpu_ok`` seen here means
    that the GPU works. ``cpu_ok``: it computed rightly on the CPU; None for not tried.
    """

    framework: str
    state: ProbeState
    code: str
    params: dict[str, Any]
    message: str
    when: str
    here: bool
    seconds: float
    version: str | None = None
    devices: tuple[str, ...] = ()
    cpu_ok: bool | None = None


#: Of several, the one that says most about what to do comes first.
_URGENCY: tuple[ProbeState, ...] = (
    "gpu_broken", "crashed", "timeout", "gpu_hidden", "cpu_only_build", "missing", "gpu_ok",
)  # fmt: skip


def probe_view(result: ProbeResult, *, here: bool) -> ProbeView:
    """One result. Raises ValidationError for one of a later version of this program."""
    values = {name: getattr(result, name) for name in ProbeView.__struct_fields__ if name in _KEPT}
    return msgspec.convert({**values, "here": here, "message": message(result)}, ProbeView)


_KEPT = frozenset(ProbeResult.__struct_fields__)


def message(result: ProbeResult) -> str:
    """The reason in English."""
    template = PROBES.get(result.code, "{framework}: {state}")
    try:
        return template.format(**{"state": result.state, **result.params})
    except (KeyError, IndexError, ValueError):
        return f"{result.framework}: {result.state}"


def probe_answers(store: Store, environment: Environment) -> tuple[dict[str, Any], ...]:
    """What the programs of the current generation's probes said on this machine, for those who
    look for the cause: with ``framework``, ``state``, ``code`` and the code's params."""
    info, number = environment.info, environment.generation
    if info is None or number is None:
        return ()
    machine = machine_identity().digest
    return tuple(
        {
            **one.params,
            **one.answer,
            "framework": one.framework,
            "state": one.state,
            "code": one.code,
        }
        for record in read_probes(store, environment.slug, number, info.operation)
        if record.machine == machine
        for one in record.results
    )


def probe_views(store: Store, environment: Environment) -> tuple[ProbeView, ...]:
    """The results of the current generation, the most urgent first: for each framework that of
    this machine, else the newest of another."""
    if environment.info is None or environment.generation is None:
        return ()
    operation = environment.info.operation
    records = read_probes(store, environment.slug, environment.generation, operation)
    if not records:
        return ()
    machine = machine_identity().digest
    found: dict[str, ProbeView] = {}
    for record in records:
        for one in _views(record.results, here=record.machine == machine):
            known = found.get(one.framework)
            if known is None or (one.here, one.when) > (known.here, known.when):
                found[one.framework] = one
    return tuple(sorted(found.values(), key=lambda one: (not one.here, _URGENCY.index(one.state))))


def _views(results: Iterable[ProbeResult], *, here: bool) -> list[ProbeView]:
    found = []
    for result in results:
        try:
            found.append(probe_view(result, here=here))
        except msgspec.ValidationError:
            continue
    return found
