"""The engine on real conda-forge records: what is chosen for whom, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rattler

from jupyter_envs.engine import Solution, locked_packages, missing_kernel
from jupyter_envs.errors import LockInvalid, PackageNotFound, Unsatisfiable
from jupyter_envs.lock import Lock, emit_lock, lock_digest, parse_lock
from tests.engine.solving import Asker, asking, builds, record, versions, write_channel
from tests.support.records import records_channel

DATA_SCIENCE = ("python=3.12", "numpy", "pandas", "scikit-learn", "matplotlib")


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """An open session on the records of conda-forge."""
    channel = records_channel("conda-forge")
    if channel is None:
        pytest.skip("needs the real records")
    with asking(tmp_path_factory.mktemp("forge"), channel.as_uri()) as asker:
        yield asker


@pytest.fixture(scope="module")
def stack(forge: Asker) -> Solution:
    """The usual stack, with the kernel that it lacks."""
    first = forge.solve(*DATA_SCIENCE)
    kernel = missing_kernel(first.names)
    assert kernel == "ipykernel"
    return forge.solve(*DATA_SCIENCE, kernel)


# -- real records -------------------------------------------------------------------------------


def test_the_usual_stack_gets_a_kernel(stack: Solution) -> None:
    chosen = versions(stack.records)
    assert chosen["python"].startswith("3.12.")
    assert {"numpy", "pandas", "scikit-learn", "matplotlib", "ipykernel"} <= stack.names
    assert len(stack.records) > 150
    assert missing_kernel(stack.names) is None


def test_an_r_stack_gets_its_own_kernel(forge: Asker) -> None:
    first = forge.solve("r-base", "r-ggplot2")
    assert missing_kernel(first.names) == "r-irkernel"
    assert "r-irkernel" in forge.solve("r-base", "r-ggplot2", "r-irkernel").names


@pytest.mark.parametrize(
    ("cuda", "start"), [(None, "cpu_"), ("11.8=0", "cpu_"), ("12.9=0", "cuda129_")]
)
def test_pytorch_follows_the_driver(cuda: str | None, start: str, forge: Asker) -> None:
    solution = forge.solve("pytorch", machine={"__cuda": cuda})
    assert builds(solution)["pytorch"].partition("=")[2].startswith(start)


def test_a_cuda_build_without_a_driver_is_refused(forge: Asker) -> None:
    with pytest.raises(Unsatisfiable) as caught:
        forge.solve("pytorch-gpu", "cuda-version=12")
    assert "GPU driver" in caught.value.message
    assert "__cuda" in str(caught.value.details["tree"])


def test_an_old_glibc_is_named(forge: Asker) -> None:
    with pytest.raises(Unsatisfiable) as caught:
        forge.solve("pytorch>=2.7", machine={"__glibc": "2.12=0"})
    assert "glibc" in caught.value.message
    assert "2.12" in caught.value.message


def test_the_processor_decides(forge: Asker) -> None:
    # The records hold one build only: that for the plainest processor.
    plain = forge.solve("_x86_64-microarch-level", machine={"__archspec": "1=x86_64"})
    assert versions(plain.records) == {"_x86_64-microarch-level": "1"}
    with pytest.raises(Unsatisfiable) as caught:
        forge.solve("_x86_64-microarch-level", machine={"__archspec": "1=skylake"})
    assert "processor of the kind x86_64; this machine's is skylake" in caught.value.message


def test_an_update_keeps_what_it_can(forge: Asker) -> None:
    old = forge.solve("python=3.12", "numpy<2", "rich")
    unbound = forge.solve("python=3.12", "numpy", "rich", "tqdm")
    kept = forge.solve("python=3.12", "numpy", "rich", "tqdm", preferred=old.records)

    assert versions(unbound.records)["numpy"] > versions(old.records)["numpy"]
    assert "tqdm" in kept.names
    assert {name: builds(kept)[name] for name in old.names} == builds(old)


def test_a_big_lock_comes_back_as_it_was(stack: Solution, forge: Asker, tmp_path: Path) -> None:
    packages = locked_packages(stack, "linux-64")
    lock = Lock(
        platforms=("linux-64",),
        channels=tuple(channel.url for channel in forge.resolution.channels),
        packages=packages,
    )
    assert len(packages) == len(stack.records)
    assert all(len(package.sha256) == 64 for package in packages)

    path = tmp_path / "conda-lock.yml"
    path.write_bytes(emit_lock(lock))
    again = parse_lock(path.read_bytes(), file=str(path))
    assert again.for_platform("linux-64") == lock.for_platform("linux-64")
    assert lock_digest(again, "linux-64") == lock_digest(lock, "linux-64")

    environment = rattler.LockFile.from_path(path).default_environment()
    assert environment is not None
    (platform,) = environment.platforms()
    read = environment.conda_repodata_records_for_platform(platform)
    assert read is not None
    facts = {(r.name.normalized, str(r.version), r.url, r.sha256) for r in read}
    assert facts == {(r.name.normalized, str(r.version), r.url, r.sha256) for r in stack.records}


def test_noarch_packages_are_told_apart(stack: Solution) -> None:
    by_name = {r.name.normalized: r for r in stack.records}
    assert by_name["ipykernel"].noarch.python
    assert by_name["tzdata"].noarch.generic
    assert by_name["numpy"].noarch.none


# -- small channels -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """One package for each thing that a machine or a channel may lack."""
    folder = tmp_path_factory.mktemp("small")
    url = write_channel(
        folder / "channel",
        noarch=[
            record("pure", depends=["python >=3.9"], noarch="python"),
            record("data", noarch="generic"),
            record("conda-name", "2.0", depends=["python"], noarch="python"),
        ],
        linux_64=[
            record("python", "3.11.9"),
            record("python", "3.12.4"),
            record("gpu", build="cpu_0"),
            record("gpu", build="cuda_0", build_number=9, depends=["__cuda >=12"]),
            record("new", depends=["__glibc >=2.38,<3.0.a0"]),
            record("fast", build="v3", depends=["__archspec 1 x86_64_v3"]),
            record("fast", build="v4", build_number=9, depends=["__archspec 1 x86_64_v4"]),
            record("unverified", sha256=None),
            record("md5-missing", md5=None),
        ],
    )
    with asking(folder, url) as asker:
        yield asker


@pytest.mark.parametrize(
    ("cuda", "chosen"), [(None, "cpu_0"), ("11.8=0", "cpu_0"), ("12.0=0", "cuda_0")]
)
def test_a_build_for_the_driver(cuda: str | None, chosen: str, small: Asker) -> None:
    assert builds(small.solve("gpu", machine={"__cuda": cuda})) == {"gpu": f"1.0={chosen}"}


@pytest.mark.parametrize(("level", "chosen"), [("x86_64_v3", "v3"), ("x86_64_v4", "v4")])
def test_a_build_for_the_processor(level: str, chosen: str, small: Asker) -> None:
    solution = small.solve("fast", machine={"__archspec": f"1={level}"})
    assert builds(solution) == {"fast": f"1.0={chosen}"}


def test_a_machine_that_is_too_old(small: Asker) -> None:
    with pytest.raises(Unsatisfiable) as caught:
        small.solve("new")
    assert "needs glibc 2.38 or newer; this machine has 2.35" in caught.value.message
    assert small.solve("new", machine={"__glibc": "2.38=0"}).names == {"new"}


def test_a_lock_says_what_a_noarch_package_needs(small: Asker) -> None:
    packages = {p.name: p for p in locked_packages(small.solve("pure", "python=3.11"), "linux-64")}
    assert packages["pure"].dependencies == {"python": ">=3.9"}
    assert packages["pure"].url.endswith("/noarch/pure-1.0-0.conda")
    assert packages["pure"].platform == "linux-64"
    assert packages["python"].version == "3.11.9"


def test_what_cannot_be_verified_is_not_locked(small: Asker) -> None:
    with pytest.raises(LockInvalid) as caught:
        locked_packages(small.solve("unverified"), "linux-64")
    assert "no sha256 for unverified-1.0-0.conda" in caught.value.message

    (package,) = locked_packages(small.solve("md5-missing"), "linux-64")
    assert package.md5 is None


def test_a_package_of_another_platform(small: Asker) -> None:
    # The channel has no linux-aarch64 at all: noarch is what is left of it.
    assert small.solve("data", platform="linux-aarch64").names == {"data"}
    with pytest.raises(PackageNotFound) as caught:
        small.solve("gpu", platform="linux-aarch64")
    assert "linux-64" in str(caught.value.hint)


def test_the_size_that_is_still_to_come(small: Asker) -> None:
    solution = small.solve("data", "gpu")
    assert solution.missing_size(small.session) == 2
    (small.session.cache.packages / "data-1.0-0").mkdir()
    assert solution.missing_size(small.session) == 1
    assert solution.channel_urls == (small.resolution.channels[0].url,)
