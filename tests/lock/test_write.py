"""conda-lock.yml as it is written."""

from __future__ import annotations

import difflib
import re

import msgspec
import pytest
import yaml

from jupyter_envs.errors import LockInvalid
from jupyter_envs.lock import Lock, emit_lock, lock_digest, parse_lock, with_input, with_packages

from .sample import conda, demo, lock, pip


class _Channel(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    used_env_vars: list[str]


class _Input(msgspec.Struct, forbid_unknown_fields=True):
    md5: str
    sha256: str


class _Metadata(msgspec.Struct, forbid_unknown_fields=True):
    content_hash: dict[str, str]
    channels: list[_Channel]
    platforms: list[str]
    sources: list[str]
    inputs_metadata: dict[str, _Input] = {}
    custom_metadata: dict[str, str] = {}


class _Hash(msgspec.Struct, forbid_unknown_fields=True):
    sha256: str
    md5: str | None = None


class _Package(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    version: str
    manager: str
    platform: str
    dependencies: dict[str, str]
    url: str
    hash: _Hash
    category: str
    optional: bool


class _Cep37(msgspec.Struct, forbid_unknown_fields=True):
    """The schema of CEP 37, as far as we use it, for a strict reader."""

    version: int
    metadata: _Metadata
    package: list[_Package]


def _strictly(data: bytes) -> _Cep37:
    return msgspec.convert(yaml.safe_load(data), _Cep37, strict=True)


def test_a_strict_reader_of_cep_37_gets_every_value_with_its_type() -> None:
    made = with_input(demo(), "environment.yml", b"name: demo\n")
    read = _strictly(emit_lock(made))
    assert read.version == 1
    assert read.metadata.platforms == ["linux-64", "osx-arm64"]
    assert read.metadata.sources == ["environment.yml"]
    assert read.metadata.inputs_metadata["environment.yml"].sha256 == made.inputs["environment.yml"]
    assert len(read.metadata.inputs_metadata["environment.yml"].md5) == 32
    assert read.metadata.custom_metadata == made.custom
    assert {(p.name, p.version) for p in read.package} == {
        (p.name, p.version) for p in made.packages
    }
    assert [(p.platform, p.manager, p.name) for p in read.package] == sorted(
        (p.platform, p.manager, p.name) for p in made.packages
    )
    assert {(p.category, p.optional) for p in read.package} == {("main", False)}


def test_an_empty_lock_can_be_written_and_read() -> None:
    assert parse_lock(emit_lock(lock()), file="x").packages == ()
    assert _strictly(emit_lock(lock())).package == []


def test_a_platform_without_content_hash_gets_its_lock_digest() -> None:
    bare = Lock(platforms=("linux-64",), channels=("conda-forge",), packages=(conda("numpy"),))
    read = _strictly(emit_lock(bare))
    assert read.metadata.content_hash == {"linux-64": lock_digest(bare, "linux-64")}
    assert read.metadata.sources == ["environment.yml"]


def test_a_new_version_of_one_package_changes_four_lines() -> None:
    before = demo()
    after = with_packages(before, [conda("ca-certificates", "2025.11.1", "hbd8a1cb_0")])
    old, new = (emit_lock(one).decode().splitlines() for one in (before, after))
    changed = [
        line
        for line in difflib.unified_diff(old, new, lineterm="", n=0)
        if re.match(r"[+-][^+-]", line)
    ]
    assert [line.split()[1] for line in changed if line[0] == "+"] == [
        "version:",
        "url:",
        "md5:",
        "sha256:",
    ]
    assert len(changed) == 8


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@conda.example.org/c/linux-64/numpy-1.0.0-h1234567_0.conda",
        "https://me@conda.example.org/c/linux-64/numpy-1.0.0-h1234567_0.conda",
        "https://conda.example.org/t/secret/c/linux-64/numpy-1.0.0-h1234567_0.conda",
        "https://conda.example.org/c/linux-64/numpy-1.0.0-h1234567_0.conda?X-Amz-Signature=secret",
    ],
)
def test_credentials_are_never_written_nor_shown(url: str) -> None:
    package = msgspec.structs.replace(conda("numpy"), url=url)
    with pytest.raises(LockInvalid) as caught:
        emit_lock(lock(package))
    assert "numpy" in caught.value.message
    assert "credentials" in caught.value.message
    assert "secret" not in str(caught.value.as_dict())


def test_credentials_of_a_channel_are_never_written() -> None:
    made = msgspec.structs.replace(demo(), channels=("https://conda.example.org/t/secret/c",))
    with pytest.raises(LockInvalid, match="channel 1: its URL holds credentials") as caught:
        emit_lock(made)
    assert "secret" not in str(caught.value.as_dict())


def test_a_folder_by_letter_of_a_package_index_is_no_token() -> None:
    package = msgspec.structs.replace(
        pip("toolz"), url="https://wheels.example.org/source/t/toolz/toolz-1.0.0-py3-none-any.whl"
    )
    assert parse_lock(emit_lock(lock(package)), file="x").packages == (package,)


def test_an_absolute_source_is_refused() -> None:
    with pytest.raises(LockInvalid, match="not given relative"):
        emit_lock(with_input(demo(), "/home/me/environment.yml", b""))
