"""Who acts."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """The account that this process runs under, as the ledger and journals name it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
