"""The only room that knows py-rattler and uv: configuration, channels, solve, install, pip,
activation."""

from .activation import measure_activation
from .activation_model import Activation
from .channels import Resolution, ResolvedChannel
from .configuration import CondaConfiguration, read_configuration
from .dependencies import clean_dependency, named_channels
from .install import InstallRequest, install
from .kernel_packages import missing_kernel
from .link_scripts import LinkScript, link_scripts, run_link_scripts
from .ownership import Ownership, read_ownership
from .pip_configuration import uv_environment
from .pip_install import install_pip, pip_findings
from .pip_lock import check_pip_lines, lock_pip
from .records import Solution, locked_packages, prefix_records, solution_from_lock
from .session import CacheDirs, Session, open_session
from .shell_code import fish_activation, posix_activation
from .solve import SolveRequest, load_metadata, prepare, solve
from .target import Target, detect_target
from .uv import UvContext
from .versions import engine_versions

__all__ = [
    "Activation",
    "CacheDirs",
    "CondaConfiguration",
    "InstallRequest",
    "LinkScript",
    "Ownership",
    "Resolution",
    "ResolvedChannel",
    "Session",
    "Solution",
    "SolveRequest",
    "Target",
    "UvContext",
    "check_pip_lines",
    "clean_dependency",
    "detect_target",
    "engine_versions",
    "fish_activation",
    "install",
    "install_pip",
    "link_scripts",
    "load_metadata",
    "lock_pip",
    "locked_packages",
    "measure_activation",
    "missing_kernel",
    "named_channels",
    "open_session",
    "pip_findings",
    "posix_activation",
    "prefix_records",
    "prepare",
    "read_configuration",
    "read_ownership",
    "run_link_scripts",
    "solution_from_lock",
    "solve",
    "uv_environment",
]
