"""conda's configuration: what is read, in which order, and how it merges."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from jupyter_envs.engine.configuration import CondaConfiguration, read_configuration
from jupyter_envs.engine.network import network_environment
from jupyter_envs.errors import ConfigurationInvalid


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


class Host:
    """A pretended machine: a home, a system root and an environment."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.system = folder / "system"
        self.root = folder / "conda"
        self.home.mkdir()

    def read(self, environ: Mapping[str, str] | None = None) -> CondaConfiguration:
        return read_configuration(environ or {}, self.home, system_root=self.system)

    def condarc(self, text: str) -> Path:
        return write(self.home / ".condarc", text)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_machine_without_any_configuration(host: Host) -> None:
    found = host.read()
    assert found.channels == ("conda-forge",)
    assert found.channel_priority == "strict"
    assert found.envs_dirs == (host.home / ".conda" / "envs",)
    assert found.pkgs_dirs == (host.home / ".conda" / "pkgs",)
    assert found.ssl_verify is True
    assert (found.connect_timeout, found.read_timeout, found.max_retries) == (9.15, 60.0, 3)
    assert found.files == ()


def test_every_place_is_read_in_condas_order(host: Host, tmp_path: Path) -> None:
    prefix, xdg = tmp_path / "prefix", tmp_path / "xdg"
    places = [
        host.system / "etc/conda/.condarc",
        host.system / "etc/conda/condarc",
        host.system / "etc/conda/condarc.d/10-a.yml",
        host.system / "etc/conda/condarc.d/20-b.yaml",
        host.system / "var/lib/conda/.condarc",
        host.root / "condarc",
        xdg / "conda/.condarc",
        host.home / ".config/conda/condarc.d/x.yml",
        host.home / ".conda/condarc",
        host.home / ".condarc",
        prefix / ".condarc",
        tmp_path / "special.yml",
    ]
    for number, place in enumerate(places):
        write(place, f"channels: [c{number}]\nremote_read_timeout_secs: {number}\n")
    write(host.system / "etc/conda/condarc.d/notes.txt", "channels: [never]\n")
    environ = {
        "CONDA_ROOT": str(host.root),
        "XDG_CONFIG_HOME": str(xdg),
        "CONDA_PREFIX": str(prefix),
        "CONDARC": str(places[-1]),
    }
    found = host.read(environ)
    assert list(found.files) == places
    assert found.channels == tuple(f"c{number}" for number in reversed(range(len(places))))
    assert found.read_timeout == len(places) - 1
    assert found.sources["channels"] == str(places[-1])


def test_the_environment_is_stronger_than_files_and_lists_still_merge(host: Host) -> None:
    host.condarc("channels: [site]\nchannel_priority: flexible\noffline: false\n")
    environ = {
        "CONDA_CHANNELS": "mine, other",
        "CONDA_CHANNEL_PRIORITY": "disabled",
        "CONDA_OFFLINE": "yes",
        "CONDA_PINNED_PACKAGES": "numpy=1.26&scipy>=1,<2",
    }
    found = host.read(environ)
    assert found.channels == ("mine", "other", "site")
    assert found.channel_priority == "disabled"
    assert found.offline is True
    assert found.pinned_packages == ("numpy=1.26", "scipy>=1,<2")


def test_final_keeps_a_user_from_changing_what_the_administrator_set(host: Host) -> None:
    write(
        host.system / "etc/conda/.condarc",
        "channels: #!final\n  - site\nssl_verify: false #!final\n"
        "custom_channels:\n  lab: https://site.example #!final\n",
    )
    host.condarc(
        "channels: [mine]\nssl_verify: true\n"
        "custom_channels: {lab: 'https://mine.example', own: 'https://own.example'}\n"
    )
    found = host.read({"CONDA_CHANNELS": "env"})
    assert found.channels == ("site",)
    assert found.ssl_verify is False
    assert found.custom_channels["lab"] == "https://site.example"
    assert found.custom_channels["own"] == "https://own.example"


