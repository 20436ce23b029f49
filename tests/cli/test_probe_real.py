"""Probes of real frameworks: JAX for the CPU, and CuPy, which has no CPU path."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox import Sandbox


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_real_frameworks_are_told_apart(sandbox: Sandbox) -> None:
    named: dict[str, Any] = {"x-jupyter-envs": {"probe": ["jax", "cupy"]}}
    made = sandbox.create("python", "numpy", pip=["jax", "cupy-cuda12x"], **named)
    sandbox.run("operations", "follow", made["probe"])
    found = {one["framework"]: one for one in sandbox.json("show", "demo")["probes"]}
    jax, cupy = found["jax"], found["cupy"]
    assert (jax["state"], jax["cpu_ok"], jax["here"]) == ("cpu_only_build", True, True)
    assert jax["version"] in jax["message"]
    # Here is no driver; where there is one, it computes.
    assert cupy["state"] in ("gpu_hidden", "gpu_ok")
    assert cupy["version"]

    # One that is told to compute on GPUs alone cannot compute at all, and it is told by what.
    sandbox.environ["JAX_PLATFORMS"] = "cuda"
    (told,) = sandbox.json("probe", "demo", "jax")["probes"]
    assert (told["state"], told["code"]) == ("crashed", "shadowed")
    assert "JAX_PLATFORMS" in told["message"]
