"""``@EXPLICIT`` files: what conda and others write is read, the rest is refused by its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_envs.errors import LockInvalid
from jupyter_envs.lock import Lock, emit_explicit, is_explicit, parse_explicit

from .sample import FORGE, demo
from .strategies import locks

MD5 = "0123456789abcdef" * 2
SHA256 = MD5 * 2
URL = f"{FORGE}/linux-64/numpy-2.1.0-py312_0.conda"


def explicit(*lines: str) -> bytes:
    return "\n".join(["# made by hand", "@EXPLICIT", *lines, ""]).encode()


@pytest.mark.parametrize(
    ("fragment", "sha256", "md5"),
    [
        (f"#sha256:{SHA256}", SHA256, None),
        (f"#{SHA256}", SHA256, None),
        (f"#{SHA256.upper()}", SHA256, None),
        (f"#{MD5}", None, MD5),
        (f"#md5:{MD5}", None, MD5),
        ("", None, None),
    ],
)
def test_each_form_of_a_hash(fragment: str, sha256: str | None, md5: str | None) -> None:
    (package,) = parse_explicit(explicit(URL + fragment), file="explicit.txt")
    assert (package.sha256, package.md5) == (sha256, md5)
    assert (package.name, package.version, package.build) == ("numpy", "2.1.0", "py312_0")
    assert (package.url, package.subdir, package.line) == (URL, "linux-64", 3)


def test_names_with_dashes_and_old_archives() -> None:
    url = f"{FORGE}/noarch/ca-certificates-2025.1.1-0.tar.bz2"
    (package,) = parse_explicit(explicit(url), file="explicit.txt")
    assert (package.name, package.version, package.build) == ("ca-certificates", "2025.1.1", "0")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("numpy=2.1.0", "scheme"),
        (f"{FORGE}/linux-64/numpy.txt", "not that of a conda package"),
        (URL + "#sha1:abc", "neither a sha256 nor an md5"),
        (URL + "#", None),
        (URL.replace("://", "://me:secret@"), "credentials"),
        (URL.replace("org/", "org/t/secret/"), "credentials"),
        (f"{FORGE}/../../etc/numpy-2.1.0-py312_0.conda", "'..'"),
        ("git+https://example.org/linux-64/numpy-2.1.0-py312_0.conda", "scheme"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(line: str, reason: str | None) -> None:
    data = explicit(URL.replace("numpy", "scipy"), line)
    if reason is None:
        assert len(parse_explicit(data, file="explicit.txt")) == 2
        return
    with pytest.raises(LockInvalid) as caught:
        parse_explicit(data, file="explicit.txt")
    assert reason in caught.value.message
    assert "line 4" in caught.value.message
    assert caught.value.params["line"] == 4
    assert "secret" not in str(caught.value.as_dict())


@pytest.mark.parametrize("data", [explicit(), explicit(URL, URL), b"@EXPLICIT\n\xff\xfe\n"])
def test_nothing_twice_and_no_text(data: bytes) -> None:
    with pytest.raises(LockInvalid, match=r"explicit\.txt"):
        parse_explicit(data, file="explicit.txt")


def test_what_is_such_a_file() -> None:
    assert is_explicit(emit_explicit(demo(), "linux-64"))
    assert is_explicit(b"# c\r\n@EXPLICIT\r\n")
    assert not is_explicit(b"name: demo\ndependencies:\n- '@EXPLICIT'\n")


@settings(max_examples=50, deadline=None)
@given(locks())
def test_what_is_written_is_read_back(lock_: Lock) -> None:
    for platform in lock_.platforms:
        conda = [p for p in lock_.for_platform(platform) if p.manager == "conda"]
        if conda:
            read = parse_explicit(emit_explicit(lock_, platform), file="explicit.txt")
            assert {(p.name, p.version, p.build, p.url, p.sha256) for p in read} == {
                (p.name, p.version, p.build, p.url, p.sha256) for p in conda
            }


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(LockInvalid):
        assert parse_explicit(data, file="explicit.txt")
