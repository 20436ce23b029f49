"""Rules about an environment's files and its kernels: layer *static*."""

from __future__ import annotations

import os
from collections.abc import Iterator

from jupyter_envs.doctor.facts import Env, Facts, Kernelspec
from jupyter_envs.store import MAX_PREFIX_BYTES

from .about import conda
from .book import Book, Found, found

book = Book("static")


def _first(facts: Facts, name: str) -> Kernelspec | None:
    """The kernel that Jupyter takes for a name."""
    return next((one for one in facts.kernels.specs if one.name == name), None)


def _own(env: Env | None) -> Env | None:
    """An environment of ours that has kernels."""
    return env if env and env.managed and not env.archived else None


@book.rule(
    "note",
    blocking=True,
    message="{environment} is archived: its file and its lock are kept, nothing is installed.",
    fix="Recreate it when you need it: its packages come back as they were.",
)
def environment_archived(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env and env.archived:
        yield found((env.prefix, "archive"), environment=env.name)


@book.rule(
    "error",
    blocking=True,
    message="The files of {environment} are gone: {prefix} is not there.",
    fix="Build it anew from its lock, or remove it.",
    action="repair",
)
def environment_gone(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env and not env.exists and not env.archived:
        yield found((env.prefix, "not there"), environment=env.name, prefix=env.prefix,
                    subject=env.slug)  # fmt: skip


@book.rule(
    "error",
    message="Python is a package of {environment}, but its program is gone.",
    fix="Build it anew from its lock.",
    action="repair",
)
def python_gone(facts: Facts) -> Iterator[Found]:
    env = facts.env
    if env and not env.python and conda(env, "python"):
        yield found((f"{env.prefix}/bin/python", "not there"), environment=env.name,
                    subject=env.slug)  # fmt: skip


@book.rule(
    "error",
    message="The kernels of {environment} cannot start: their start script is gone.",
    fix="Build it anew from its lock.",
    action="repair",
)
def start_gone(facts: Facts) -> Iterator[Found]:
    env = _own(facts.env)
    if env and env.exists and not env.shim:
        path = f"{env.prefix}/conda-meta/jupyter-envs/start"
        yield found((path, "not there, or not executable"), environment=env.name, subject=env.slug)


@book.rule(
    "error",
    message="The path of {environment} has {bytes} bytes. Packages hold paths of {limit} bytes at"
    " most: programs with a longer one do not start.",
    fix="Make it again under a shorter name, or in a folder with a shorter path.",
)
def prefix_too_long(facts: Facts) -> Iterator[Found]:
    env = facts.env
    length = len(os.fsencode(env.prefix)) if env else 0
    if env and length > MAX_PREFIX_BYTES:
        seen = (f"length of {env.prefix}", length)
        yield found(seen, environment=env.name, bytes=length, limit=MAX_PREFIX_BYTES)


@book.rule(
    "error",
    message="The kernel {kernel} of {environment} is not registered: Jupyter does not offer it.",
    fix="Register it again.",
    action="register-kernel",
)
def kernel_missing(facts: Facts) -> Iterator[Found]:
    env = _own(facts.env)
    known = {one.name for one in facts.kernels.specs}
    for name in env.kernels if env else ():
        if env and name not in known:
            seen = ("jupyter kernelspec list", f"no {name}")
            yield found(seen, kernel=name, environment=env.name, subject=env.slug)


@book.rule(
    "warning",
    message="Another kernel is called {kernel}, too, and comes first: a notebook on that kernel"
    " does not run in {environment}.",
    fix="Remove or rename the other one: {file}",
)
def kernel_shadowed(facts: Facts) -> Iterator[Found]:
    env = _own(facts.env)
    for name in env.kernels if env else ():
        first = _first(facts, name)
        if env and first and not first.ours and first.missing is None:
            own = next((s.file for s in facts.kernels.specs if s.name == name and s.ours), "none")
            seen = ("first", first.file), ("ours", own)
            yield found(*seen, kernel=name, environment=env.name, file=first.file)


@book.rule(
    "warning",
    message="The kernel {kernel} starts an earlier generation of {environment}, not the current"
    " one.",
    fix="Register it again.",
    action="register-kernel",
)
def kernel_earlier(facts: Facts) -> Iterator[Found]:
    env = _own(facts.env)
    for name in env.kernels if env else ():
        spec = _first(facts, name)
        if env and spec and spec.ours and spec.prefix not in (None, env.prefix):
            seen = (spec.file, spec.prefix)
            yield found(seen, kernel=name, environment=env.name, subject=env.slug)


@book.rule(
    "warning",
    message="The kernel {kernel} cannot start: {missing} is gone.",
    fix="Take it off the list: 'jupyter kernelspec remove {kernel}'.",
)
def kernel_gone(facts: Facts) -> Iterator[Found]:
    for spec in facts.kernels.specs:
        if spec.missing is not None:
            yield found((spec.file, spec.missing), kernel=spec.name, missing=spec.missing)


@book.rule(
    "warning",
    message="The kernel {kernel} is not offered, since its kernel.json cannot be read: {reason}",
    fix="Correct {file}, or remove it.",
)
def kernel_unreadable(facts: Facts) -> Iterator[Found]:
    for spec in facts.kernels.specs:
        if spec.broken is not None:
            yield found((spec.file, spec.broken), kernel=spec.name, reason=spec.broken,
                        file=spec.file)  # fmt: skip


@book.rule(
    "note",
    message="nb_conda_kernels is installed in this server. For kernels of the same name its list"
    " wins, and starts the environment without our start script.",
    fix="Nothing has to be done. Remove nb_conda_kernels where starts are to be recorded.",
)
def nb_conda_kernels_first(facts: Facts) -> Iterator[Found]:
    if facts.kernels.nb_conda_kernels and _own(facts.env) and facts.env and facts.env.kernels:
        yield found(("nb_conda_kernels", "installed beside this server"))
