"""Reports that can be shown to anybody: no home, no names of people or machines, no logins."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from jupyter_envs.spec import without_credentials

from .model import Evidence, Finding, Remedy

#: Names of accounts that name nobody.
_NOBODY = frozenset(("root", "user", "jovyan", "jupyter"))
#: Folders below which each name is a person's.
_HOMES = re.compile(r"(?<![\w.-])(/(?:home|Users|export/home|data/home|nfs/home)/)([^/\s:,'\"]+)")
_PERSON, _OTHER, _HOST = "(user)", "(somebody)", "(host)"
#: A longer value is cut: nobody reads it, and nobody knows what else is in it.
_LONGEST = 400


class Redaction(msgspec.Struct, frozen=True, kw_only=True):
    """What has to stay out of a report."""

    home: Path
    user: str
    host: str

    def text(self, text: str) -> str:
        """A text without it."""
        shown = _plain(without_credentials(text))
        home = str(self.home)
        if len(home) > 1:
            shown = re.sub(rf"(?<![\w.-]){re.escape(home)}(?![\w.-])", "~", shown)
        shown = _HOMES.sub(rf"\1{_OTHER}", shown)
        if self.user.lower() not in _NOBODY:
            shown = _word(self.user, _PERSON, shown)
        shown = _word(self.host, _HOST, shown)
        short = self.host.partition(".")[0]
        return _word(short, _HOST, shown) if short != "localhost" else shown

    def finding(self, found: Finding, message: str, fix: str) -> Finding:
        """A finding without it. The sentences are made anew from ``message`` and ``fix``, their
        templates: our own words hold no secret, even where one is somebody's name."""
        params = {name: self.text(value) for name, value in found.params.items()}
        return msgspec.structs.replace(
            found,
            params=params,
            message=message.format_map(params),
            fix=Remedy(
                text=fix.format_map(params), action=found.fix.action, subject=found.fix.subject
            ),
            evidence=tuple(
                Evidence(self.text(one.source), self.text(one.value)) for one in found.evidence
            ),
        )


def _word(word: str, instead: str, text: str) -> str:
    if len(word) < 2 or word == "localhost":
        return text
    return re.sub(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", instead, text, flags=re.IGNORECASE)


def _plain(text: str) -> str:
    """One line of characters that a terminal shows and does not obey."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
