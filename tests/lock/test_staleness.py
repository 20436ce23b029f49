"""Locks and the specs they were made from."""

from __future__ import annotations

import hashlib

from jupyter_envs.lock import content_hash, inputs_hash, matches_input, with_input

from .sample import demo

_SPEC = {
    "spec_dependencies": ["python =3.12", "numpy"],
    "channels": ["conda-forge", "bioconda"],
    "platform": "linux-64",
    "virtual_packages": ["__cuda=12.4", "__glibc=2.36"],
}


def _hash(**changes: object) -> str:
    return content_hash(**{**_SPEC, **changes})  # type: ignore[arg-type]  # values of many types


def test_a_lock_knows_its_input() -> None:
    made = with_input(demo(), "environment.yml", b"name: demo\n")
    assert made.inputs["environment.yml"] == inputs_hash(b"name: demo\n")
    assert inputs_hash(b"x") == hashlib.sha256(b"x").hexdigest()
    assert matches_input(made, "environment.yml", b"name: demo\n") is True
    assert matches_input(made, "environment.yml", b"name: demo \n") is False
    assert matches_input(made, "other.yml", b"") is None


def test_order_and_blanks_of_dependencies_do_not_count() -> None:
    assert _hash(spec_dependencies=["numpy ", "python  =3.12", "numpy"]) == _hash()
    assert _hash(virtual_packages=["__glibc=2.36", "__cuda=12.4"]) == _hash()


def test_everything_a_solve_depends_on_counts() -> None:
    others = [
        _hash(),
        _hash(spec_dependencies=["python =3.12", "numpy =2"]),
        _hash(spec_dependencies=["python =3.12"], pip=["numpy"]),
        _hash(channels=["bioconda", "conda-forge"]),
        _hash(platform="linux-aarch64"),
        _hash(virtual_packages=["__glibc=2.36"]),
    ]
    assert len(set(others)) == len(others)


def test_the_hash_never_changes_between_releases() -> None:
    # Computed by hand: sha256sum over the canonical JSON. Locks on disk hold such values.
    text = b'{"channels":["c"],"dependencies":["a"],"pip":[],"platform":"p","virtual_packages":[]}'
    assert content_hash(["a"], ["c"], "p", []) == hashlib.sha256(text).hexdigest()
