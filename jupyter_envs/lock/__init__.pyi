from .accelerator import Accelerator, GpuBuild, accelerator_of, built_for, gpu_builds
from .asked import Change, LineChange, added_by_us, line_changes, with_asked
from .assemble import in_order, require_platform, with_input, with_packages
from .checks import check_lock, package_problem
from .conda_lock import parse_lock
from .declared import declared, target_note, with_declared, with_target_note
from .diff import LockDiff, PackageChange, Release, diff, release
from .digest import lock_digest
from .emit import emit_lock
from .explicit import emit_explicit
from .explicit_read import ExplicitPackage, is_explicit, parse_explicit
from .model import Lock, LockedPackage, Manager
from .plan import Download, Plan, make_plan
from .pypi_names import pypi_name
from .repositories import (
    UnhashedPackage,
    commit_address,
    repository_of,
    unhashed,
)
from .scalars import scalar
from .staleness import content_hash, inputs_hash, matches_input
from .urls import channel_problem

__all__ = [
    "Accelerator",
    "Change",
    "Download",
    "ExplicitPackage",
    "GpuBuild",
    "LineChange",
    "Lock",
    "LockDiff",
    "LockedPackage",
    "Manager",
    "PackageChange",
    "Plan",
    "Release",
    "UnhashedPackage",
    "accelerator_of",
    "added_by_us",
    "built_for",
    "channel_problem",
    "check_lock",
    "commit_address",
    "content_hash",
    "declared",
    "diff",
    "emit_explicit",
    "emit_lock",
    "gpu_builds",
    "in_order",
    "inputs_hash",
    "is_explicit",
    "line_changes",
    "lock_digest",
    "make_plan",
    "matches_input",
    "package_problem",
    "parse_explicit",
    "parse_lock",
    "pypi_name",
    "release",
    "repository_of",
    "require_platform",
    "scalar",
    "target_note",
    "unhashed",
    "with_asked",
    "with_declared",
    "with_input",
    "with_packages",
    "with_target_note",
]