def test_top_and_bottom_items_keep_their_ends(host: Host) -> None:
    write(
        host.system / "etc/conda/.condarc",
        "channels:\n  - first #!top\n  - middle\n  - last #!bottom\n",
    )
    host.condarc("channels:\n  - mine\n  - nearly-last #!bottom\n  - middle\n")
    assert host.read().channels == ("first", "mine", "middle", "nearly-last", "last")


def test_a_hash_inside_a_value_is_no_flag(host: Host) -> None:
    write(host.system / "etc/conda/.condarc", "channels: ['odd#!final']\n")
    host.condarc("channels: [mine]\n")
    assert host.read().channels == ("mine", "odd#!final")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("channel: [a]\n", ("a",)),
        ("channels:\n", ("conda-forge",)),
        ("channels: []\n", ("conda-forge",)),
        ("default_channels: ['https://mirror.example/main']\n", ("defaults",)),
        ("channels: ['https://x.example/${TEAM}/c', '$TEAM', '${MISSING}']\n", None),
    ],
)
def test_channels(host: Host, text: str, expected: tuple[str, ...] | None) -> None:
    host.condarc(text)
    wanted = expected or ("https://x.example/blue/c", "blue", "${MISSING}")
    assert host.read({"TEAM": "blue"}).channels == wanted


@pytest.mark.parametrize(
    ("value", "expected"),
    [("strict", "strict"), ("true", "flexible"), ("false", "disabled"), ("Flexible", "flexible")],
)
def test_channel_priority(host: Host, value: str, expected: str) -> None:
    host.condarc(f"channel_priority: {value}\n")
    assert host.read().channel_priority == expected


def test_aliases_of_settings(host: Host) -> None:
    host.condarc("whitelist_channels: [a]\nenvs_path: [/data/envs]\nverify_ssl: no\n")
    found = host.read()
    assert found.allowlist_channels == ("a",)
    assert found.envs_dirs[0] == Path("/data/envs")
    assert found.ssl_verify is False


def test_envs_dirs_in_condas_order(host: Host) -> None:
    host.condarc("envs_dirs: [~/mine, /scratch/$USER/envs]\n")
    history = write(host.root / "conda-meta" / "history", "")
    environ = {
        "USER": "ada",
        "CONDA_ENVS_PATH": f"/fast/envs:{host.home}/mine",
        "CONDA_EXE": str(host.root / "bin" / "conda"),
    }
    expected = [
        Path("/fast/envs"),
        host.home / "mine",
        Path("/scratch/ada/envs"),
        host.root / "envs",
        host.home / ".conda" / "envs",
    ]
    assert list(host.read(environ).envs_dirs) == expected
    history.unlink()
    shared = [*expected[:3], host.home / ".conda" / "envs", host.root / "envs"]
    assert list(host.read(environ).envs_dirs) == shared


def test_pkgs_dirs_replace_the_defaults(host: Host) -> None:
    assert host.read({"CONDA_PKGS_DIRS": "/a,/b"}).pkgs_dirs == (Path("/a"), Path("/b"))


def test_mambas_mirrors(host: Host) -> None:
    write(
        host.home / ".mambarc",
        "mirrored_channels:\n  conda-forge: [https://m1.example/cf, https://m2.example/cf]\n",
    )
    mirrors = host.read().mirrors
    assert mirrors == {"conda-forge": ("https://m1.example/cf", "https://m2.example/cf")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("channels: [a\nssl_verify: true\n", "line 2"),
        ("- a\n", "line 1"),
        ("offline: true\nchannels: conda-forge\n", "line 2: 'channels' must be a list"),
        ("channel_priority: fastest\n", "strict, flexible or disabled"),
        ("custom_channels: [a]\n", "map"),
        ("channel_alias: conda.example.org\n", "URL"),
        ("remote_read_timeout_secs: soon\n", "number"),
        ("offline: maybe\n", "true or false"),
        ("proxy_servers: {http: 'http://u:p@h:port'}\n", "proxy_servers"),
        ("ssl_verify: /nowhere/ca.pem\n", "/nowhere/ca.pem"),
    ],
)
def test_a_bad_file_is_named_with_its_line(host: Host, text: str, said: str) -> None:
    file = host.condarc(text)
    with pytest.raises(ConfigurationInvalid) as caught:
        host.read()
    assert caught.value.params["file"] == str(file)
    assert said in caught.value.params["reason"]


