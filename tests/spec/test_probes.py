"""What an environment.yml wants to have tried once it is made."""

from __future__ import annotations

import pytest

from jupyter_envs.spec import named_probes

HEAD = "name: a\ndependencies: [python]\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{HEAD}x-jupyter-envs: {{probe: [torch, jax]}}\n", ("torch", "jax")),
        (f"{HEAD}x-jupyter-envs:\n  targets: {{cpu: {{}}}}\n  probe:\n  - torch\n", ("torch",)),
        (f"{HEAD}x-jupyter-envs: {{probe: [torch, torch, '']}}\n", ("torch",)),
        (f"{HEAD}x-jupyter-envs: {{probe: torch}}\n", ()),
        (f"{HEAD}x-jupyter-envs: [probe]\n", ()),
        (f"{HEAD}x-jupyter-envs:\n", ()),
        (HEAD, ()),
        ("", ()),
        ("- a\n", ()),
        ("a: [", ()),
        ("\0", ()),
    ],
)
def test_probes_that_are_named(text: str, found: tuple[str, ...]) -> None:
    assert named_probes(text.encode()) == found
