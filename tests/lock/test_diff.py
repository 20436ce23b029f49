"""Differences between locks."""

from __future__ import annotations

import msgspec
import pytest

from jupyter_envs.errors import PlatformNotLocked
from jupyter_envs.lock import diff

from .sample import conda, demo, lock, pip, sha256


def test_added_removed_changed_and_kept() -> None:
    before = lock(conda("a"), conda("b", "1.0"), conda("c", build="h1_0"), pip("x"), conda("same"))
    after = lock(conda("b", "2.0"), conda("c", build="h1_1"), conda("same"), conda("x"), pip("y"))
    changes = diff(before, after, "linux-64")
    assert [(p.manager, p.name) for p in changes.added] == [("conda", "x"), ("pip", "y")]
    assert [(p.manager, p.name) for p in changes.removed] == [("conda", "a"), ("pip", "x")]
    assert [
        (c.name, c.before.version, c.after.version, c.before.build, c.after.build)
        for c in changes.changed
    ] == [("b", "1.0", "2.0", "h1234567_0", "h1234567_0"), ("c", "1.0.0", "1.0.0", "h1_0", "h1_1")]
    assert changes.kept == 1
    assert changes.added or changes.removed or changes.changed


def test_another_file_of_the_same_build_is_a_change() -> None:
    package = conda("numpy")
    rebuilt = msgspec.structs.replace(package, sha256=sha256("other bytes"))
    (change,) = diff(lock(package), lock(rebuilt), "linux-64").changed
    assert change.before.version == change.after.version
    assert change.before.sha256 != change.after.sha256


def test_a_mirror_is_no_change() -> None:
    before, after = lock(conda("a")), lock(conda("a", channel="https://mirror.example.org/c"))
    found = diff(before, after, "linux-64")
    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_another_spelling_of_a_pip_name_is_the_same_package() -> None:
    (change,) = diff(lock(pip("Foo.Bar", "1.0")), lock(pip("foo-bar", "2.0")), "linux-64").changed
    assert (change.before.version, change.after.version) == ("1.0", "2.0")


def test_without_a_lock_before_everything_is_added() -> None:
    assert len(diff(None, demo(), "linux-64").added) == 7
    assert len(diff(lock(conda("a")), demo(), "osx-arm64").added) == 1


def test_a_platform_the_lock_is_not_for() -> None:
    with pytest.raises(PlatformNotLocked):
        diff(None, demo(), "win-64")
