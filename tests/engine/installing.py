"""Run in a child: what the engine does with packages of a channel, each in a world of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.engine.child import in_child


def install_each(
    channel: Path, worlds: Path, *names: str, together: bool = False
) -> list[dict[str, Any] | None]:
    """Install each package into a prefix and with a cache below ``worlds/<name>``.

    ``together``: all of them into one prefix, of the first one's name. An answer is the error's
    JSON, or None.
    """
    groups = [list(names)] if together else [[name] for name in names]
    answers: list[dict[str, Any] | None] = in_child(
        _install_each, channel.as_uri(), str(worlds), groups, timeout=120
    )
    return answers


def _install_each(url: str, worlds: str, groups: list[list[str]]) -> list[dict[str, Any] | None]:
    return [_install(url, Path(worlds) / names[0], names) for names in groups]


def _install(url: str, world: Path, names: list[str]) -> dict[str, Any] | None:
    from rattler import Subdir

    from jupyter_envs.engine import (
        CacheDirs,
        InstallRequest,
        Solution,
        install,
        open_session,
        read_configuration,
    )
    from jupyter_envs.errors import EnvsError

    home = world / "home"
    home.mkdir(parents=True, exist_ok=True)
    with open_session(
        read_configuration(home=home, system_root=home),
        CacheDirs.under(world / "cache"),
        (url,),
        base=home,
        offline=False,
        home=home,
    ) as (session, _):
        try:
            found = asyncio.run(
                session.gateway.query([url], [Subdir("noarch")], names, recursive=False)
            )
            solution = Solution(tuple(one for records in found for one in records))
            request = InstallRequest(prefix=world / "prefix", requested=tuple(names))
            install(solution, request, session, lambda *_: None)
        except EnvsError as error:
            return {**error.as_dict(), "hint": error.hint}
    return None
