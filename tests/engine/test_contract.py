"""What engine/ takes for granted of py-rattler 0.28: signatures, solving, configuration.

The version is pinned to a minor. When that moves, a failure here says which of engine/'s
assumptions does not hold any more.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import rattler
from rattler import ChannelPriority, Config, Gateway, MatchSpec, RepoDataRecord, Subdir
from rattler.package_cache import ValidationMode
from rattler.repo_data.gateway import SourceConfig

from jupyter_envs.errors import EnvsError
from tests.engine.solving import asking, record, refused, versions, write_channel

PREFACE = "Cannot solve the request because of: "


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_channel(
        tmp_path_factory.mktemp("contract") / "main",
        noarch=[
            record("app", depends=["lib >=2"]),
            record("old-app", depends=["lib <2"]),
            record("lib", "1.0"),
            record("lib", "2.0"),
            record("gpu-app", depends=["__cuda >=12"]),
            record("limited", constrains=["lib <2"]),
        ],
    )


def solved(url: str | list[str], *specs: str, **more: Any) -> list[RepoDataRecord]:
    channels = [url] if isinstance(url, str) else url
    platforms = [Subdir("linux-64"), Subdir("noarch")]
    return asyncio.run(rattler.solve(channels, list(specs), platforms=platforms, **more))


# -- signatures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (rattler.solve, "gateway platforms locked_packages virtual_packages timeout"),
        (rattler.solve, "channel_priority constraints"),
        (rattler.install, "records target_prefix package_cache show_progress client"),
        (rattler.install, "requested_specs execute_link_scripts reporter config"),
        (Gateway, "cache_dir default_config client"),
        (Gateway.query, "sources platforms specs recursive"),
        (Gateway.names, "sources platforms"),
        (SourceConfig, "cache_action"),
        (rattler.Client.from_config, "config max_retries"),
        (rattler.PackageCache.new_layered, "paths validation_mode"),
        (rattler.PackageRecord, "name version build build_number subdir noarch depends sha256 md5"),
        (MatchSpec, "strict"),
    ],
)
def test_the_parameters_we_pass_exist(function: Callable[..., Any], parameters: str) -> None:
    assert set(parameters.split()) <= set(inspect.signature(function).parameters)


def test_the_defaults_we_rely_on() -> None:
    assert inspect.signature(rattler.solve).parameters["channel_priority"].default == (
        ChannelPriority.Strict
    )
    assert {"fast", "full"} <= set(dir(ValidationMode))


# -- answers of the solver ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("specs", "text"),
    [
        (["nope"], "No candidates were found for nope *."),
        (["lib >=9"], "No candidates were found for lib >=9."),
        (["gpu-app"], "__cuda >=12, for which no candidates were found."),
        (["app", "old-app"], "The following packages are incompatible\n├─ "),
        (["app", "old-app"], " can be installed with any of the following options:\n"),
        (["app", "old-app"], " cannot be installed because there are no viable options:\n"),
        (["app", "old-app"], "which conflicts with the versions reported above."),
        (["app", "limited"], "limited 1.0 would constrain\n"),
    ],
)
def test_the_texts_of_a_refusal(specs: list[str], text: str, url: str) -> None:
    kind, said = refused(lambda: solved(url, *specs))
    assert kind == "SolverError"
    assert said.startswith(PREFACE)
    assert text in said


def test_a_constraint_that_cannot_be_kept(url: str) -> None:
    constraints = [MatchSpec("lib <2", strict=False)]
    assert versions(solved(url, "lib", constraints=constraints)) == {"lib": "1.0"}
    _, said = refused(lambda: solved(url, "app", constraints=constraints))
    assert "the constraint lib <2 cannot be fulfilled" in said


def test_a_solve_that_takes_too_long(tmp_path: Path) -> None:
    # Eleven pigeons, ten holes: no solver of this kind sees quickly that this is impossible.
    pigeons, holes = range(11), range(10)
    entries = [
        record(f"p{i}", str(hole), constrains=[f"p{j} !={hole}" for j in pigeons if j != i])
        for i in pigeons
        for hole in holes
    ]
    url = write_channel(tmp_path / "hard", noarch=entries)
    names = [f"p{i}" for i in pigeons]
    kind, said = refused(lambda: solved(url, *names, timeout=timedelta(seconds=0.1)))
    assert (kind, said.strip()) == ("SolverError", "Solve operation has been cancelled")

    with asking(tmp_path, url) as asker, pytest.raises(EnvsError) as caught:
        asker.solve(*names, timeout=0.1)
    assert caught.value.code == "solve_timeout"
    assert "0.1 seconds" in caught.value.message


def test_locked_packages_are_a_wish(url: str) -> None:
    old = solved(url, "lib <2")
    assert versions(solved(url, "lib", locked_packages=old)) == {"lib": "1.0"}
    assert versions(solved(url, "app", locked_packages=old)) == {"app": "1.0", "lib": "2.0"}


def test_a_solve_adds_no_virtual_package(url: str) -> None:
    cuda = rattler.VirtualPackageOverrides()
    cuda.cuda = rattler.Override.string("12.4")
    machine = rattler.VirtualPackage.detect(cuda)
    assert versions(solved(url, "gpu-app", virtual_packages=machine)) == {"gpu-app": "1.0"}
    assert refused(lambda: solved(url, "gpu-app"))[0] == "SolverError"


def test_strict_priority_reads_only_what_fits_the_request(url: str, tmp_path: Path) -> None:
    second = write_channel(tmp_path / "second", noarch=[record("lib", "3.0")])
    assert versions(solved([url, second], "lib")) == {"lib": "2.0"}
    # conda would refuse this: the first channel has "lib", though none that fits.
    assert versions(solved([url, second], "lib >=3")) == {"lib": "3.0"}


def test_environment_overrides_need_to_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDA_OVERRIDE_CUDA", "12.1")
    monkeypatch.setenv("CONDA_OVERRIDE_GLIBC", "2.17")

    def detected(overrides: rattler.VirtualPackageOverrides | None) -> dict[str, str]:
        found = [p.into_generic() for p in rattler.VirtualPackage.detect(overrides)]
        return {p.name.normalized: str(p.version) for p in found}

    asked = detected(rattler.VirtualPackageOverrides.from_env())
    assert (asked["__cuda"], asked["__glibc"]) == ("12.1", "2.17")
    assert detected(None).get("__cuda") != "12.1"


# -- configuration ------------------------------------------------------------------------------


def test_every_key_we_write_is_read() -> None:
    text = """
authentication-override-file = "/somewhere/auth.json"
tls-no-verify = true
tls-root-certs = "system"
unknown-to-rattler = 1
[mirrors]
"https://a.example/c" = ["https://b.example/c"]
[proxy-config]
http = "http://proxy.example"
https = "http://proxy.example"
non-proxy-hosts = ["a.example"]
[concurrency]
downloads = 3
"""
    assert Config.from_toml_with_unused_keys(text)[1] == ["unknown-to-rattler"]


def test_the_parts_of_a_match_spec() -> None:
    spec = MatchSpec("https://a.example/c/linux-64::lib 2.* py*", strict=False)
    assert spec.channel is not None
    assert (spec.channel.base_url, spec.channel.name) == ("https://a.example/c/", "c")
    assert (spec.subdir, str(spec.version), str(spec.build)) == ("linux-64", "2.*", "py*")
