"""The places where conda, anaconda-client and rattler keep logins."""

from __future__ import annotations

import json
import netrc
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import msgspec

from .redaction import Login


class LoginProblem(msgspec.Struct, frozen=True):
    """A login that is configured but cannot be used, and why."""

    where: str
    reason: str


class Store(msgspec.Struct, frozen=True):
    """Logins by host in rattler's own JSON form, strongest store first."""

    entries: dict[str, Any] = {}
    problems: tuple[LoginProblem, ...] = ()

    def __repr__(self) -> str:
        return f"Store(hosts={sorted(self.entries)})"


def anaconda_tokens(environ: Mapping[str, str], home: Path) -> tuple[Login, ...]:
    """Tokens that ``anaconda login`` saved: one file per server, named after its URL.

    conda uses a token of ``https://api.anaconda.org`` for ``https://conda.anaconda.org``.
    """
    found: dict[str, Login] = {}
    for folder in _token_folders(environ, home):
        for file in _token_files(folder):
            server = unquote_plus(file.name.removesuffix(".token")).rstrip("/")
            token = _read(file).strip()
            if not token or "://" not in server:
                continue
            for url in (re.sub(r"([./])api([./]|$)", r"\1conda\2", server, count=1), server):
                login = Login(url=url, kind="token", secret=token, token_base=url, source=str(file))
                found.setdefault(url, login)
    return tuple(found.values())


def _token_folders(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Where conda's ``gateways/anaconda_client.py`` and anaconda-client look, old and new."""
    if folder := environ.get("BINSTAR_CONFIG_DIR"):
        yield Path(folder) / "data"
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "binstar"
    yield Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "binstar"
    yield home / "Library" / "Application Support" / "binstar"
    yield home / ".continuum" / "anaconda-client" / "tokens"


def _token_files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.token"))
    except OSError:
        return []


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def rattler_store(environ: Mapping[str, str], home: Path) -> Store:
    """What ``RATTLER_AUTH_FILE`` and ``~/.rattler/credentials.json`` hold, as they hold it."""
    files = [home / ".rattler" / "credentials.json"]
    if named := environ.get("RATTLER_AUTH_FILE"):
        files.insert(0, Path(named))
    entries: dict[str, Any] = {}
    problems = []
    for file in files:
        text = _read(file)
        if not text.strip():
            continue
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            problems.append(LoginProblem(str(file), "it is not a JSON object"))
            continue
        for host, entry in content.items():
            entries.setdefault(str(host), entry)
    return Store(entries, tuple(problems))


def netrc_store(environ: Mapping[str, str], home: Path) -> Store:
    """Logins of ``$NETRC`` or ``~/.netrc``; its ``default`` entry is left out.

    A login for every host there is would be handed to any channel a file names.
    """
    named = environ.get("NETRC")
    file = Path(named) if named else home / ".netrc"
    if not file.is_file():
        return Store()
    try:
        hosts = netrc.netrc(str(file)).hosts
    except netrc.NetrcParseError as error:
        reason = f"line {error.lineno} is not understood"
        return Store(problems=(LoginProblem(str(file), reason),))
    except (OSError, UnicodeDecodeError):
        return Store(problems=(LoginProblem(str(file), "it cannot be read"),))
    return Store(
        {
            host: {"BasicHTTP": {"username": login or account or "", "password": password or ""}}
            for host, (login, account, password) in hosts.items()
            if host != "default"
        }
    )


def host_of(url: str) -> str:
    """Host of a URL without port, in lower case; empty for a file URL."""
    return (urlsplit(url).hostname or "").lower()
