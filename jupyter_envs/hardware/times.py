"""Moments as they are told."""

from __future__ import annotations

from datetime import datetime, timezone


def iso_time(seconds: float | None) -> str | None:
    """Seconds since the epoch as ISO 8601, in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
