"""conda-lock.yml as it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_envs.errors import LockInvalid
from jupyter_envs.lock import parse_lock, unhashed
from jupyter_envs.lock.document import MAX_BYTES

FOREIGN = Path(__file__).parent / "data" / "foreign-conda-lock.yml"

HEAD = """\
version: 1
metadata:
  content_hash: {linux-64: abc}
  channels: [{url: conda-forge, used_env_vars: []}]
  platforms: [linux-64]
  sources: [environment.yml]
package:
"""

SHA = "0123456789abcdef" * 4
NUMPY = f"""\
- name: numpy
  version: 1.10
  manager: conda
  platform: linux-64
  dependencies: {{}}
  url: https://conda.anaconda.org/conda-forge/linux-64/numpy-1.10-py312_0.conda
  hash: {{sha256: {SHA}}}
"""
RICH = f"""\
- name: rich
  version: 14.0.0
  manager: pip
  platform: linux-64
  url: https://wheels.example.org/rich-14.0.0-py3-none-any.whl
  hash: {{sha256: {SHA}}}
"""


def _refusal(text: str | bytes) -> LockInvalid:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(LockInvalid) as caught:
        parse_lock(data, file="my-lock.yml")
    assert caught.value.params["file"] == "my-lock.yml"
    assert caught.value.message.startswith("my-lock.yml cannot be used as a lock: ")
    return caught.value


def test_a_lock_of_another_program_is_read() -> None:
    lock = parse_lock(FOREIGN.read_bytes(), file="conda-lock.yml")
    assert lock.platforms == ("linux-64", "osx-arm64")
    assert lock.channels == ("conda-forge", "https://conda.example.org/team")
    assert [(p.platform, p.manager, p.name, p.version, p.build) for p in lock.packages] == [
        ("linux-64", "conda", "ca-certificates", "2025.10.5", "hbd8a1cb_0"),
        ("linux-64", "conda", "python", "3.12.11", "h9e4cc4f_0_cpython"),
        ("linux-64", "conda", "tzdata", "2025b", "h78e105d_0"),
        ("linux-64", "pip", "rich", "14.0.0", ""),
        ("osx-arm64", "conda", "ca-certificates", "2025.10.5", "hbd8a1cb_0"),
        ("osx-arm64", "conda", "tzdata", "2025b", "h78e105d_0"),
    ]
    python = lock.for_platform("linux-64")[1]
    assert python.dependencies == {
        "__glibc": ">=2.17,<3.0.a0",
        "ca-certificates": "",
        "tzdata": "*",
    }
    assert python.md5 == "94206474a5608243a10c92cefbe0908f"
    assert lock.inputs == {"../environment.yml": "a" * 64}


def test_only_the_category_main_is_read() -> None:
    other = NUMPY.replace("numpy", "pytest").replace("  version: 1.10", "  version: 8.0")
    dev = other + "  category: dev\n  optional: true\n"
    unusable_but_dev = RICH.replace(f"{{sha256: {SHA}}}", "{}") + "  category: docs\n"
    lock = parse_lock((HEAD + dev + NUMPY + unusable_but_dev).encode(), file="x")
    assert [p.name for p in lock.packages] == ["numpy"]


def test_an_unquoted_version_stays_as_it_is_written() -> None:
    (package,) = parse_lock((HEAD + NUMPY).encode(), file="x").packages
    assert package.version == "1.10"


@pytest.mark.parametrize("text", [HEAD + NUMPY, (HEAD + NUMPY).replace("version: 1\n", "", 1)])
def test_the_format_version_may_be_left_out(text: str) -> None:
    assert len(parse_lock(text.encode(), file="x").packages) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"package: [\n", "line 2: not YAML"),
        (b"\xff\xfe\x00", "not YAML"),
        (b"name: caf\xe9\n", "not YAML"),
        (b"- a\n- b\n", "not a mapping"),
        (b"just text\n", "not a mapping"),
        (b"version: 6\npackages: []\n", "version '6'"),
        (b"version: 1\nmetadata: {}\n", "'package'"),
        (b"version: 1\npackage: []\n", "'metadata'"),
        (b"version: 1\npackage: {a: b}\nmetadata: {}\n", "'package' is not a list"),
        (b"version: 1\nversion: 1\n", "line 2: 'version' is given twice"),
        (b"a: 1\n---\nb: 2\n", "more than one document"),
        (b"a: &x [1]\nb: *x\n", "alias"),
        (b"a: !!python/name:os.system\n", "tag"),
        (b"? [a]\n: b\n", "a key is not a text"),
        (b"[" * 5000, "nested too deeply"),
        (b"a: " + b"{a: " * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_lock_at_all(data: bytes, reason: str) -> None:
    assert reason in _refusal(data).message


def test_a_file_beyond_the_limit_is_refused_before_it_is_read() -> None:
    assert "larger than 64 MB" in _refusal(b"#" * (MAX_BYTES + 1)).message


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f"{{sha256: {SHA}}}", f"{{md5: {SHA[:32]}}}", "a sha256 is needed"),
        (f"{{sha256: {SHA}}}", "{}", "a sha256 is needed"),
        (f"  hash: {{sha256: {SHA}}}\n", "", "no hash"),
        (SHA, SHA[1:], "64 hexadecimal digits"),
        ("  manager: conda\n", "  manager: npm\n", "'npm' is neither conda nor pip"),
        ("  manager: conda\n", "", "'manager'"),
        ("  platform: linux-64\n", "  platform: win-64\n", "not one of the lock's"),
        ("  version: 1.10\n", "  version: 1.11\n", "not a file of numpy 1.11"),
        ("  version: 1.10\n", "  version: [1]\n", "'version' is not a text"),
        ("numpy-1.10-py312_0.conda", "evil-1.10-py312_0.conda", "not a file of numpy"),
        ("numpy-1.10-py312_0.conda", "numpy-1.10-py312_0.zip", "not a file of numpy"),
        ("numpy-1.10-py312_0.conda", "numpy-1.10-py 312.conda", "no URL may have"),
        ("numpy-1.10-py312_0.conda", "a%2Fnumpy-1.10-py312_0.conda", "escaped '/'"),
        ("/linux-64/", "/linux-64/../../", "'..'"),
        ("/linux-64/", "/linux-64/%2e%2e/", "'..'"),
        ("https://conda.anaconda.org", "ftp://conda.example.org", "scheme 'ftp'"),
        ("https://conda.anaconda.org", "javascript:", "scheme 'javascript'"),
        ("https://conda.anaconda.org", "", "scheme ''"),
        ("https://conda.anaconda.org", "https://", "names no host"),
        ("https://conda.anaconda.org", "file://fileserver", "another host"),
        ("https://conda.anaconda.org", "https://u:p@conda.example.org", "credentials"),
        ("https://conda.anaconda.org", "https://conda.example.org/t/abc", "credentials"),
        ("py312_0.conda", "py312_0.conda#abc", "after the file's name"),
        ("name: numpy", "name: ../numpy", "not a package's name"),
        ("name: numpy", "name: num..py", "not a package's name"),
        ("name: numpy", 'name: "num\\npy"', "not a package's name"),
        ("dependencies: {}", 'dependencies: {"a\\tb": x}', "not plain text"),
        ("dependencies: {}", "dependencies: [a]", "not a mapping of texts"),
        ("dependencies: {}", "dependencies: {a: [b]}", "not a mapping of texts"),
    ],
)
def test_an_entry_that_cannot_be_trusted_is_refused_with_its_place(
    old: str, new: str, reason: str
) -> None:
    assert old in NUMPY
    error = _refusal(HEAD + RICH + NUMPY.replace(old, new))
    assert reason in error.message
    assert "line 14" in error.message
    assert error.params["line"] == 14
    assert all(character.isprintable() for character in error.message)


def test_the_package_is_named() -> None:
    error = _refusal(HEAD + NUMPY.replace(f"sha256: {SHA}", f"md5: {SHA[:32]}"))
    assert "'numpy'" in error.message


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f"{{sha256: {SHA}}}", f"{{md5: {SHA[:32]}}}", "a sha256 is needed"),
        ("https://wheels", "git+https://wheels", "does not end in a whole commit"),
        ("https://wheels", "git+http://wheels", "scheme 'git+http'"),
        ("https://wheels", "hg+https://wheels", "scheme 'hg+https'"),
        ("https://wheels", "s3://wheels", "scheme 's3'"),
        ("rich-14.0.0-py3", "evil-14.0.0-py3", "not a wheel of rich"),
        ("rich-14.0.0-py3", "rich-13.0.0-py3", "not a wheel of rich 14.0.0"),
        ("rich-14.0.0-py3-none-any.whl", "rich.whl", "not a wheel of rich"),
        ("any.whl", "any.whl?token=abc", "credentials"),
    ],
)
def test_a_pip_entry_that_cannot_be_trusted_is_refused(old: str, new: str, reason: str) -> None:
    assert old in RICH
    assert reason in _refusal(HEAD + RICH.replace(old, new)).message


COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOOL = f"""\
- name: tool
  version: '1.0'
  manager: pip
  platform: linux-64
  dependencies: {{}}
  url: git+https://example.org/tool.git@{COMMIT}
  hash: {{sha256: {COMMIT}}}
