"""What the person reads: sentences, tables, sizes; or JSON, alone on stdout."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_envs.errors import EnvsError

from .controls import plain_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


class Terminal:
    """Where people read. rich is loaded with the first word: JSON needs none of it, and before
    long work it is loaded while the work goes on."""

    def __init__(self, *, stderr: bool) -> None:
        self._stderr = stderr

    @cached_property
    def console(self) -> Console:
        """rich's own, made plain."""
        from .plain import console

        return console(stderr=self._stderr)

    def print(self, *objects: Any, **style: Any) -> None:
        """As rich's ``Console.print``: text in square brackets is markup."""
        self.console.print(*objects, **style)


out = Terminal(stderr=False)
err = Terminal(stderr=True)


def escape(text: str) -> str:
    """Text whose square brackets are no markup."""
    from rich.markup import escape as escaped

    return escaped(text)


def print_json(value: Any) -> None:
    """One JSON document on one line of stdout."""
    builtins = msgspec.to_builtins(value, enc_hook=str)
    sys.stdout.write(plain_json(json.dumps(builtins, ensure_ascii=False)) + "\n")
    sys.stdout.flush()


def print_error(error: EnvsError, *, as_json: bool) -> None:
    """An error: its sentence, what belongs to it, and its hint on a line of its own."""
    if as_json:
        print_json(error.as_dict())
        return
    err.print(f"[bold red]error[/] {escape(error.message)}")
    _print_details(error.details)
    if error.hint:
        err.print(f"[bold cyan]hint[/] {escape(error.hint)}")


def print_failure(body: dict[str, Any], *, as_json: bool) -> None:
    """An error that a journal tells of."""
    if as_json:
        print_json(body)
        return
    err.print(f"[bold red]error[/] {escape(str(body.get('message', body.get('code'))))}")
    _print_details(body.get("details"))
    if body.get("hint"):
        err.print(f"[bold cyan]hint[/] {escape(str(body['hint']))}")


def _print_details(details: Any) -> None:
    if isinstance(details, dict):
        details = details.get("lines")
    if not isinstance(details, list):
        return
    for item in details:
        if isinstance(item, dict) and "message" not in item:
            continue  # facts for a client; the sentence and the hint have told them
        text = _diagnostic(item) if isinstance(item, dict) else str(item)
        err.print(f"  [dim]{escape(text)}[/]")


def _diagnostic(item: dict[str, Any]) -> str:
    start = item.get("start", {})
    place = f"{start.get('line')}:{start.get('column')}" if start else ""
    return f"{place} {item.get('severity', '')}: {item['message']}".strip()


def table(*columns: str, wraps: int = 0) -> Table:
    """A plain table, for a terminal and for pipes; the column of that number may wrap."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        made.add_column(column, overflow="fold", no_wrap=index != wraps)
    return made


def size(count: int | None) -> str:
    """Bytes for people, in powers of 1000 as disks are sold."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def unhashed_text(one: dict[str, Any]) -> str:
    """A package that is pinned to a commit, as ``show``, ``plan`` and ``lock`` tell of it."""
    asked = f" ({one['revision']})" if one["revision"] else ""
    return f"{one['name']} {one['version']} is commit {one['commit']}{asked} of {one['repository']}"


def moment(text: str | None) -> str:
    """An ISO time to the minute."""
    return (text or "")[:16].replace("T", " ")


def instant(text: str | None) -> str:
    """An ISO time to the second as the clocks here showed it, with their offset then."""
    if not text:
        return ""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S} {_offset(text)}"


def _offset(text: str) -> str:
    plain = f"{datetime.fromisoformat(text).astimezone():%z}"
    return f"{plain[:3]}:{plain[3:5]}"
