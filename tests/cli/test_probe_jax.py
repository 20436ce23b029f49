"""The probe of a real framework: JAX for the CPU, in an environment with its wheels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox import Sandbox


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_jax_computes_on_the_cpu(sandbox: Sandbox) -> None:
    named: dict[str, Any] = {"x-jupyter-envs": {"probe": ["jax"]}}
    made = sandbox.create("python", "numpy", pip=["jax"], **named)
    sandbox.run("operations", "follow", made["probe"])
    found = sandbox.json("show", "demo")["probe"]
    assert (found["state"], found["cpu_ok"], found["here"]) == ("cpu_only_build", True, True)
    assert found["version"] in found["message"]

    # A kernel that is told to compute on GPUs alone cannot compute at all, and that is told.
    sandbox.environ["JAX_PLATFORMS"] = "cuda"
    (told,) = sandbox.json("probe", "demo", "jax")["probes"]
    assert told["state"] != "gpu_ok"
    assert "JAX_PLATFORMS" in told["message"] or "cuda" in told["message"]

    # What it has shown before is still so without that variable.
    del sandbox.environ["JAX_PLATFORMS"]
    (again,) = sandbox.json("probe", "demo")["probes"]
    assert (again["state"], again["cpu_ok"]) == ("cpu_only_build", True)
