"""Hardware: what GPUs there are and how busy they are, and what to solve for on them."""

from .gpus import inventory, read_inventory
from .holders import Kernel
from .holding import Holder
from .identity import MachineIdentity, machine_identity
from .machine import Machine
from .model import DriverState, Gpu, Inventory, Vendor
from .owners import Holders
from .readings import Device, Hardware, Host, Slice
from .texts import CONFIDENCES, HARDWARE, THROTTLES, UNTOLD

__all__ = [
    "CONFIDENCES",
    "HARDWARE",
    "THROTTLES",
    "UNTOLD",
    "Device",
    "DriverState",
    "Gpu",
    "Hardware",
    "Holder",
    "Holders",
    "Host",
    "Inventory",
    "Kernel",
    "Machine",
    "MachineIdentity",
    "Slice",
    "Vendor",
    "inventory",
    "machine_identity",
    "read_inventory",
]
