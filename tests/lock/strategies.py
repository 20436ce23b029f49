"""Hypothesis strategies: any lock that may exist."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from jupyter_envs.lock import Lock, LockedPackage, commit_address

from .sample import FORGE, WHEELS

_HEX = "0123456789abcdef"
PLATFORMS = ("linux-64", "linux-aarch64", "osx-arm64")

# Names that YAML readers turn into booleans, nulls and numbers, beside ordinary ones.
names = st.one_of(
    st.sampled_from(["y", "no", "on", "null", "true", "1e3", "0x10", "python", "_libgcc_mutex"]),
    st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,5}){0,2}", fullmatch=True),
)
versions = st.one_of(
    st.sampled_from(["1.10", "3", "2024", "1e10", "0x1c", "1_000", "0b101", "2025.10.5", "1!2.0"]),
    st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,3}){0,3}([a-z][0-9]{0,2})?", fullmatch=True),
)
builds = st.from_regex(r"[a-z0-9]{1,8}(_[a-z0-9]{1,4}){0,2}", fullmatch=True)
printable = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "), max_size=20
)


def digests(size: int) -> st.SearchStrategy[str]:
    return st.text(_HEX, min_size=size, max_size=size)


@st.composite
def conda_packages(draw: st.DrawFn) -> LockedPackage:
    name, version, build = draw(names), draw(versions), draw(builds)
    platform = draw(st.sampled_from(PLATFORMS))
    suffix = draw(st.sampled_from([".conda", ".tar.bz2"]))
    return LockedPackage(
        name=name,
        version=version,
        manager="conda",
        platform=platform,
        url=f"{FORGE}/{platform}/{name}-{version}-{build}{suffix}",
        sha256=draw(digests(64)),
        md5=draw(st.none() | digests(32)),
        dependencies=draw(st.dictionaries(names, printable, max_size=4)),
    )


@st.composite
def pip_packages(draw: st.DrawFn) -> LockedPackage:
    name = draw(st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True))
    version = draw(st.from_regex(r"[1-9][0-9]{0,3}(\.[0-9]{1,2}){0,2}", fullmatch=True))
    return LockedPackage(
        name=name,
        version=version,
        manager="pip",
        platform=draw(st.sampled_from(PLATFORMS)),
        url=f"{WHEELS}/{name.replace('-', '_')}-{version}-py3-none-any.whl",
        sha256=draw(digests(64)),
        dependencies=draw(st.dictionaries(names, printable, max_size=3)),
    )


@st.composite
def repository_packages(draw: st.DrawFn) -> LockedPackage:
    """Packages that are pinned to a commit."""
    name = draw(st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True))
    commit = draw(digests(40))
    scheme = draw(st.sampled_from(["https://example.org", "ssh://git@example.org", "file:///srv"]))
    return LockedPackage(
        name=name,
        version=draw(versions),
        manager="pip",
        platform=draw(st.sampled_from(PLATFORMS)),
        url=commit_address(f"{scheme}/{name}.git", commit, draw(st.sampled_from(["", "a/b"]))),
        sha256=commit,
        revision=draw(st.sampled_from(["", "main", "v1.0", "feature/x", "true"])),
    )


@st.composite
def two_locks(draw: st.DrawFn) -> tuple[Lock, Lock]:
    """Locks that share some packages, and differ in the bytes of some others."""
    whole = draw(locks())
    sides = []
    for _ in range(2):
        chosen = [p for p in whole.packages if draw(st.booleans())]
        rehashed = [
            replace(p, sha256=draw(digests(64)))
            if len(p.sha256) == 64 and draw(st.booleans())
            else p
            for p in chosen
        ]
        sides.append(replace(whole, packages=tuple(rehashed)))
    return sides[0], sides[1]


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    packages = draw(
        st.lists(
            st.one_of(conda_packages(), pip_packages(), repository_packages()),
            max_size=6,
            unique_by=lambda p: (p.platform, *p.key),
        )
    )
    sources = draw(st.lists(st.sampled_from(["environment.yml", "more.yml"]), unique=True))
    return Lock(
        platforms=tuple(draw(st.permutations(PLATFORMS))),
        channels=tuple(draw(st.permutations([FORGE, "bioconda", "y"]))),
        packages=tuple(packages),
        content_hash={platform: draw(digests(64)) for platform in PLATFORMS},
        inputs={source: draw(digests(64)) for source in sources},
        inputs_md5={source: draw(digests(32)) for source in sources},
        custom=draw(st.dictionaries(printable.filter(bool), printable, max_size=3)),
    )
