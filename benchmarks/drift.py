"""The three tiers of drift: was anything touched, which packages are there, every byte of them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.measure import Result, compare, timed
from benchmarks.synthetic import multiply
from jupyter_envs.operations import drift_view
from jupyter_envs.store import (
    Expected,
    Store,
    content_verdicts,
    fingerprint,
    get_environment,
    identity_verdicts,
    site_packages,
)

_PACKAGES = 300
#: Tiers without reading files take milliseconds or less.
_MANY = 10


def _large(bench: Bench) -> tuple[Path, list[Expected]]:
    """A prefix with 300 packages: the records and distributions of real ones, again and again."""
    prefix = bench.folder / "drift-300"
    model = (bench.user.envs / bench.demo).resolve()
    return prefix, multiply(model, prefix, _PACKAGES)


def tier_0(bench: Bench) -> Result:
    """The fingerprint of 300 packages."""
    prefix, _ = _large(bench)
    records, site = f"{prefix}/conda-meta", f"{prefix}/{site_packages(prefix)[0]}"

    def calls() -> None:
        """The same files, and nothing done with what is told of them."""
        with os.scandir(records) as entries:
            assert sum(entry.stat().st_size > 0 for entry in entries) >= _PACKAGES
        with os.scandir(site) as entries:
            for entry in entries:
                os.stat(f"{entry.path}/METADATA")  # noqa: PTH116 - nothing but the calls

    return compare(
        "drift-fingerprint-300-ms",
        timed(lambda: fingerprint(prefix)),
        repeat=bench.repeat * _MANY,
        unit="ms",
        against="os.scandir and os.stat of the same files",
        peer=timed(calls),
    )


def tier_1(bench: Bench) -> Result:
    """Which of 300 packages are not those of the lock."""
    prefix, expected = _large(bench)

    def once() -> None:
        assert identity_verdicts(prefix, expected) == ()

    def load() -> None:
        found = [json.loads(p.read_bytes()) for p in (prefix / "conda-meta").glob("*.json")]
        assert len(found) >= _PACKAGES

    return compare(
        "drift-identity-300-ms",
        timed(once),
        repeat=bench.repeat,
        unit="ms",
        against="json.loads of conda's records alone",
        peer=timed(load),
    )


def tier_2(bench: Bench) -> Result:
    """Every byte of an environment for notebooks, 46 packages and 250 MB."""
    prefix = (bench.user.envs / bench.demo).resolve()
    paths = [
        f"{prefix}/{one['_path']}"
        for record in (prefix / "conda-meta").glob("*.json")
        for one in json.loads(record.read_bytes())["paths_data"]["paths"]
    ]

    def once() -> None:
        assert content_verdicts(prefix) == ()

    def digests() -> None:
        for path in paths:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - nothing but reading
                hashlib.sha256(file.read()).hexdigest()

    return compare(
        "drift-content-s",
        timed(once),
        repeat=bench.repeat,
        against="sha256 of the same files by Python",
        peer=timed(digests),
    )


def untouched(bench: Bench) -> Result:
    """What a command pays for each environment that nobody touched."""
    store = Store(bench.user.envs)
    environment = get_environment(store, bench.demo)
    return compare(
        "drift-untouched-ms",
        timed(lambda: drift_view(store, environment)),
        repeat=bench.repeat * _MANY,
        unit="ms",
    )
