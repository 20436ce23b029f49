"""Credentials in addresses: find them, and take them out of what people get to see."""

from __future__ import annotations

import re

# https://user:password@host, https://token@host; a bare user of ssh (git@host) is no secret.
_USER = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,20})://(?P<user>[^/\s]+)@")
# The form conda channels use: /t/<token>/<channel>, the token right behind the host or in the
# shape of anaconda.org's. Elsewhere /t/ may be a folder: package indexes sort by first letter.
_TOKEN = re.compile(
    r"(?P<before>://[^/\s]+/t/|/t/(?=[a-z]{2}-[0-9a-f]{8}-))(?P<token>[^/\s]+)(?=/|\s|$)"
)
_QUERY = re.compile(
    r"(?P<key>[?&](?:access_token|api_key|apikey|auth|password|private_token|token)=)[^&#\s]+",
    re.IGNORECASE,
)
# A value that is only a reference to a variable (${TOKEN}) tells nobody anything.
_REFERENCE = re.compile(r"\$\{?\w+\}?(?::\$\{?\w+\}?)?")


def has_credentials(text: str) -> bool:
    """Whether an address in ``text`` holds a user with a password, or a token, in clear."""
    return without_credentials(text) != text


def without_credentials(text: str) -> str:
    """``text`` with user, password and token of its addresses replaced by ``***``."""
    masked = _USER.sub(_mask_user, text) if "@" in text else text
    if "/t/" in masked:
        masked = _TOKEN.sub(_mask_token, masked)
    if "?" in masked or "&" in masked:
        masked = _QUERY.sub(r"\g<key>***", masked)
    return masked


def _mask_user(match: re.Match[str]) -> str:
    scheme, user = match["scheme"], match["user"]
    bare_ssh_user = scheme.lower().endswith("ssh") and ":" not in user
    if bare_ssh_user or _REFERENCE.fullmatch(user):
        return match[0]
    return f"{scheme}://***@"


def _mask_token(match: re.Match[str]) -> str:
    return match[0] if _REFERENCE.fullmatch(match["token"]) else f"{match['before']}***"


def strip_credentials(text: str) -> str:
    """``text`` with user, password and token of its addresses taken out: the plain addresses."""
    masked = without_credentials(text)
    plain = re.sub(r"(?<=://)\*\*\*@|/t/\*\*\*(?=/|\s|$)", "", masked)
    return re.sub(r"(?<=\?)[a-z_]+=\*\*\*&|[?&][a-z_]+=\*\*\*", "", plain, flags=re.IGNORECASE)
