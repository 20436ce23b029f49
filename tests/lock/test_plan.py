"""Plans: what changes, what is downloaded, which builds were chosen."""

from __future__ import annotations

import pytest

from jupyter_envs.lock import LockedPackage, accelerator_of, lock_digest, make_plan

from .sample import conda, lock, pip


def test_a_change_unlinks_the_old_and_links_the_new() -> None:
    before = lock(conda("a"), conda("b", "1.0"), conda("gone"))
    after = lock(conda("a"), conda("b", "2.0"), conda("new"))
    plan = make_plan(before, after, "linux-64", sizes={})
    assert [(p.name, p.version) for p in plan.link] == [("b", "2.0"), ("new", "1.0.0")]
    assert [(p.name, p.version) for p in plan.unlink] == [("b", "1.0"), ("gone", "1.0.0")]
    assert [p.name for p in plan.keep] == ["a"]
    assert plan.lock_digest == lock_digest(after, "linux-64")


def test_download_counts_what_is_not_cached_and_admits_what_it_does_not_know() -> None:
    a, b, c, d = conda("a"), conda("b"), conda("c"), pip("d")
    plan = make_plan(
        lock(a),
        lock(a, b, c, d),
        "linux-64",
        sizes={a.url: 1, b.url: 1000, c.url: None},
        cached={a.sha256},
    )
    download = plan.download
    assert (download.packages, download.cached) == (3, 1)
    assert (download.size, download.unknown) == (1000, 2)


def test_a_kept_package_is_downloaded_again_when_the_cache_lost_it() -> None:
    a = conda("a")
    plan = make_plan(lock(a), lock(a), "linux-64", sizes={a.url: 70})
    assert (len(plan.keep), plan.download.size) == (1, 70)


def test_builds_name_the_gpu_capable_packages_only() -> None:
    plan = make_plan(
        None,
        lock(
            conda("numpy"),
            conda("pytorch", "2.5.1", "cuda126_mkl_py312_h0000000_300"),
            conda("libcublas", "12.6.0", "h9ab20c4_0", depends={"cuda-version": ">=12.6"}),
            pip("torchaudio", "2.5.1+cpu"),
        ),
        "linux-64",
        sizes={},
    )
    assert [(b.name, b.accelerator) for b in plan.builds] == [
        ("pytorch", "cuda"),
        ("torchaudio", "cpu"),
    ]


@pytest.mark.parametrize(
    ("package", "accelerator"),
    [
        (conda("pytorch", build="cpu_mkl_py312_h1_100"), "cpu"),
        (conda("pytorch", build="py3.10_cuda12.1_cudnn8.9.2_0"), "cuda"),
        (conda("pytorch", build="py3.10_cpu_0"), "cpu"),
        (conda("libhwloc", build="nocuda_h1_1000"), "cpu"),
        (conda("libarrow", build="h1_3_cuda"), "cuda"),
        (conda("jaxlib", build="cuda126py312h1_200"), "cuda"),
        (conda("tensorflow", build="gpu_py39h1_0"), "cuda"),
        (conda("driver-user", depends={"__cuda": ""}), "cuda"),
        (conda("cupy", depends={"python": ">=3.12", "cuda-version": ">=12"}), "cuda"),
        (conda("nccl", depends={"cuda-version": ">=12"}), None),
        (conda("python", depends={"openssl": ""}), None),
        (conda("cpuinfo", build="h1_0"), None),
        (pip("torch", "2.5.1+cu124"), "cuda"),
        (pip("torch", "2.5.1+cpu"), "cpu"),
        (pip("torch", depends={"nvidia-cublas-cu12": "==12.4.5.8"}), "cuda"),
        (pip("nvidia-cudnn-cu12", depends={"nvidia-cublas-cu12": ""}), None),
        (pip("rich"), None),
    ],
)
def test_what_a_package_was_built_for(package: LockedPackage, accelerator: str | None) -> None:
    assert accelerator_of(package) == accelerator
