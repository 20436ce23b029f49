"""Which lines of a pip section can be locked, and what its options say of package indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from jupyter_envs.errors import PipUnsupported
from jupyter_envs.spec import classify_pip_line, read_repository

from .credentials import strip_url

_INDEX_OPTIONS = ("--index-url", "--extra-index-url", "--find-links", "-i", "-f")
_EXTRA = "--extra-index-url"
_REFUSED = {
    "conda": "it is a conda line; move it up under 'dependencies:'",
    "constraint": "the file it names was not read",
    "editable": "an editable install changes with its folder and cannot be locked",
    "file": "the file it names was not read",
    "invalid": "it is not a requirement",
    "path": "a local path exists only on this machine",
    "vcs": "only a Git repository by https, ssh or file can be pinned to a commit",
}
_HINTS = {
    "conda": "Write it under 'dependencies:', or with '==' as pip does.",
    "editable": "Build a wheel of it and give its https address, or install it into the running "
    "environment with pip, which then shows as a change.",
    "vcs": "Write it like 'name @ git+https://host/project.git@v1.2'.",
    "option": "Take the line out; pip's own configuration is read, and --index-url, "
    "--extra-index-url and --find-links may be given here.",
}
_FORGE = re.compile(
    r"git\+https://(?:[^/@\s]*@)?(?P<host>github\.com|gitlab\.com)/"
    r"(?P<project>[\w./-]+?)(?:\.git)?(?:@(?P<ref>[\w./-]+))?(?:#.*)?$"
)


def check_pip_lines(lines: Sequence[str]) -> None:
    """Refuse, before anything is downloaded, what could not be locked.

    Requirements, archives by https, Git repositories and the options that name an index are
    accepted. Raises PipUnsupported.
    """
    for text in lines:
        line = classify_pip_line(text)
        reason = _REFUSED.get(line.kind)
        if line.kind == "vcs" and read_repository(line.text) is not None:
            continue
        if line.kind == "option" and not _names_index(line.text):
            reason = "this option of pip has no meaning in a locked environment"
        if reason is not None:
            hint = _archive(text, line.name) or _HINTS.get(line.kind)
            raise PipUnsupported(line=strip_url(line.text), reason=reason, hint=hint)


def _archive(text: str, name: str | None) -> str | None:
    """Where a repository's forge gives the files of one commit, which have a hash."""
    found = _FORGE.search(text.rpartition(" @ ")[2].strip())
    if found is None:
        return None
    commit = found["ref"] if found["ref"] and _is_commit(found["ref"]) else "COMMIT"
    if found["host"] == "github.com":
        place = f"archive/{commit}.zip"
    else:
        place = f"-/archive/{commit}/source.zip"
    what = name or found["project"].rpartition("/")[2]
    address = f"https://{found['host']}/{found['project']}/{place}"
    return f"Give the archive of one commit, which has a hash: {what} @ {address}"


def _is_commit(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{40}", text) is not None


def _names_index(option: str) -> bool:
    name, value = _split(option)
    return name in _INDEX_OPTIONS and urlsplit(value).scheme in {"http", "https", "file"}


def _split(option: str) -> tuple[str, str]:
    name, _, value = option.partition("=") if "=" in option.split(" ")[0] else option.partition(" ")
    return name, value.strip()


def index_environment(lines: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """``UV_*`` variables for what the options among ``lines`` say of indexes.

    As pip does it, an index replaces the one of ``known`` (the site's variables), what is extra
    is added. They hold logins where the options do: a lock has none, so an install finds them
    here.
    """
    options = list(_options(lines))
    first = [value for name, value in options if name in ("--index-url", "-i")]
    more = [value for name, value in options if name == _EXTRA]
    links = [value for name, value in options if name in ("--find-links", "-f")]
    found = {
        "UV_DEFAULT_INDEX": first[-1] if first else "",
        "UV_INDEX": " ".join([*known.get("UV_INDEX", "").split(), *more]) if more else "",
        # As pip does, which looks in all indexes for the best; uv stops at the first that knows.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if more else "",
        "UV_FIND_LINKS": ",".join(filter(None, (known.get("UV_FIND_LINKS"), *links)))
        if links
        else "",
    }
    return {name: value for name, value in found.items() if value}


def _options(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for text in lines:
        line = classify_pip_line(text)
        if line.kind == "option":
            yield _split(line.text)
