"""Hardware: what GPUs there are and how busy they are, and what to solve for on them."""

from .choice import check_declared, choose_target
from .model import DriverState, Gpu, Inventory, Vendor
from .reasons import REASONS, Reason, reason
from .tables import at_least, cuda_of_driver, major_of
from .target import Choice, Declared, Detected, Whose

__all__ = [
    "REASONS",
    "Choice",
    "Declared",
    "Detected",
    "DriverState",
    "Gpu",
    "Inventory",
    "Reason",
    "Vendor",
    "Whose",
    "at_least",
    "check_declared",
    "choose_target",
    "cuda_of_driver",
    "major_of",
    "reason",
]
