"""Lines below ``pip:`` that name a repository: ``name @ git+https://host/x.git@ref``.

Forms: pip's documentation, "VCS Support". Only Git is read here, by https, ssh and file: a commit
of it names its content, and nobody on the way can change that.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import msgspec

_ADDRESS = re.compile(r"(?:^|\s|@)git\+(?P<url>(?:https|ssh|file)://\S+)", re.IGNORECASE)
# A ref of Git's; one that begins with "-" would be an option to it.
_REVISION = re.compile(r"[A-Za-z0-9_][\w./+-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SUBDIRECTORY = re.compile(r"[\w.][\w./ -]*")


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """``url`` is as written, with its login, but without ``git+``; ``revision`` is a branch, a
    tag or a commit, empty for the default branch; ``subdirectory`` is empty for its root."""

    url: str
    revision: str = ""
    subdirectory: str = ""


def read_repository(line: str) -> Repository | None:
    """The Git repository that a pip line names; None where it names none that can be read."""
    found = _ADDRESS.search(line.strip())
    if found is None:
        return None
    try:
        parts = urlsplit(found["url"])
        options = parse_qs(parts.fragment)
    except ValueError:
        return None
    path, at, revision = parts.path.rpartition("@")
    path, revision = (path, unquote(revision)) if at else (parts.path, "")
    subdirectory = options.get("subdirectory", [""])[0]
    if not _is_sound(parts, path, revision, subdirectory):
        return None
    url = f"{parts.scheme.lower()}://{parts.netloc}{path}"
    return Repository(url=url, revision=revision, subdirectory=subdirectory)


def is_at_commit(address: str) -> bool:
    """Whether an address (``git+https://host/x.git@...``) names one commit of a repository."""
    found = read_repository(address)
    return found is not None and _COMMIT.fullmatch(found.revision) is not None


def _is_sound(parts: SplitResult, path: str, revision: str, subdirectory: str) -> bool:
    if parts.query or len(path) < 2 or (parts.scheme != "file" and not parts.hostname):
        return False
    if parts.netloc.startswith("-") or (revision and not _REVISION.fullmatch(revision)):
        return False
    if ".." in unquote(path).split("/") or ".." in subdirectory.split("/"):
        return False
    return not subdirectory or _SUBDIRECTORY.fullmatch(subdirectory) is not None
