"""Names of channels become URLs by conda's rules."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from jupyter_envs.engine.channels import (
    ResolvedChannel,
    resolve_channel,
    resolve_channels,
    resolve_mirrors,
)
from jupyter_envs.engine.configuration import CondaConfiguration
from jupyter_envs.errors import ChannelInvalid, PolicyDenied

PLAIN = CondaConfiguration(home=Path("/home/ada"))
SITE = msgspec.structs.replace(
    PLAIN,
    channel_alias="https://site.example/conda/",
    default_channels=("https://site.example/pkgs/main", "https://other.example/pkgs/extra"),
    custom_channels={"lab": "https://lab.example", "lab/deep": "https://deep.example/x/"},
    custom_multichannels={"team": ("https://one.example/a", "two")},
    migrated_channel_aliases=("https://old.example",),
    migrated_custom_channels={"lab": "https://attic.example/channels"},
)


def urls(*names: str, configuration: CondaConfiguration = SITE, **more: object) -> list[str]:
    found = resolve_channels(names, configuration, environ={"TEAM": "blue"}, **more)  # type: ignore[arg-type]  # only base= is passed
    return [channel.url for channel in found.channels]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conda-forge", ["https://site.example/conda/conda-forge"]),
        ("conda-forge/label/dev", ["https://site.example/conda/conda-forge/label/dev"]),
        ("conda-forge/linux-64", ["https://site.example/conda/conda-forge"]),
        ("conda-forge/", ["https://site.example/conda/conda-forge"]),
        ("defaults", list(SITE.default_channels)),
        ("team", ["https://one.example/a", "https://site.example/conda/two"]),
        ("lab", ["https://lab.example/lab"]),
        ("lab/label/dev", ["https://lab.example/lab/label/dev"]),
        ("lab/deep/er", ["https://deep.example/x/lab/deep/er"]),
        ("pkgs/extra", ["https://other.example/pkgs/extra"]),
        ("https://X.example:8443/c/", ["https://x.example:8443/c"]),
        ("https://x.example/c/noarch/", ["https://x.example/c"]),
        ("https://old.example/conda-forge", ["https://site.example/conda/conda-forge"]),
        ("https://attic.example/channels/lab/label/x", ["https://lab.example/lab/label/x"]),
        ("file:///srv/channel", ["file:///srv/channel"]),
        ("/srv/my channel", ["file:///srv/my%20channel"]),
        ("~/chan", ["file:///home/ada/chan"]),
        ("$TEAM", ["https://site.example/conda/blue"]),
        ("https://x.example/${TEAM}", ["https://x.example/blue"]),
        ("nodefaults", []),
    ],
)
def test_a_name(name: str, expected: list[str]) -> None:
    assert urls(name) == expected


def test_condas_own_defaults() -> None:
    assert urls("conda-forge", configuration=PLAIN) == ["https://conda.anaconda.org/conda-forge"]
    assert urls("defaults", configuration=PLAIN) == [
        "https://repo.anaconda.com/pkgs/main",
        "https://repo.anaconda.com/pkgs/r",
    ]
    assert urls("pkgs/main", configuration=PLAIN) == ["https://repo.anaconda.com/pkgs/main"]


def test_relative_folders_start_at_the_file(tmp_path: Path) -> None:
    assert urls("./chan", "../up", base=tmp_path) == [
        (tmp_path / "chan").as_uri(),
        (tmp_path.parent / "up").as_uri(),
    ]
    with pytest.raises(ChannelInvalid, match="relative"):
        urls("./chan")


def test_order_stays_and_repetitions_go() -> None:
    found = urls("lab", "conda-forge", "https://lab.example/lab/", "conda-forge/noarch")
    assert found == ["https://lab.example/lab", "https://site.example/conda/conda-forge"]


def test_no_names_means_the_configured_ones() -> None:
    configuration = msgspec.structs.replace(SITE, channels=("lab",))
    assert urls(configuration=configuration) == ["https://lab.example/lab"]


def test_names_are_those_conda_shows() -> None:
    assert resolve_channel("https://site.example/conda/bio/label/x", SITE).name == "bio/label/x"
    assert resolve_channel("lab", SITE) == ResolvedChannel("lab", "https://lab.example/lab")
    with pytest.raises(ChannelInvalid, match="2 channels"):
        resolve_channel("defaults", SITE)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "-x",
        "--override",
        "a\nb",
        "a\x00b",
        "https://x.example/a\u2028b",
        "conda-forge[linux-64]",
        "a/../../b",
        "a b",
        "a;b",
        "$UNSET/c",
        "https://x.example/${UNSET}/c",
        "https://x.example/a/../b",
        "https://x.example/a/%2e%2e/b",
        "https:///c",
        "https://[x/c",
        "file://elsewhere/c",
        "ftp://x.example/c",
        "javascript://x/c",
    ],
)
def test_what_is_no_channel_is_refused(name: str) -> None:
    with pytest.raises(ChannelInvalid) as caught:
        urls(name)
    assert caught.value.status == 422


def test_credentials_are_split_off_and_never_shown() -> None:
    found = resolve_channels(
        ["https://u:p%40ss@x.example/c", "https://x.example/t/${TOK}/priv/label/a"],
        PLAIN,
        environ={"TOK": "se-cret"},
    )
    assert [channel.url for channel in found.channels] == [
        "https://x.example/c",
        "https://x.example/priv/label/a",
    ]
    assert [(login.kind, login.username, login.secret) for login in found.logins] == [
        ("basic", "u", "p@ss"),
        ("token", "", "se-cret"),
    ]
    assert "p@ss" not in repr(found)
    assert "se-cret" not in repr(found) + repr(found.logins)


def test_a_refused_url_does_not_show_its_credentials() -> None:
    with pytest.raises(ChannelInvalid) as caught:
        urls("ftp://u:hunter2@x.example/t/hunter2/c")
    assert "hunter2" not in str(caught.value.as_dict())


def test_condas_deny_and_allow_lists() -> None:
    denying = msgspec.structs.replace(
        SITE, denylist_channels=("lab", "defaults"), sources={"denylist_channels": "/etc/c"}
    )
    for name in ("lab", "lab/label/dev", "https://lab.example/lab/", "pkgs/main", "defaults"):
        with pytest.raises(PolicyDenied) as caught:
            urls(name, configuration=denying)
        assert "/etc/c" in str(caught.value.hint)
    assert urls("laboratory", configuration=denying)

    allowing = msgspec.structs.replace(SITE, allowlist_channels=("conda-forge", "team"))
    assert urls("conda-forge", "two", configuration=allowing)
    for name in ("lab", "https://evil.example/conda-forge", "conda-forge/label/dev"):
        with pytest.raises(PolicyDenied):
            urls(name, configuration=allowing)


def test_mirrors_are_found_by_name_or_url() -> None:
    configuration = msgspec.structs.replace(
        SITE,
        mirrors={
            "conda-forge": ("https://m.example/cf",),
            "https://lab.example/lab": ("oci://r/l",),
        },
    )
    assert resolve_mirrors(configuration) == {
        "https://site.example/conda/conda-forge": ("https://m.example/cf",),
        "https://lab.example/lab": ("oci://r/l",),
    }
