"""What a terminal would obey, taken out of texts that came with a name or a package."""

from __future__ import annotations

import re

#: Controls (C0 without line and tab, DEL, C1), marks that turn the direction of what follows
#: (Trojan Source, CVE-2021-42574), and halves of characters, which no terminal's encoding has.
_UNSEEN = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_CONTROL = re.compile(_UNSEEN)


def plain(text: str) -> str:
    """A text without what a terminal would obey, a sign in the place of each."""
    return _CONTROL.sub("\ufffd", text)


def plain_json(document: str) -> str:
    """The same for a JSON document, which stays the same document."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
