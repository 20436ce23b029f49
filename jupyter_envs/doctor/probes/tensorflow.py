"""Whether TensorFlow computes: a product on its first GPU, else on the CPU."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from .start import SIZE, is_exact, milliseconds, said, stage


def probe() -> None:
    """Fill ``said``."""
    began = time.perf_counter()
    tf: Any = import_module("tensorflow")
    built = tf.sysconfig.get_build_info()
    said.update(
        import_ms=milliseconds(began),
        file=getattr(tf, "__file__", None),
        version=str(tf.__version__),
        built_cuda=built.get("cuda_version") if built.get("is_cuda_build") else None,
        built_hip=built.get("rocm_version") if built.get("is_rocm_build") else None,
        cudnn=built.get("cudnn_version"),
    )
    stage("imported")
    found = tf.config.list_physical_devices("GPU")
    for one in found:
        tf.config.experimental.set_memory_growth(one, True)
    said["available"] = bool(found)
    said["devices"] = [
        {"name": str(tf.config.experimental.get_device_details(one).get("device_name", one.name))}
        for one in found
    ]
    stage("compute")
    said["cpu_ok"] = _product(tf, "/CPU:0")
    if found:
        began = time.perf_counter()
        said["ok"] = all(_product(tf, f"/GPU:{number}") for number in range(len(found)))
        said["matmul_ms"] = milliseconds(began)
    stage("done")


def _product(tf: Any, place: str) -> bool:
    with tf.device(place):
        matrix = tf.fill((SIZE, SIZE), 0.5)
        product = tf.matmul(matrix, matrix)
    # It moves work to the CPU by itself where it can.
    return place[1:4] in str(product.device) and is_exact(float(tf.reduce_sum(product)))
