"""Locks: model, digest, conda-lock.yml, ``@EXPLICIT``, differences and plans."""

from .accelerator import Accelerator, GpuBuild, accelerator_of, gpu_builds
from .assemble import in_order, require_platform, with_input, with_packages
from .checks import check_lock
from .conda_lock import parse_lock
from .diff import LockDiff, PackageChange, Release, diff, release
from .digest import lock_digest
from .emit import emit_lock
from .explicit import emit_explicit
from .model import Lock, LockedPackage, Manager
from .plan import Download, Plan, make_plan
from .staleness import content_hash, inputs_hash, matches_input

__all__ = [
    "Accelerator",
    "Download",
    "GpuBuild",
    "Lock",
    "LockDiff",
    "LockedPackage",
    "Manager",
    "PackageChange",
    "Plan",
    "Release",
    "accelerator_of",
    "check_lock",
    "content_hash",
    "diff",
    "emit_explicit",
    "emit_lock",
    "gpu_builds",
    "in_order",
    "inputs_hash",
    "lock_digest",
    "make_plan",
    "matches_input",
    "parse_lock",
    "release",
    "require_platform",
    "with_input",
    "with_packages",
]
