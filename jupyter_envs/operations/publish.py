"""Making a generation the current one, and everything that follows from that.

After the symlink all steps are derived from it, so that :func:`publish_tail` may be repeated by
anyone, at any time, after any crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from jupyter_envs.errors import EnvsError, StoreReadOnly
from jupyter_envs.kernels import (
    install_kernelspec,
    installed_kernels,
    kernels_of,
    published_kernels,
    remove_kernelspec,
)
from jupyter_envs.ledger import Ledger
from jupyter_envs.store import (
    Environment,
    GenerationFiles,
    Store,
    forget_environment,
    get_managed,
    make_current,
    read_environment,
    read_kept,
    register_environment,
    revocable,
)

from .settings import Settings


def publish(
    store: Store,
    slug: str,
    number: int,
    settings: Settings,
    ledger: Ledger,
    *,
    note: Callable[..., None] = lambda code, **params: None,
) -> Environment:
    """Swap the symlink, then bring kernels and registers in line with it.

    From the swap on the generation is the current one: where a file that follows from it cannot
    be written, ``note`` is told, and reconcile tries again.
    """
    ledger.expect_starts()
    make_current(store, slug, number)
    environment = get_managed(store, slug)
    try:
        publish_tail(store, environment, settings, installed_kernels(settings.kernels_dir))
    except StoreReadOnly as error:
        note("not_registered", name=environment.name, reason=error.message)
    keep_lock(environment, ledger)
    return environment


@contextmanager
def undone_on_failure(store: Store, slug: str, settings: Settings) -> Iterator[None]:
    """Publish and record inside: where a disk takes the kernel, the register or the ledger's line
    no more, everything is as it was before, and the same can be done again."""
    try:
        with revocable(store, slug):
            yield
    except BaseException:
        # What cannot be brought in line now, reconcile brings in line later.
        with suppress(OSError, EnvsError):
            environment = read_environment(store, slug)
            if environment is None or not environment.managed or environment.archived:
                withdraw(store, slug, settings)
            else:
                publish_tail(store, environment, settings, installed_kernels(settings.kernels_dir))
        raise


def publish_tail(
    store: Store,
    environment: Environment,
    settings: Settings,
    installed: Mapping[str, dict[str, Any]],
) -> bool:
    """Kernels and environments.txt as the current generation wants them; idempotent.

    ``installed`` are the user's kernels as they are now, to be read once for many. Returns
    whether something had to be changed.
    """
    wanted = published_kernels(environment)
    present = set(kernels_of(installed, store.folder(environment.slug)))
    changed = False
    for name, (offer, content) in wanted.items():
        changed |= install_kernelspec(settings.kernels_dir, name, offer, content)
    for name in sorted(present - set(wanted)):
        remove_kernelspec(settings.kernels_dir, name)
        changed = True
    return register_environment(settings.environments_txt, environment.path) or changed


def withdraw(store: Store, slug: str, settings: Settings) -> None:
    """Take away the kernels and the line in conda's register of an environment whose symlink is
    gone; idempotent. A register that cannot be written keeps its line: conda passes it over."""
    withdraw_kernels(store, slug, settings)
    with suppress(StoreReadOnly):
        forget_environment(settings.environments_txt, store.link(slug))


def withdraw_kernels(store: Store, slug: str, settings: Settings) -> None:
    """Take away the kernels alone, where the line in conda's register is another tool's."""
    for name in kernels_of(installed_kernels(settings.kernels_dir), store.folder(slug)):
        remove_kernelspec(settings.kernels_dir, name)


def keep_lock(environment: Environment, ledger: Ledger) -> None:
    """Keep the lock by its digest, for when the environment is gone."""
    if environment.info is not None:
        lock = read_kept(GenerationFiles(environment.prefix).lock)
        ledger.keep_lock(environment.info.lock_digest, lock)
