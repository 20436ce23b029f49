"""Run in a child: what the engine does with packages of a channel, each in a world of its own.

It goes the whole way that a build goes: list of packages, solve, lock, install.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.engine.child import in_child

_CHILDREN = 5

Answer = dict[str, Any] | None
"""The error as JSON, with its hint; None for an install that ended well."""


def install_each(
    channel: Path, worlds: Path, *names: str, together: bool = False
) -> list[dict[str, Any] | None]:
    """Install each package into a prefix and with a cache below ``worlds/<name>``.

    ``together``: all of them into one prefix, of the first one's name.
    """
    groups = [list(names)] if together else [[name] for name in names]
    tries = [(channel.as_uri(), group[0], group) for group in groups]
    answers: list[Answer] = in_child(_try_all, tries, str(worlds), {}, timeout=120)
    return answers


def install_from(
    channels: Mapping[str, str], worlds: Path, name: str, **settings: Any
) -> dict[str, Answer]:
    """Install one package from each channel into ``worlds/<key>``, with conda's ``settings``."""
    tries = [(url, key, [name]) for key, url in channels.items()]
    # Most of the time nothing is done but waiting.
    parts = [tries[start::_CHILDREN] for start in range(_CHILDREN)]
    with ThreadPoolExecutor(_CHILDREN) as pool:
        done = pool.map(lambda part: in_child(_try_all, part, str(worlds), settings), parts)
        found = [zip(part, answers, strict=True) for part, answers in zip(parts, done, strict=True)]
    return {one[1]: answer for pairs in found for one, answer in pairs}


def _try_all(
    tries: list[tuple[str, str, list[str]]], worlds: str, settings: dict[str, Any]
) -> list[Answer]:
    return [install_here(url, Path(worlds) / key, names, settings) for url, key, names in tries]


def install_here(
    url: str,
    world: Path,
    names: list[str],
    settings: dict[str, Any],
    progress: Callable[..., None] = lambda *_: None,
) -> Answer:
    """In this process, which may not end in the ordinary way after it."""
    from jupyter_envs.engine import (
        CacheDirs,
        InstallRequest,
        SolveRequest,
        detect_target,
        install,
        load_metadata,
        locked_packages,
        open_session,
        prepare,
        read_configuration,
        solve,
    )
    from jupyter_envs.errors import EnvsError

    home = world / "home"
    home.mkdir(parents=True, exist_ok=True)
    (home / ".condarc").write_text(json.dumps(settings), "utf-8")
    target = detect_target()
    with open_session(
        read_configuration(home=home, system_root=home),
        CacheDirs.under(world / "cache"),
        (url,),
        base=home,
        offline=False,
        home=home,
    ) as (session, resolution):
        asked = SolveRequest(
            dependencies=tuple(names), resolution=resolution, target=target, priority="strict"
        )
        try:
            question = prepare(asked, session)
            load_metadata(question, session)
            solution = solve(asked, question, session)
            locked_packages(solution, target.platform)
            request = InstallRequest(prefix=world / "prefix", requested=tuple(names))
            install(solution, request, session, progress)
        except EnvsError as error:
            return {**error.as_dict(), "hint": error.hint}
    return None
