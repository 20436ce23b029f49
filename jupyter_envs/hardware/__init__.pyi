from .choice import check_declared, choose_target
from .gpus import inventory, read_inventory
from .holders import Kernel
from .holding import Holder
from .identity import MachineIdentity, machine_identity
from .machine import Machine
from .model import DriverState, Gpu, Inventory, Vendor
from .owners import Holders
from .readings import Device, Hardware, Host, Slice
from .reasons import REASONS, Reason, reason
from .tables import at_least, cuda_of_driver, lowest_capability, major_of
from .target import Choice, Declared, Detected, Whose
from .texts import CONFIDENCES, HARDWARE, THROTTLES, UNTOLD

__all__ = [
    "CONFIDENCES",
    "HARDWARE",
    "REASONS",
    "THROTTLES",
    "UNTOLD",
    "Choice",
    "Declared",
    "Detected",
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
    "Reason",
    "Slice",
    "Vendor",
    "Whose",
    "at_least",
    "check_declared",
    "choose_target",
    "cuda_of_driver",
    "inventory",
    "lowest_capability",
    "machine_identity",
    "major_of",
    "read_inventory",
    "reason",
]
