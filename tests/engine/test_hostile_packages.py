"""Packages that reach for what is not theirs: nothing is written outside of their prefix."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.engine.installing import install_each
from tests.support.channel.hostile import (
    Hostile,
    Member,
    honest_path,
    write_hostile,
    write_repodata,
)

FINE = Member("share/fine", b"fine")
PROGRAM = Member("bin/program", b"#!/bin/sh\n", mode=0o6755)
FAR = "../" * 12


def claim(path: str, data: bytes = b"x", **more: Any) -> dict[str, Any]:
    """An entry of ``info/paths.json`` for what need not be there."""
    return {**honest_path(Member(path, data)), **more}


def claims(name: str, path: str, data: bytes = b"x", **more: Any) -> Hostile:
    """An honest archive, and a list of files that has one more."""
    paths = (honest_path(FINE), claim(path, data, **more))
    return Hostile(name=name, members=(FINE,), paths=paths)


def with_entry_point(name: str, line: str) -> Hostile:
    link = {"type": "python", "entry_points": [line]}
    return Hostile(name=name, members=(FINE,), noarch="python", link=link)


def with_placeholder(name: str, placeholder: str) -> Hostile:
    data = b"aaaa"
    path = claim("share/p", data, file_mode="text", prefix_placeholder=placeholder)
    return Hostile(name=name, members=(Member("share/p", data),), paths=(path,))


def refused(victim: Path) -> dict[str, Hostile]:
    """Each is refused, with what its name makes plain in the message."""
    out = Member("share/link", kind="symlink", target=str(victim.parent))
    return {
        # What the archive itself has. py-rattler does not unpack it; then its list is a lie.
        "'../../escaped'": Hostile(name="up", members=(Member("../../escaped", b"x"), FINE)),
        "outside/absolute'": Hostile(
            name="absolute", members=(Member(str(victim.with_name("absolute")), b"x"),)
        ),
        "'share/link/new'": Hostile(name="through", members=(out, Member("share/link/new", b"x"))),
        "'share/hard'": Hostile(
            name="hard", members=(Member("share/hard", kind="hardlink", target=f"{FAR}etc/passwd"),)
        ),
        "too long": Hostile(name="long", members=(Member("share/" + "n" * 300, b"x"),)),
        # What its list of files says.
        "'../../escaped-list'": claims("list-up", "../../escaped-list"),
        "'share/../../../escaped'": claims("list-across", "share/../../../escaped", b"fine"),
        # In the cache this leads back to a file that is there: only the ".." tells it.
        "'../list-back-1.0-0/share/fine', outside": claims(
            "list-back", "../list-back-1.0-0/share/fine", b"fine"
        ),
        "'/etc/": claims("list-absolute", f"/etc/{victim.name}", b"safe"),
        "'share/gone'": claims("list-gone", "share/gone"),
        "'share/x\\x00y'": claims("list-nul", "share/x\0y"),
        "'../../folder'": claims("list-folder", "../../folder", path_type="directory"),
        "'share/through/victim'": Hostile(
            name="list-through",
            members=(Member("share/through", kind="symlink", target=str(victim.parent)), FINE),
            paths=(claim("share/through/victim", b"safe"),),
        ),
        # What is not for packages.
        "'conda-meta/history'": Hostile(
            name="history", members=(Member("conda-meta/history", b"x"),)
        ),
        "'conda-meta/jupyter-envs/start'": Hostile(
            name="start", members=(Member("conda-meta/jupyter-envs/start", b"x", mode=0o755),)
        ),
        "'conda-meta/other-1.0-0.json'": Hostile(
            name="record", members=(Member("conda-meta/other-1.0-0.json", b"{}"),)
        ),
        "'Conda-Meta/x'": Hostile(name="meta-twin", members=(Member("Conda-Meta/x", b"x"),)),
        # What it says of itself.
        "it itself other-9-0": Hostile(
            name="liar", members=(FINE,), index={"name": "other", "version": "9"}
        ),
        "of the name '../../command'": with_entry_point("command", "../../command = m:f"),
        "'site-packages/../../../module'": Hostile(
            name="module", members=(Member("site-packages/../../../module", b""),), noarch="python"
        ),
        "it has '' replaced": with_placeholder("empty", ""),
        "it has 'a' replaced": with_placeholder("tiny", "a"),
        # py-rattler passes over an exception while it is told of a package.
        "it cannot be looked at": Hostile(
            name="odd-list",
            members=(FINE,),
            info=(Member("info/paths.json", kind="dir"),),
            old=True,
        ),
        "info/paths.json cannot be read": Hostile(
            name="no-list", members=(FINE,), info=(Member("info/paths.json", b"[NaN"),)
        ),
    }


ACCEPTED = (
    Hostile(name="honest", members=(FINE,)),
    # Honest packages have links that lead nowhere, and pins are given out as packages.
    Hostile(name="dangling", members=(Member("share/l", kind="symlink", target="/nowhere"), FINE)),
    Hostile(name="pins", members=(Member("conda-meta/pinned", b"numpy <2\n"),)),
    # py-rattler makes plain, empty files of these, and takes setuid away.
    Hostile(name="device", members=(Member("share/d", kind="device"), FINE)),
    Hostile(name="fifo", members=(Member("share/f", kind="fifo"), FINE)),
    Hostile(name="setuid", members=(PROGRAM,)),
    # Not in the list, and so not installed.
    Hostile(name="bytes", members=(Member("share/\udcff", b"x"), FINE), paths=(honest_path(FINE),)),
    Hostile(name="twins", members=(Member("share/A", b"1"), Member("share/a", b"2"))),
    # As it was before there was a paths.json.
    Hostile(name="old", members=(FINE,), info=(Member("info/files", b"share/fine\n"),), old=True),
)


@pytest.fixture(scope="module", params=[".conda", ".tar.bz2"])
def tried(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """All of them installed, each into a prefix of its own: the folder, and what came of it."""
    folder = tmp_path_factory.mktemp("hostile")
    victim = folder / "outside" / "victim"
    victim.parent.mkdir()
    victim.write_bytes(b"safe")
    before = set(os.listdir(folder.parent))
    packages = (*refused(victim).values(), *ACCEPTED)
    for package in packages:
        write_hostile(package, folder / "channel", suffix=request.param)
    write_repodata(folder / "channel", packages)
    names = [package.name for package in packages]
    answers = install_each(folder / "channel", folder / "worlds", *names)
    assert set(os.listdir(folder.parent)) == before
    return folder, dict(zip(names, answers, strict=True))


def test_each_is_refused_by_name_and_path(tried: tuple[Path, dict[str, Any]]) -> None:
    folder, answers = tried
    for sign, package in refused(folder / "outside" / "victim").items():
        error = answers[package.name]
        assert error is not None, package.name
        assert error["code"] == "package_unsafe", (package.name, error)
        assert error["params"]["package"].startswith(f"{package.name}-1.0-0.")
        assert error["params"]["channel"].endswith("/channel")
        assert sign in error["message"], (package.name, error["message"])


def test_nothing_is_outside_of_a_prefix_or_a_cache(tried: tuple[Path, dict[str, Any]]) -> None:
    folder, answers = tried
    assert (folder / "outside" / "victim").read_bytes() == b"safe"
    assert os.listdir(folder / "outside") == ["victim"]
    assert sorted(os.listdir(folder)) == ["channel", "outside", "worlds"]
    assert sorted(os.listdir(folder / "worlds")) == sorted(answers)
    for world in (folder / "worlds").iterdir():
        assert set(os.listdir(world)) <= {"cache", "home", "prefix"}, world
        assert set(os.listdir(world / "cache")) == {"pkgs", "pyc", "repodata", "uv"}, world
        stem = f"{world.name}-1.0-0"
        allowed = {stem, f"{stem}.lock", f"{stem}.seen", ".cache.lock"}
        assert set(os.listdir(world / "cache" / "pkgs")) <= allowed, world


def test_what_is_refused_leaves_no_file_in_its_prefix(tried: tuple[Path, dict[str, Any]]) -> None:
    folder, answers = tried
    for name in (name for name, error in answers.items() if error is not None):
        found = (folder / "worlds" / name / "prefix").rglob("*")
        files = {path.name for path in found if path.is_symlink() or not path.is_dir()}
        assert files <= {"CACHEDIR.TAG", "history"}, (name, files)
        assert not (folder / "worlds" / name / "cache" / "pkgs" / f"{name}-1.0-0").exists()


def test_what_is_only_odd_is_installed_and_harmless(tried: tuple[Path, dict[str, Any]]) -> None:
    folder, answers = tried
    assert [p.name for p in ACCEPTED if answers[p.name] is not None] == []
    worlds = folder / "worlds"
    assert (worlds / "honest" / "prefix" / "share" / "fine").read_bytes() == b"fine"
    assert (worlds / "dangling" / "prefix" / "share" / "l").is_symlink()
    assert (worlds / "twins" / "prefix" / "share" / "a").read_bytes() == b"2"
    for name in ("device/prefix/share/d", "fifo/prefix/share/f"):
        assert (worlds / name).is_file()
        assert (worlds / name).stat().st_size == 0
    assert (worlds / "setuid" / "prefix" / "bin" / "program").stat().st_mode & 0o7777 == 0o755


# -- two that are only together a danger -----------------------------------------------------------


def pair(name: str, *links: tuple[str, str], path: str) -> tuple[Hostile, Hostile]:
    made = tuple(Member(place, kind="symlink", target=to) for place, to in links)
    return (
        Hostile(name=f"{name}-link", members=(*made, FINE)),
        Hostile(name=f"{name}-file", members=(Member(path, b"mine"),)),
    )


def test_no_package_writes_through_the_link_of_another(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    pairs = [
        pair("far", ("share/l", str(outside)), path="share/l/written"),
        pair("near", ("share/l", "../../../../outside"), path="share/l/deep/written"),
        pair("inside", ("lib64", "lib"), path="lib64/written"),
    ]
    # Each link by itself stays inside; the second one lies elsewhere than its path says.
    first = Hostile(name="chain-a", members=(Member("share/a", kind="symlink", target="."),))
    second = Hostile(
        name="chain-b", members=(Member("share/a/b", kind="symlink", target="../.."), PROGRAM)
    )
    third = Hostile(name="chain-c", members=(Member("share/a/b/outside/written", b"mine"),))
    chain = (first, second, third)
    groups = [*pairs, chain]
    everyone = [package for group in groups for package in group]
    for package in everyone:
        write_hostile(package, tmp_path / "channel")
    write_repodata(tmp_path / "channel", everyone)

    answers = []
    for group in groups:
        names = [package.name for package in group]
        answers += install_each(tmp_path / "channel", tmp_path / "worlds", *names, together=True)

    assert os.listdir(outside) == []
    far, near, inside, chained = answers
    for error in (far, near):
        assert error is not None
        assert error["code"] == "package_unsafe"
        assert "through the link 'share/l'" in error["message"]
    assert chained is not None
    assert chained["code"] == "package_unsafe"
    assert inside is None or inside["code"] != "package_unsafe"


# -- looked at once --------------------------------------------------------------------------------


def test_a_package_is_looked_at_again_when_its_archive_is_another(tmp_path: Path) -> None:
    honest = Hostile(name="one", members=(FINE,))
    write_hostile(honest, tmp_path / "channel")
    write_repodata(tmp_path / "channel", [honest])
    assert install_each(tmp_path / "channel", tmp_path / "worlds", "one") == [None]
    seen = tmp_path / "worlds" / "one" / "cache" / "pkgs" / "one-1.0-0.seen"
    first = json.loads(seen.read_bytes())["sha256"]

    changed = claims("one", "../../escaped")
    write_hostile(changed, tmp_path / "other")
    write_repodata(tmp_path / "other", [changed])
    [error] = install_each(tmp_path / "other", tmp_path / "worlds", "one")

    assert error is not None
    assert error["code"] == "package_unsafe"
    assert first
    assert not seen.exists()
    # And the honest one is there again when it is asked for.
    assert install_each(tmp_path / "channel", tmp_path / "worlds", "one") == [None]


def test_the_channel_does_not_say_where_python_has_its_packages(tmp_path: Path) -> None:
    python = Hostile(name="python", members=(FINE,))
    write_hostile(python, tmp_path / "channel")
    write_repodata(tmp_path / "channel", [python], python_site_packages_path="../../elsewhere")
    [error] = install_each(tmp_path / "channel", tmp_path / "worlds", "python")
    assert error is not None
    assert error["code"] == "package_unsafe"
    assert "'../../elsewhere'" in error["message"]
