"""py-rattler's exceptions, which carry only text, as this program's errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jupyter_envs.errors import (
    BuildFailed,
    ChannelDenied,
    ChannelUnavailable,
    DownloadFailed,
    EnvsError,
    PackageCorrupt,
    PackageUnsafe,
    SolveTimeout,
    Unsatisfiable,
)

from .disk_words import disk_trouble

if TYPE_CHECKING:
    from pathlib import Path

    from .session import Session

_URL = re.compile(r"(?:https?|file|s3|gcs|oci)://[^\s)`'\"]+")
_SUBDIR_FILE = re.compile(r"/(?:noarch|(?:linux|osx|win)-[a-z0-9]+)(?:/.*)?$")
_STATUS = re.compile(r"\b(?:status|error)\W{0,12}(4\d\d|5\d\d)\b|\((4\d\d|5\d\d) [A-Z]")
_PACKAGE = re.compile(r"(?:fetch|link|unpack|install) ([A-Za-z0-9_.][^\s:]*)")

_DAMAGE = (
    "hash mismatch",
    "Data corruption",
    "checksum",
    "Invalid checksum",
    "rust future panicked",
    "invalid Zip",
)
# An archive's member that its reader does not write, and what it says of that.
_MEMBER = re.compile(r"failed to unpack `([^`]+)`")
_REFUSED = ("outside of destination", "escapes the destination", "File name too long")
# What its readers of JSON, MessagePack and zstd say where something else came.
_GARBAGE = re.compile(
    r"Unknown frame descriptor|zstd stream did not finish|at line \d+ column \d+|"
    r"invalid (?:type|value|length|marker)|missing field|expected value|wrong msgpack"
)
# What py-rattler says of a connection that ended too early.
_CUT = ("error sending request", "error reading a body", "connection closed", "end of file before")
# What py-rattler says with cache_action="force-cache-only".
_NOT_CACHED = re.compile(r"the shard for package '([^']+)' is not in the cache|no usable repodata")
_ABSENT = "No such file or directory"
_MISMATCH = re.compile(r"expected ([0-9a-f]{64}), got ([0-9a-f]{64})")
_ERRNO = re.compile(r" \(os error \d+\)$")
_PREFACE = "Cannot solve the request because of: "


def translate(
    error: Exception, session: Session, *, seconds: float = 0, prefix: Path | None = None
) -> EnvsError:
    """The error of ours that ``error`` means; credentials are removed from its text. ``prefix``
    is where packages were being put."""
    if isinstance(error, EnvsError):
        return error
    text = session.redact(str(error))
    kind = type(error).__name__
    places = (session.cache.packages, prefix or session.cache.packages)
    if trouble := disk_trouble(text, *(reversed(places) if "failed to link" in text else places)):
        return trouble
    silence = _silence(text, session)
    if kind == "SolverError":
        return _solver_error(text, session, seconds, silence)
    if kind in {"GatewayError", "FetchRepoDataError"}:
        return _channel_error(text, session, silence)
    return _installer_error(text, session, silence)


def _silence(text: str, session: Session) -> str | None:
    """Why a connection ended too early, where we have ended it."""
    seconds = session.patience.lost
    if seconds is None or not any(sign in text for sign in _CUT):
        return None
    return f"its server fell silent, and nothing came for {seconds:g} seconds"


def _solver_error(text: str, session: Session, seconds: float, silence: str | None) -> EnvsError:
    if "has been cancelled" in text:
        return SolveTimeout(seconds=f"{seconds:g}")
    if _URL.search(text) and "request" in text and "error sending" in text:
        return _channel_error(text, session, silence)
    return Unsatisfiable(reason=text.removeprefix(_PREFACE).strip())


def _channel_error(text: str, session: Session, silence: str | None) -> EnvsError:
    # Not every text names an address; then it is one of those in use.
    channel = channel_in(text) or " or ".join(session.channels) or "in use"
    status = _status(text)
    if status in {"401", "403"}:
        return ChannelDenied(channel=channel, reason=f"HTTP {status}")
    if channel.startswith("file:") and _ABSENT in text:
        return ChannelUnavailable(
            channel=channel,
            reason="there is no such folder with a noarch/repodata.json",
            hint="Check the path; './my-channel' starts from the folder of the file.",
        )
    if found := _NOT_CACHED.search(text):
        what = f"what it has of {found.group(1)!r}" if found.group(1) else "its list of packages"
        return ChannelUnavailable(
            channel=channel,
            reason=f"offline, and {what} is not in the cache",
            hint="Do it once with the network; after that it works offline.",
        )
    if silence is None and status is None and _GARBAGE.search(text):
        return ChannelUnavailable(
            channel=channel,
            reason=f"what it gives is no list of packages ({_cause(text, None)})",
            hint="Try again; if it stays, something else may answer in its place, such as a "
            "network's login page: open the address in a browser.",
        )
    return ChannelUnavailable(channel=channel, reason=silence or _cause(text, status))


def _installer_error(text: str, session: Session, silence: str | None) -> EnvsError:
    found = _PACKAGE.search(text)
    package = found.group(1) if found else "A package"
    member = _MEMBER.search(text)
    if member is not None and any(sign in text for sign in _REFUSED):
        path = member.group(1)
        where = "under a name that is too long" if _REFUSED[-1] in text else "outside of its folder"
        return PackageUnsafe(
            package=package,
            channel=" or ".join(session.channels),
            path=path,
            reason=f"it would write {shortened(path)!r} {where}",
        )
    if any(sign in text for sign in _DAMAGE):
        return PackageCorrupt(package=package, reason=_cause(text, None))
    if "failed to fetch" in text or "error sending request" in text or _status(text):
        return _download_error(package, text, silence)
    return BuildFailed(reason=_cause(text, None))


def _download_error(package: str, text: str, silence: str | None) -> EnvsError:
    status = _status(text)
    reason = silence or _cause(text, status)
    if status in {"401", "403"}:
        hint = "Log in to the channel, or put its token where conda looks for it."
        return DownloadFailed(package=package, reason=reason, hint=hint)
    if status in {"404", "410"}:
        hint = "Try again; if it stays, the channel has it no more: make a new lock."
        return DownloadFailed(package=package, reason=reason, hint=hint)
    return DownloadFailed(package=package, reason=reason)


def channel_in(text: str) -> str | None:
    """The channel an error text speaks of, without file names."""
    found = _URL.search(text)
    return None if found is None else _SUBDIR_FILE.sub("", found.group(0)).rstrip("/")


def _status(text: str) -> str | None:
    found = _STATUS.search(text)
    return None if found is None else found.group(1) or found.group(2)


def shortened(text: str) -> str:
    """A name from a package, not longer than a sentence can be."""
    return text if len(text) <= 100 else f"{text[:100]}..."


def mismatch(expected: str, found: str) -> str:
    """Two hashes that should be the same, short enough for a sentence."""
    return f"its sha256 begins with {found[:12]}, not with {expected[:12]}"


def _meaning(status: str) -> str:
    if status in {"404", "410"}:
        return "there is nothing at that address"
    return "its server failed" if status.startswith("5") else "its server refused"


def _cause(text: str, status: str | None) -> str:
    """The last cause in the chain: it is the one that says what happened."""
    if status:
        return f"{_meaning(status)} (HTTP {status})"
    if hashes := _MISMATCH.search(text):
        return mismatch(*hashes.groups())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1].removeprefix("Caused by:").strip() if lines else "unknown"
    if last == "Invalid checksum":
        return "its content does not match its own checksum"
    return _URL.sub(lambda found: found.group(0).split("?", 1)[0], _ERRNO.sub("", last))
