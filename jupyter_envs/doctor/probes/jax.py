"""Whether JAX computes: a product on its default backend."""

from __future__ import annotations

import time
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from .start import SIZE, error_text, is_exact, milliseconds, said, stage


def probe() -> None:
    """Fill ``said``."""
    began = time.perf_counter()
    jax: Any = import_module("jax")
    jaxlib: Any = import_module("jaxlib")
    said.update(
        import_ms=milliseconds(began),
        file=getattr(jax, "__file__", None),
        version=str(jax.__version__),
        jaxlib=str(getattr(jaxlib, "__version__", "")),
        plugins=_plugins(),
    )
    stage("imported")
    devices = jax.devices()
    backend = str(jax.default_backend())
    said.update(backend=backend, available=backend in ("gpu", "cuda", "rocm", "METAL"))
    if said["available"]:
        said["devices"] = [{"name": str(one.device_kind)} for one in devices]
    else:
        try:
            jax.devices("gpu")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason
            said["why"] = error_text(error)
    stage("compute")
    numbers: Any = import_module("jax.numpy")
    if said["available"]:
        began = time.perf_counter()
        said["ok"] = all(_product(jax, numbers, one) for one in devices)
        said["matmul_ms"] = milliseconds(began)
    said["cpu_ok"] = _product(jax, numbers, jax.devices("cpu")[0])
    stage("done")


def _product(jax: Any, numbers: Any, device: Any) -> bool:
    with jax.default_device(device):
        matrix = numbers.full((SIZE, SIZE), 0.5)
        return is_exact(float((matrix @ matrix).sum()))


def _plugins() -> list[str]:
    """The modules by which jaxlib can use a GPU, whoever packaged them."""
    try:
        found = import_module("jax_plugins")
    except ImportError:
        return []
    names = [one.name for one in iter_modules(found.__path__)]
    return sorted(name for name in names if "cuda" in name or "rocm" in name)
