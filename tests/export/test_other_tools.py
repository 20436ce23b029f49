"""Exports for other tools: what those make of them, and that they are the same each time."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import msgspec
import pytest
import rattler
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from jupyter_envs.engine import lock_from_pixi
from jupyter_envs.errors import ExtraMissing
from jupyter_envs.export import FORMATS, ExportSource, export
from jupyter_envs.lock import Lock, LockedPackage, in_order, lock_digest
from jupyter_envs.spec import read_spec
from tests.lock.sample import FORGE, conda, demo, lock, pip

SPEC = b"""\
name: demo
channels: [conda-forge]
dependencies:
- python=3.10
- matplotlib-base   # plots
- pip
- pip:
  - --extra-index-url https://user:secret@wheels.example.org/simple
  - torch
variables: {MODE: fast}
"""


def noarch(package: LockedPackage, **depends: str) -> LockedPackage:
    url = package.url.replace("/linux-64/", "/noarch/")
    return msgspec.structs.replace(package, url=url, dependencies=depends)


def made() -> Lock:
    """Compiled, without architecture, without Python, and from pip."""
    return lock(
        conda("python", "3.10.4", "h0_cpython", depends={"openssl": ">=3"}),
        conda("openssl", "3.4.0"),
        conda("pytorch", "2.5.1", "cpu_py310_0", depends={"python": ">=3.10"}),
        noarch(conda("matplotlib-base", "3.9.2", "pyh_0"), python=">=3.9"),
        noarch(conda("tzdata", "2025b", "h0_0")),
        pip("tabulate", "0.9.0"),
    )


def source(spec: bytes = SPEC, packages: Lock | None = None) -> ExportSource:
    return ExportSource(spec_bytes=spec, lock=packages or made(), platform="linux-64", name="demo")


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_same_packages_are_the_same_bytes(name: str) -> None:
    first = made()
    packages = list(first.packages)
    random.Random(1).shuffle(packages)
    shuffled = msgspec.structs.replace(first, packages=tuple(packages))
    assert export(source(), name).data == export(source(packages=shuffled), name).data


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"yaml"}))
def test_no_login_leaves_with_an_export(name: str) -> None:
    assert b"secret" not in export(source(), name).data


# -- environment.yml ----------------------------------------------------------------------------


def test_pinned_names_every_version_and_can_be_read_again() -> None:
    spec = read_spec(export(source(), "pinned").data, "pinned.yml")
    assert spec.name == "demo"
    assert "matplotlib-base=3.9.2" in spec.dependencies
    assert "tabulate==0.9.0" in spec.pip
    assert any(line.startswith("--extra-index-url ") for line in spec.pip)
    assert spec.variables == {"MODE": "fast"}
    assert len(spec.dependencies) == sum(p.manager == "conda" for p in made().packages) + 1


def test_history_is_what_was_asked_for() -> None:
    written = yaml.safe_load(export(source(), "history").data)
    assert written["dependencies"][:3] == ["python=3.10", "matplotlib-base", "pip"]
    assert written["dependencies"][3]["pip"][1] == "torch"
    assert written["channels"] == ["conda-forge"]


# -- requirements.txt ---------------------------------------------------------------------------


def test_requirements_have_hashes_and_say_what_is_left_out() -> None:
    text = export(source(), "requirements").data.decode()
    tabulate = pip("tabulate", "0.9.0")
    assert f"tabulate==0.9.0 \\\n    --hash=sha256:{tabulate.sha256}" in text
    # conda's packages by the names that PyPI knows, and as comments: pip is to leave them.
    assert "# torch==2.5.1" in text
    assert "# matplotlib==3.9.2" in text
    assert "openssl" not in text
    assert "not on PyPI: 3 packages" in text


def test_what_came_by_its_address_keeps_it() -> None:
    spec = (
        b"dependencies: [python, {pip: ['tabulate @ https://host/tabulate-0.9.0.zip', '-e .']}]\n"
    )
    for name in ("pinned", "requirements"):
        text = export(source(spec), name).data.decode()
        assert f"tabulate @ {pip('tabulate', '0.9.0').url}" in text
        assert "-e ." not in text


# -- pixi.lock ----------------------------------------------------------------------------------


def test_pixi_lock_is_read_by_rattler_and_by_us() -> None:
    for packages in (made(), demo()):
        data = export(source(packages=packages), "pixi").data
        again = lock_from_pixi(data, file="pixi.lock")
        assert set(again.platforms) == set(packages.platforms)
        for platform in packages.platforms:
            assert lock_digest(again, platform) == lock_digest(packages, platform)
        assert {
            (p.name, p.url): p.dependencies for p in again.packages if p.manager == "conda"
        } == {(p.name, p.url): p.dependencies for p in packages.packages if p.manager == "conda"}
        assert again.channels == (FORGE,)


def test_pixi_lock_tells_how_a_package_without_architecture_is_installed(tmp_path: Path) -> None:
    path = tmp_path / "pixi.lock"
    path.write_bytes(export(source(), "pixi").data)
    environment = rattler.LockFile.from_path(path).default_environment()
    assert environment is not None
    (platform,) = environment.platforms()
    records = environment.conda_repodata_records_for_platform(platform) or []
    kinds = {record.name.normalized: record.noarch for record in records}
    assert kinds["matplotlib-base"].python
    assert kinds["pytorch"].none


# -- CycloneDX ----------------------------------------------------------------------------------


def test_a_bill_of_materials_is_valid_and_names_both_worlds() -> None:
    text = export(source(), "sbom").data.decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None

    components = {one["name"]: one for one in json.loads(text)["components"]}
    assert set(components) == {p.name for p in made().packages}
    torch = components["pytorch"]
    purl = PackageURL.from_string(torch["purl"])
    assert (purl.type, purl.name, purl.version) == ("conda", "pytorch", "2.5.1")
    assert purl.qualifiers == {
        "build": "cpu_py310_0", "channel": "conda-forge", "subdir": "linux-64", "type": "conda"
    }  # fmt: skip
    assert torch["properties"][0]["value"] == "pkg:pypi/torch@2.5.1"
    assert components["tabulate"]["purl"] == "pkg:pypi/tabulate@0.9.0"
    assert "properties" not in components["openssl"]
    sha256 = {one["name"]: one["hashes"] for one in components.values()}
    for package in made().packages:
        assert {"alg": "SHA-256", "content": package.sha256} in sha256[package.name]


def test_a_bill_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cyclonedx.model.bom", None)
    with pytest.raises(ExtraMissing) as caught:
        export(source(), "sbom")
    assert "pip install 'jupyter_envs[sbom]'" in (caught.value.hint or "")


def test_a_bill_has_no_time_and_a_serial_number_of_its_packages() -> None:
    first = json.loads(export(source(), "sbom").data)
    other = in_order(msgspec.structs.replace(made(), packages=made().packages[1:]))
    second = json.loads(export(source(packages=other), "sbom").data)
    assert "timestamp" not in first["metadata"]
    assert first["serialNumber"].startswith("urn:uuid:")
    assert first["serialNumber"] != second["serialNumber"]