"""


def test_a_commit_of_a_repository_is_read_as_conda_lock_writes_it() -> None:
    (package,) = parse_lock((HEAD + TOOL).encode(), file="x").packages
    (found,) = unhashed([package])
    assert (found.repository, found.commit) == ("https://example.org/tool.git", COMMIT)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f"@{COMMIT}", "@main", "does not end in a whole commit"),
        (f"@{COMMIT}", f"@{COMMIT[:12]}", "does not end in a whole commit"),
        (f"@{COMMIT}", f"@{COMMIT}#subdirectory=../x", "after the commit"),
        (f"@{COMMIT}", f"@{COMMIT}#egg=tool", "after the commit"),
        (f"@{COMMIT}", f"@{COMMIT}?token=abc", "credentials"),
        (f"sha256: {COMMIT}", f"sha256: {SHA}", "not the commit"),
        ("https://example.org", "https://me:secret@example.org", "credentials"),
        ("https://example.org", "ssh://git:secret@example.org", "credentials"),
        ("https://example.org", "file://example.org", "names another host"),
        ("https://example.org", "ext://example.org", "scheme 'git+ext'"),
    ],
)
def test_a_commit_that_cannot_be_trusted_is_refused(old: str, new: str, reason: str) -> None:
    assert old in TOOL
    assert reason in _refusal(HEAD + TOOL.replace(old, new)).message


@pytest.mark.parametrize("file_name", ["rich-14.0.0.tar.gz", "Rich-14.0-py3-none-any.whl"])
def test_other_spellings_of_the_same_pip_package_are_read(file_name: str) -> None:
    text = HEAD + RICH.replace("rich-14.0.0-py3-none-any.whl", file_name)
    assert parse_lock(text.encode(), file="x").packages[0].name == "rich"


@pytest.mark.parametrize(
    "text", [NUMPY + NUMPY, RICH + RICH, RICH + RICH.replace("name: rich", "name: Rich")]
)
def test_a_package_given_twice_is_refused(text: str) -> None:
    assert "in the lock twice" in _refusal(HEAD + text).message


@pytest.mark.parametrize("scheme", ["https", "http", "s3", "oci"])
def test_schemes_of_channels_are_read(scheme: str) -> None:
    text = HEAD + NUMPY.replace("https://", f"{scheme}://")
    assert parse_lock(text.encode(), file="x").packages[0].build == "py312_0"


def test_a_channel_on_this_machine_is_read() -> None:
    text = HEAD + NUMPY.replace("https://conda.anaconda.org", "file:///srv/channels")
    assert parse_lock(text.encode(), file="x").packages[0].url.startswith("file:///srv/")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("platforms: [linux-64]", "platforms: []", "names no platform"),
        ("platforms: [linux-64]", "platforms: [linux-64, linux-64]", "twice"),
        ("platforms: [linux-64]", "platforms: [../x]", "not a platform"),
        ("platforms: [linux-64]", "platforms: [[a]]", "not a list of texts"),
        ("url: conda-forge", "url: 'https://a:b@c.example.org/x'", "channel 1"),
        ("{url: conda-forge, used_env_vars: []}", "[]", "a channel is not a mapping"),
        ("{linux-64: abc}", '{linux-64: "a\\nb"}', "content_hash"),
    ],
)
def test_metadata_that_cannot_be_used_is_refused(old: str, new: str, reason: str) -> None:
    assert old in HEAD
    assert reason in _refusal(HEAD.replace(old, new) + NUMPY).message
