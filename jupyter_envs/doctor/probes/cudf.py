"""Whether RAPIDS computes: sums of a cuDF series. It has no CPU path."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from .start import milliseconds, said, stage


def probe() -> None:
    """Fill ``said``."""
    began = time.perf_counter()
    cudf: Any = import_module("cudf")
    said.update(
        import_ms=milliseconds(began),
        file=getattr(cudf, "__file__", None),
        version=str(cudf.__version__),
        available=True,
    )
    stage("imported")
    stage("compute")
    began = time.perf_counter()
    series = cudf.Series(range(1, 1001))
    said["ok"] = int(series.sum()) == 500500 and int((series * 2).max()) == 2000
    said["matmul_ms"] = milliseconds(began)
    stage("done")
