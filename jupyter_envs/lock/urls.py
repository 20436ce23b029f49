"""Which URLs a lock may hold.

Schemes: ``https``, ``http`` (the sha256 makes up for what it lacks), ``file``, and for conda
packages also ``s3`` and ``oci``, where channels are kept as well; for pip packages a commit of a
Git repository, by ``https``, ``ssh`` or ``file``. Everything else is refused: other version
control has no name for its content, and any other scheme is one that no installer here reads.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from .model import Manager

SCHEMES: dict[Manager, frozenset[str]] = {
    "conda": frozenset({"https", "http", "file", "s3", "oci"}),
    "pip": frozenset({"https", "http", "file", "git+https", "git+ssh", "git+file"}),
}

_NOT_URL_TEXT = re.compile(r"[^\x21-\x7e]|[\\<>\"]")
# anaconda.org and its kin take a token as a part of the path: https://host/t/<token>/channel.
_PATH_TOKEN = re.compile(r"/t/[^/]")
# The whole of a commit, at the end of the path; one that is cut short may come to mean two.
_AT_COMMIT = re.compile(r"@[0-9a-f]{40}$")
_SUBDIRECTORY = re.compile(r"(?:subdirectory=[\w.][\w./%-]*)?")
_SECRET_PARAMETER = re.compile(r"auth|credential|key|passw|secret|sig|token", re.IGNORECASE)


def url_problem(url: str, manager: Manager) -> str | None:
    """Why a lock may not hold this URL of a package, or None; the answer never quotes the URL."""
    parts, problem = _split(url, manager)
    if parts is None:
        return problem
    scheme = parts.scheme.removeprefix("git+")
    if scheme == "file" and parts.netloc not in {"", "localhost"}:
        return "its file URL names another host"
    if scheme != "file" and not parts.hostname:
        return "its URL names no host"
    if scheme != parts.scheme and (problem := _repository_problem(parts)):
        return problem
    if manager == "conda" and (parts.query or parts.fragment):
        return "its URL goes on after the file's name ('?...' or '#...')"
    segments = unquote(parts.path).split("/")
    if ".." in segments or "%2f" in parts.path.lower():
        return "its URL has '..' or an escaped '/' in its path"
    return None


def _repository_problem(parts: SplitResult) -> str | None:
    if not _AT_COMMIT.search(parts.path):
        return "its URL is that of a repository and does not end in a whole commit"
    folders = unquote(parts.fragment).partition("=")[2].split("/")
    if parts.query or ".." in folders or not _SUBDIRECTORY.fullmatch(parts.fragment):
        return "its URL goes on after the commit ('?...' or '#...')"
    return None


def channel_problem(channel: str) -> str | None:
    """Why a lock may not hold this channel, or None; a bare name such as conda-forge is fine."""
    if "://" not in channel:
        return None if channel and channel.isprintable() else "it is empty or unreadable"
    return _split(channel, "conda")[1]


def _split(url: str, manager: Manager) -> tuple[SplitResult | None, str | None]:
    if _NOT_URL_TEXT.search(url):
        return None, "its URL has a character that no URL may have"
    try:
        parts = urlsplit(url)
    except ValueError:
        return None, "its URL cannot be understood"
    if parts.scheme not in SCHEMES[manager]:
        allowed = ", ".join(sorted(SCHEMES[manager]))
        return None, f"its URL has the scheme {parts.scheme!r}; a lock may hold {allowed}"
    if _has_credentials(parts, manager):
        return None, "its URL holds credentials; keep them where conda and pip look for them"
    return parts, None


def _has_credentials(parts: SplitResult, manager: Manager) -> bool:
    if "@" in parts.netloc:
        # The user of ssh is no secret, and often the same for everybody.
        return parts.scheme != "git+ssh" or parts.password is not None
    # Package indexes have folders by first letter (.../source/t/toolz/...), channels have not.
    if manager == "conda" and parts.scheme in {"http", "https"} and _PATH_TOKEN.search(parts.path):
        return True
    if not parts.query:
        return False
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    return any(_SECRET_PARAMETER.search(name) for name, _ in parameters)
