"""``jupyter envs gpu``: what there is to compute with, how busy it is, and who holds it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec
from rich.console import Group, RenderableType
from rich.table import Table

from jupyter_envs.errors import EnvsError
from jupyter_envs.hardware import (
    CONFIDENCES,
    THROTTLES,
    UNTOLD,
    Device,
    Hardware,
    Holder,
    Holders,
    Host,
    Machine,
    Slice,
)
from jupyter_envs.store import generation_at

from .options import GlobalOptions, json_option
from .output import escape, out, print_json, size, table

#: A driver that was not in use can take seconds to answer.
_PATIENCE = 15.0
_BAR = 8
_GIB = 1 << 30

#: Codes of what keeps clocks low without being a fault.
_AT_EASE = ("idle", "clocks_set", "display_clocks")
_MODES = {
    "exclusive_thread": "for one program at a time",
    "exclusive_process": "for one program at a time",
    "prohibited": "closed to programs",
}
#: Columns that can be empty, and the fields behind them.
_COLUMNS = {"memory": "memory_used", "busy": "utilisation", "heat": "temperature", "power": "power"}


@click.command()
@click.option("--watch", is_flag=True, help="Show it again every two seconds, until Ctrl-C.")
@json_option
@click.pass_obj
def gpu(options: GlobalOptions, watch: bool) -> None:
    """Show the GPUs of this machine, how busy they are, and whose their memory is."""
    machine = Machine(lambda: _disk(options))
    holder = Holder(generation_at, server=0)  # no server: every kernel is one of our processes
    try:
        looks = _looks(machine, holder, forever=watch)
        if options.as_json:
            for found, held in looks:
                print_json({**msgspec.to_builtins(found), "holders": held})
        elif watch and out.console.is_terminal:
            _show_live(looks)
        else:
            for found, held in looks:
                out.print(_view(found, held))
    except KeyboardInterrupt:
        if not watch:  # which is how watching ends
            raise
    finally:
        machine.close()


def _disk(options: GlobalOptions) -> Path:
    try:
        return options.settings().envs_dir
    except EnvsError as error:
        raise OSError(error.message) from error


def _looks(
    machine: Machine, holder: Holder, *, forever: bool
) -> Iterator[tuple[Hardware, Holders]]:
    patience = _PATIENCE
    while True:
        machine.wait(patience)
        found = machine.look()
        yield found, holder.look(machine.sample(), ())
        if not forever:
            return
        time.sleep(found.interval)
        patience = found.interval


def _show_live(looks: Iterator[tuple[Hardware, Holders]]) -> None:
    from rich.live import Live  # for those who watch only

    with Live(console=out.console, auto_refresh=False, vertical_overflow="crop") as live:
        for found, held in looks:
            live.update(_view(found, held), refresh=True)


# -- what is shown -----------------------------------------------------------------------------


def _view(found: Hardware, held: Holders) -> RenderableType:
    return Group(*_parts(found, held))


def _parts(found: Hardware, held: Holders) -> Iterator[RenderableType]:
    if found.state != "ok" or not found.devices:
        yield escape(found.note.message)
    elif found.driver:
        cuda = f", for CUDA up to {found.cuda}" if found.cuda else ""
        yield escape(f"NVIDIA driver {found.driver}{cuda}")
    if found.stale_since:
        yield escape(f"The driver does not come back; nothing is newer than {found.stale_since}")
    if found.devices:
        yield _devices(found.devices)
        yield from (f"[dim]{escape(line)}[/]" for line in _untold(found.devices))
        for device in found.devices:
            remarks = "; ".join(_remarks(device))
            if remarks:
                yield escape(f"GPU {device.index}: {remarks}")
            if device.note:
                yield escape(device.note.message)
        yield from _holders(found.devices, held)
    if found.host:
        yield escape(_host(found.host))


def _devices(devices: Iterable[Device]) -> Table:
    rows = table("GPU", "Memory", "", "Busy", "Heat", "Power")
    for device in devices:
        rows.add_row(
            _plain(f"{device.index} {device.name or '?'}"),
            *_memory(device),
            _number(device.utilisation, "%"),
            _number(device.temperature, "C" if out.console.options.ascii_only else "°C"),
            _power(device),
        )
        for part in device.slices:
            name = _plain(f"  {device.index}.{part.index} {part.name or '?'}")
            rows.add_row(name, *_memory(part), _number(part.utilisation, "%"), "", "")
    return rows


def _memory(place: Device | Slice) -> tuple[str, str]:
    if place.memory is None:
        return "-", ""
    if place.memory_used is None:
        return f"- of {_gib(place.memory)}", ""
    filled = round(_BAR * place.memory_used / place.memory) if place.memory else 0
    filled = min(max(filled, 1 if place.memory_used else 0), _BAR)
    full, empty = ("#", ".") if out.console.options.ascii_only else ("█", "░")
    bar = full * filled + empty * (_BAR - filled)
    return f"{place.memory_used / _GIB:.1f} of {_gib(place.memory)}", bar


def _gib(count: int) -> str:
    """Memory is sold in powers of 1024."""
    return f"{count / _GIB:.1f} GiB"


def _number(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.0f} {unit}"


def _power(device: Device) -> str:
    if device.power is None:
        return "-"
    limit = "" if device.power_limit is None else f" of {device.power_limit:.0f}"
    return f"{device.power:.0f}{limit} W"


def _remarks(device: Device) -> Iterator[str]:
    yield from (THROTTLES[c] for c in device.throttle or () if c not in _AT_EASE)
    if device.compute_mode in _MODES:
        yield _MODES[device.compute_mode]
    if device.ecc_errors:
        yield f"{device.ecc_errors} uncorrected memory errors"
    if device.rows_failed:
        yield "its memory cannot be repaired"
    if device.unified:
        yield "shares the machine's memory"
    if device.mig:
        yield "cut into slices"


def _untold(devices: Iterable[Device]) -> Iterator[str]:
    """Why there is a dash, once for each reason."""
    columns: dict[str, set[str]] = {}
    for device in devices:
        for column, field in _COLUMNS.items():
            if getattr(device, field) is None and field in device.reasons:
                columns.setdefault(device.reasons[field], set()).add(column)
    for reason, found in columns.items():
        yield f"- ({', '.join(sorted(found))}): {UNTOLD[reason]}"


def _holders(devices: Iterable[Device], held: Holders) -> Iterator[RenderableType]:
    names = {d.uuid: str(d.index) for d in devices}
    names |= {s.uuid: f"{d.index}.{s.index}" for d in devices for s in d.slices}
    if held.processes:
        rows = table("Process", "GPU", "Memory", "Environment", "Generation", "Notebook")
        for process in held.processes:
            rows.add_row(
                _plain(f"{process.pid} {process.name}"),
                ", ".join(names.get(use.device, "?") for use in process.uses),
                "-" if process.memory is None else _gib(process.memory),
                _plain(process.environment or ""),
                "" if process.generation is None else str(process.generation),
                _plain(process.notebook or ""),
            )
        yield rows
    for share in held.devices:
        told = [f"{_gib(share.others)} by other users"] if share.others else []
        if share.confidence != "exact":
            told.append(CONFIDENCES[share.confidence])
        if told:
            yield escape(f"GPU {names.get(share.device, '?')}: {'; '.join(told)}")


def _plain(text: str) -> str:
    """What others have named: a terminal would obey what is not printable."""
    return escape("".join(letter if letter.isprintable() else "?" for letter in text))


def _host(host: Host) -> str:
    limits = {"cgroup": " (of this container or job)", "affinity": " (it is bound to them)"}
    parts = [f"{host.cpus:g} CPUs{limits.get(host.cpu_limit, '')}"]
    if host.cpu_percent is not None:
        parts[0] += f", {host.cpu_percent:.0f} % busy"
    if host.memory is not None:
        used = "" if host.memory_used is None else f"{host.memory_used / _GIB:.1f} of "
        parts.append(f"memory {used}{_gib(host.memory)}{limits.get(host.memory_limit, '')}")
    if host.disk_free is not None:
        parts.append(f"disk {size(host.disk_free)} free")
    return "Host: " + "; ".join(parts)
