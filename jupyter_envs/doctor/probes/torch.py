"""Whether PyTorch computes: a product and a convolution on each GPU, else on the CPU."""

from __future__ import annotations

import time
import warnings
from importlib import import_module
from typing import Any

from .start import SIZE, error_text, is_exact, milliseconds, said, stage


def probe() -> None:
    """Fill ``said``."""
    began = time.perf_counter()
    torch: Any = import_module("torch")
    said.update(
        import_ms=milliseconds(began),
        file=getattr(torch, "__file__", None),
        version=str(torch.__version__),
        built_cuda=torch.version.cuda,
        built_hip=getattr(torch.version, "hip", None),
    )
    stage("imported")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        said["available"] = bool(torch.cuda.is_available())
        count = torch.cuda.device_count() if said["available"] else 0
    said["warnings"] = [str(one.message)[:300] for one in heard][:5]
    metal = getattr(torch.backends, "mps", None)
    if said["available"]:
        said["arch_list"] = list(torch.cuda.get_arch_list())
        said["devices"] = [
            {
                "name": torch.cuda.get_device_name(number),
                "cc": list(torch.cuda.get_device_capability(number)),
            }
            for number in range(count)
        ]
        places = [f"cuda:{number}" for number in range(count)]
    elif metal is not None and metal.is_available():
        said.update(available=True, built_metal=True, devices=[{"name": "Metal"}])
        places = ["mps"]
    else:
        places = []
        if torch.version.cuda:
            try:
                torch.zeros(1, device="cuda")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the reason
                said["why"] = error_text(error)
    stage("compute")
    said["cpu_ok"] = _product(torch, "cpu")
    for place in places:
        began = time.perf_counter()
        said["ok"] = _product(torch, place)
        said["matmul_ms"] = milliseconds(began)
        if not said["ok"]:
            return
        stage("convolution")
        grid = torch.ones(1, 1, 8, 8, device=place)
        found = torch.nn.functional.conv2d(grid, torch.ones(1, 1, 3, 3, device=place))
        said["conv_ok"] = abs(float(found.sum().item()) - 9.0 * 36) < 1
    stage("done")


def _product(torch: Any, place: str) -> bool:
    matrix = torch.full((SIZE, SIZE), 0.5, device=place)
    return is_exact(float((matrix @ matrix).sum().item()))
