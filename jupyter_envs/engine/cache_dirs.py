"""Where the engine keeps what it downloads."""

from __future__ import annotations

from pathlib import Path

import msgspec


class CacheDirs(msgspec.Struct, frozen=True):
    """Where downloads are kept; ``packages`` must be on the file system of the environments."""

    packages: Path
    repodata: Path
    uv: Path
    bytecode: Path

    @classmethod
    def under(cls, root: Path) -> CacheDirs:
        """The usual layout below one cache folder."""
        return cls(root / "pkgs", root / "repodata", root / "uv", root / "pyc")
