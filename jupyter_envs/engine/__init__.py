"""The only room that knows py-rattler and uv: configuration, channels, solve, install, pip,
activation.

What only makes environments is imported when it is first asked for: most commands never do, and
a server starts for everybody. py-rattler alone takes as long as all the rest of what they import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .activation import DEFAULT_PATH, LEAKS, measure_activation
from .activation_model import Activation, Case, Condition, Effect, Old, Template
from .cache_dirs import CacheDirs
from .configuration import CondaConfiguration, read_configuration
from .dependencies import clean_dependency, named_channels
from .kernel_packages import missing_kernel
from .link_scripts import LinkScript, link_scripts, run_link_scripts
from .ownership import Ownership, read_ownership
from .shell_code import fish_activation, posix_activation
from .versions import engine_versions

if TYPE_CHECKING:
    from .channels import Resolution, ResolvedChannel, resolve_channels
    from .explicit import lock_from_explicit
    from .installing import InstallRequest, install
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
    from .solving import load_metadata, prepare, solve
    from .target import Target, detect_target, usual_target, with_declared_packages
    from .uv import UvContext
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

# None of them may have the name of something in __all__: a module that is imported takes its
# name in the package, and what is meant would not be looked for.
_LATER = (
    "channels", "explicit", "installing", "pip_configuration", "pip_install", "pip_lock",
    "pip_rules", "pixi", "records", "repositories", "satisfied", "session", "solving", "target",
    "uv", "wheels",
)  # fmt: skip

if not TYPE_CHECKING:  # a type checker is to find names that do not exist

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        for module in _LATER:
            found = vars(import_module(f"{__name__}.{module}"))
            globals().update({known: found[known] for known in __all__ if known in found})
        return globals()[name]
