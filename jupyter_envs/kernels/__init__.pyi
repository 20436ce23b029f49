from .kernelspecs import (
    KERNEL_VARIABLE,
    Offer,
    install_kernelspec,
    installed_kernels,
    kernel_name,
    kernels_of,
    kernelspec,
    offers,
    published_kernels,
    remove_kernelspec,
)
from .shim import render_shim
from .verify import preload, verify_kernel

__all__ = [
    "KERNEL_VARIABLE",
    "Offer",
    "install_kernelspec",
    "installed_kernels",
    "kernel_name",
    "kernels_of",
    "kernelspec",
    "offers",
    "preload",
    "published_kernels",
    "remove_kernelspec",
    "render_shim",
    "verify_kernel",
]
