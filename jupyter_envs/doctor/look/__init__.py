"""Looking at a real machine, or at a tree of files that stands for one: from there to facts."""

from .environment import look_at_environment
from .gpus import look_at_gpus
from .host import KEPT, look_at_host
from .kernels import look_at_kernels
from .machine import Machine, Space
from .outputs import look_at_outputs
from .settings import look_at_settings
from .storage import look_at_storage

__all__ = [
    "KEPT",
    "Machine",
    "Space",
    "look_at_environment",
    "look_at_gpus",
    "look_at_host",
    "look_at_kernels",
    "look_at_outputs",
    "look_at_settings",
    "look_at_storage",
]
