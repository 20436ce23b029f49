from .activation import DEFAULT_PATH, LEAKS, measure_activation
from .activation_model import Activation, Case, Condition, Effect, Old, Template
from .cache_dirs import CacheDirs
from .channels import Resolution, ResolvedChannel, resolve_channels
from .configuration import CondaConfiguration, read_configuration
from .dependencies import clean_dependency, named_channels
from .explicit import lock_from_explicit
from .fetching import fetch
from .installing import InstallRequest, install
from .kernel_packages import missing_kernel
from .link_scripts import LinkScript, link_scripts, run_link_scripts
from .ownership import Ownership, read_ownership
from .pip_configuration import pip_options, uv_environment
from .pip_install import install_pip, pip_findings
from .pip_lock import lock_pip
from .pip_rules import check_pip_lines
from .pixi import lock_from_pixi
from .question import SolveRequest
from .records import (
    Record,
    Solution,
    channel_records,
    locked_packages,
    prefix_records,
    solution_from_lock,
)
from .repositories import repository_urls, require_git
from .satisfied import unsatisfied
from .session import Session, open_session
from .shell_code import fish_activation, posix_activation
from .solving import load_metadata, prepare, solve
from .target import Target, detect_target, usual_target, with_declared_packages
from .uv import UvContext
from .versions import engine_versions
from .wheels import PythonTarget, python_target

__all__ = [
    "DEFAULT_PATH",
    "LEAKS",
    "Activation",
    "CacheDirs",
    "Case",
    "CondaConfiguration",
    "Condition",
    "Effect",
    "InstallRequest",
    "LinkScript",
    "Old",
    "Ownership",
    "PythonTarget",
    "Record",
    "Resolution",
    "ResolvedChannel",
    "Session",
    "Solution",
    "SolveRequest",
    "Target",
    "Template",
    "UvContext",
    "channel_records",
    "check_pip_lines",
    "clean_dependency",
    "detect_target",
    "engine_versions",
    "fetch",
    "fish_activation",
    "install",
    "install_pip",
    "link_scripts",
    "load_metadata",
    "lock_from_explicit",
    "lock_from_pixi",
    "lock_pip",
    "locked_packages",
    "measure_activation",
    "missing_kernel",
    "named_channels",
    "open_session",
    "pip_findings",
    "pip_options",
    "posix_activation",
    "prefix_records",
    "prepare",
    "python_target",
    "read_configuration",
    "read_ownership",
    "repository_urls",
    "require_git",
    "resolve_channels",
    "run_link_scripts",
    "solution_from_lock",
    "solve",
    "unsatisfied",
    "usual_target",
    "uv_environment",
    "with_declared_packages",
]
