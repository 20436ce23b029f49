"""Fixes: what would put a finding right, as edits of the text."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import msgspec

from .lines import Lines
from .splice import Change, TextEdit, as_edit
from .urls import has_credentials, without_credentials

TITLES: dict[str, str] = {
    "add_colon": "Write pip: with a colon",
    "add_pip": "Add pip to the dependencies",
    "add_space": "Add the space",
    "indent_pip": "Put the lines below pip:",
    "make_list": "Write it as a list",
    "merge": "Put its lines into the first {text}:",
    "move_below_pip": "Move {text} below pip:",
    "move_to_conda": "Ask conda for {text}",
    "one_per_line": "Give each package its own line",
    "remove": "Remove {text}",
    "remove_line": "Remove the line",
    "remove_without_gpu": "Remove {text}: there is no NVIDIA GPU here",
    "rename_key": "Write {text}:",
    "replace_channel": "Take the packages from conda-forge",
    "replace_tabs": "Replace tabs by spaces",
    "save_as_utf8": "Save the file as UTF-8",
    "write": "Write {text}",
    "write_for_gpu": "Write {text}, for the GPU here",
}
"""The English text of each fix. Codes never change once released."""

MAX_PARAM = 200


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """Edits that make a finding go away; ``title`` is made from ``code`` and ``params``.

    All edits are meant for the text as it is, together. ``save_as_utf8`` has none: it is done
    by writing the file. ``safe``: the file means the same afterwards to every tool that could
    read it, or could be read by none; others change what is installed or who installs it.
    """

    code: str
    title: str
    params: dict[str, str] = {}
    edits: tuple[TextEdit, ...] = ()
    safe: bool = True


class Repair(NamedTuple):
    """A fix before it is given its words; changes count characters."""

    code: str
    changes: tuple[Change, ...] = ()
    text: str = ""
    safe: bool = True


def make_fix(lines: Lines, repair: Repair) -> Fix | None:
    """The fix for a repair; None where its edits overlap or would repeat a login."""
    ordered = sorted(repair.changes, key=lambda change: (change.start, change.end))
    if any(one.end > other.start for one, other in pairwise(ordered)):
        return None
    if any(has_credentials(change.text) for change in ordered):
        return None
    params = {"text": presentable(repair.text)} if repair.text else {}
    return Fix(
        code=repair.code,
        title=TITLES[repair.code].format_map(params),
        params=params,
        edits=tuple(as_edit(lines, change) for change in ordered),
        safe=repair.safe,
    )


def presentable(value: object) -> str:
    """A text for messages: printable, not too long, without logins."""
    text = without_credentials(str(value))
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: MAX_PARAM + 1])
    return shown if len(text) <= MAX_PARAM else shown[:MAX_PARAM] + "…"
