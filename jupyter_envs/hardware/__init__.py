"""Hardware: what GPUs there are and how busy they are, and what to solve for on them."""

from .model import DriverState, Gpu, Inventory, Vendor

__all__ = ["DriverState", "Gpu", "Inventory", "Vendor"]