def test_a_file_that_is_no_text(host: Host) -> None:
    (host.home / ".condarc").write_bytes(b"channels: [\xff\xfe]\n")
    with pytest.raises(ConfigurationInvalid, match="UTF-8"):
        host.read()


def test_unknown_settings_and_empty_files_do_no_harm(host: Host) -> None:
    host.condarc("# nothing yet\n")
    write(host.system / "etc/conda/.condarc", "brand_new_setting: {a: [1]}\nauto_stack: 2\n")
    assert host.read().channels == ("conda-forge",)


def test_proxies_of_the_environment_win_and_reach_every_program(host: Host) -> None:
    host.condarc("proxy_servers: {http: 'proxy.example:3128', https: 'http://u:pw@p.example:1'}\n")
    environ = {"https_proxy": "http://other.example:2", "NO_PROXY": "localhost, .example.org"}
    found = network_environment(host.read(environ))
    assert found["HTTP_PROXY"] == found["http_proxy"] == "http://proxy.example:3128"
    assert found["HTTPS_PROXY"] == found["https_proxy"] == "http://other.example:2"
    assert found["NO_PROXY"] == "localhost,.example.org"


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("https://proxy.example/", "https://proxy.example"),
        ("http://DOM%5Cada:p%40ss@proxy.example:1", "http://DOM%5Cada:p%40ss@proxy.example:1"),
        ('http://ada:p"^ss@proxy.example:1', "http://ada:p%22%5Ess@proxy.example:1"),
        ("socks5://proxy.example:1080", "socks5://proxy.example:1080"),
    ],
)
def test_proxies_become_proper_urls(host: Host, written: str, used: str) -> None:
    assert host.read({"ALL_PROXY": written}).proxy_servers == {"all": used}


def test_certificates(host: Host, tmp_path: Path) -> None:
    bundle = write(tmp_path / "ca.pem", "")
    host.condarc("ssl_verify: $SITE/ca.pem\n")
    assert network_environment(host.read({"SITE": str(tmp_path)})) == {"SSL_CERT_FILE": str(bundle)}
    host.condarc(f"ssl_verify: {tmp_path}\n")
    assert network_environment(host.read()) == {"SSL_CERT_DIR": str(tmp_path)}
    host.condarc("ssl_verify: truststore\n")
    assert network_environment(host.read()) == {}
    host.condarc("ssl_verify: true\n")
    environ = {"REQUESTS_CA_BUNDLE": str(bundle)}
    assert host.read(environ).ssl_verify == str(bundle)
    assert network_environment(host.read({**environ, "SSL_CERT_FILE": "/mine.pem"})) == {}


def test_the_configuration_does_not_show_its_secrets(host: Host) -> None:
    host.condarc(
        "channel_alias: https://u:hunter2@x.example\nchannels: ['https://x/t/hunter2/c']\n"
    )
    assert "hunter2" not in repr(host.read())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "a0: &a0 [x, x]\n"
            + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
            "aliases written out",
        ),
        ("channels: &all [conda-forge, *all]\n", "aliases written out"),
        ("channels: " + "[" * 20_000, "nested too deeply"),
    ],
    ids=["a bomb", "one that holds itself", "deep"],
)
def test_a_file_that_would_grow_without_end(host: Host, text: str, reason: str) -> None:
    host.condarc(text)

    with pytest.raises(ConfigurationInvalid, match=reason):
        host.read()
