"""Repairs: for each finding that can be put right in the text, the changes that do it."""

from __future__ import annotations

from .attach import with_fixes

__all__ = ["with_fixes"]
