"""Reading a large store, in this process: what the server's threads do."""

from __future__ import annotations

import os

from benchmarks.bench import ENVIRONMENTS, OPERATIONS, Bench
from benchmarks.measure import Result, compare, timed
from jupyter_envs.operations import StoreWatch, view
from jupyter_envs.store import Store, list_environments, site_packages

#: One look takes a millisecond or so.
_LOOKS = 20


def read_many(bench: Bench) -> Result:
    """Reading 100 environments and making what is told of them, with nothing remembered."""
    store = Store(bench.crowd.envs)

    def once() -> None:
        assert len([view(store, found) for found in list_environments(store)]) == ENVIRONMENTS

    return compare("read-100-ms", timed(once), repeat=bench.repeat, unit="ms")


def look(bench: Bench) -> Result:
    """What the server does four times a second while somebody looks, and nothing happens."""
    store = Store(bench.crowd.envs)
    root, hidden, journals = map(os.fspath, (store.root, store.hidden, store.operations))
    watch = StoreWatch(store)
    places = {
        one.slug: [f"{one.prefix}/{place}" for place in ("conda-meta", *site_packages(one.prefix))]
        for one in list_environments(store)
    }

    def once() -> None:
        assert not watch.look()

    def calls() -> None:
        """A link, a file and four folders of each environment, a journal of each operation."""
        for name in os.listdir(root):
            if not name.startswith("."):
                for path in (f"{hidden}/{name}/drift/1.json", *places[name]):
                    os.stat(path)  # noqa: PTH116
                os.readlink(f"{root}/{name}")
                os.stat(f"{hidden}/{name}")  # noqa: PTH116 - nothing but the calls
                os.stat(f"{root}/{name}/conda-meta/jupyter-envs")  # noqa: PTH116
        with os.scandir(journals) as entries:
            assert sum(entry.stat().st_size > 0 for entry in entries) == OPERATIONS

    return compare(
        "store-look-ms",
        timed(once),
        repeat=bench.repeat * _LOOKS,
        unit="ms",
        against="the calls of the system for it",
        peer=timed(calls),
    )
