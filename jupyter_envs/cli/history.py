"""The verb that tells an environment's story: history."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import click

from jupyter_envs.ledger import KERNEL_STARTED
from jupyter_envs.operations import history as story_of

from .options import GlobalOptions, json_option, name_argument
from .output import instant, out, print_json

_SAYS = {
    "environment_created": "made as generation {generation}",
    "environment_adopted": "adopted as generation {generation}",
    "environment_updated": "updated to generation {generation}",
    "environment_rolled_back": "gone back to generation {generation}",
    "environment_removed": "removed; it was generation {generation}",
    "environment_archived": "archived; it was generation {generation}",
    "environment_recreated": "recreated as generation {generation}",
    "drift_seen": "found changed by hand, generation {generation}",
    "drift_adopted": "what was changed by hand adopted as generation {generation}",
    "drift_restored": "restored from its lock as generation {generation}",
    "drift_kept": "what was changed by hand kept in generation {generation}",
}


@click.command()
@name_argument
@click.option("--starts", is_flag=True, help="Every start of a kernel on a line of its own.")
@json_option
@click.pass_obj
def history(options: GlobalOptions, name: str, starts: bool) -> None:
    """Tell the story of NAME from the ledger: made, changed, run, removed, by whom and when."""
    found = story_of(name, options.settings())
    if options.as_json:
        print_json({"events": found})
        return
    for line in _lines(found, starts=starts):
        out.print(line, markup=False)
    if not found:
        out.print("Nothing is recorded of it: another tool has made it.")


def _lines(events: list[dict[str, Any]], *, starts: bool) -> Iterator[str]:
    for key, group in groupby(events, _kind):
        several = list(group)
        if key is None or starts:
            yield from (_line(event) for event in several)
        else:
            yield _together(several)


def _kind(event: dict[str, Any]) -> object:
    """Starts from one generation in a row are told together; nothing else is."""
    return event.get("generation") if event.get("action") == KERNEL_STARTED else None


def _line(event: dict[str, Any]) -> str:
    action = str(event.get("action"))
    if action == KERNEL_STARTED:
        notebook = f" for {event['notebook']}" if event.get("notebook") else ""
        text = f"kernel started from generation {event.get('generation')}{notebook}"
    else:
        text = _SAYS.get(action, action.replace("_", " ")).format_map(event)
    file = (event.get("source") or {}).get("file")
    source = f", from {file}" if file else ""
    return f"{instant(event.get('time'))}  {text} by {event.get('actor')}{source}{_lock(event)}"


def _together(events: list[dict[str, Any]]) -> str:
    if len(events) == 1:
        return _line(events[0])
    first, last = events[0], events[-1]
    users = ", ".join(sorted({str(event.get("actor")) for event in events}))
    return (
        f"{instant(first.get('time'))}  {len(events)} kernels started from generation "
        f"{first.get('generation')} by {users}, the last at {instant(last.get('time'))}"
    )


def _lock(event: dict[str, Any]) -> str:
    digest = event.get("lock_digest")
    return f" ({digest[:12]})" if digest and event.get("action") != KERNEL_STARTED else ""
