"""What can go wrong, each with a stable ``code``.

Every error a person may meet is a class here. A class carries the HTTP ``status`` the server
answers with, a ``code`` that never changes once released, one ``sentence`` that says what is
wrong and one ``advice`` that says what to do next. Both are templates over ``params``; clients
that translate build their own text from ``code`` and ``params``.

Tree::

    EnvsError
    ├── InvalidInput (422)          the request cannot be carried out as written
    │   ├── SpecInvalid, LockInvalid, NameForbidden, ConfigurationInvalid, ...
    │   └── SolveError              the solver's answers: Unsatisfiable, PackageNotFound, ...
    ├── NotFound (404)              EnvironmentNotFound, GenerationNotFound, OperationNotFound
    ├── Conflict (409)              NameTaken, EnvironmentBusy, OperationEnded, ...
    ├── Forbidden (403)             PolicyDenied, StoreReadOnly
    ├── Unavailable (502 to 507)    ChannelUnavailable, SolveTimeout, NoSpace, DiskFailed, ...
    └── BuildFailed (422)           PipFailed, KernelFailed, PackageCorrupt, ...
"""

from .base import EnvsError
from .conflicts import (
    AdoptedKept,
    AdoptionImpossible,
    Conflict,
    DriftChanged,
    DriftInTheWay,
    DriftUnknown,
    EnvironmentArchived,
    EnvironmentBroken,
    EnvironmentBusy,
    EnvironmentNotArchived,
    EnvironmentUnmanaged,
    ExchangeUnsupported,
    KernelsElsewhere,
    KernelsRunning,
    LockAmbiguous,
    NameTaken,
    NotAllLocked,
    NothingToAdopt,
    NothingToProbe,
    NothingToResume,
    OperationEnded,
    OperationsRunning,
)
from .disk import DISK_HINT, disk_error, folder_error, naming, no_space
from .failed import (
    ActivationFailed,
    BuildFailed,
    Cancelled,
    Interrupted,
    KernelFailed,
    PackageCorrupt,
    PackageUnsafe,
    PipFailed,
    PipUnsupported,
)
from .forbidden import Forbidden, PolicyDenied, StoreReadOnly
from .hardware import GpuBuildMissing, GpuRequired, ProfileNotFound, TargetInvalid
from .input import (
    ChannelInvalid,
    ConfigurationInvalid,
    ExportFormatUnknown,
    ExtraMissing,
    InvalidInput,
    LockInvalid,
    LockMismatch,
    MatchSpecInvalid,
    NameForbidden,
    NameMissing,
    NotebookInvalid,
    PathTooLong,
    PlatformNotLocked,
    PlatformUnsupported,
    RequestInvalid,
    SourceNotFound,
    SpecInvalid,
    TimeInvalid,
)
from .missing import (
    EnvironmentNotFound,
    GenerationNotFound,
    LockNotFound,
    NotFound,
    OperationNotFound,
)
from .problem import Problem
from .solving import BuildNotFound, PackageNotFound, SolveError, Unsatisfiable, VersionNotFound
from .stacks import StackDigestMismatch, StackInvalid, StackNotFound, StackUnfit
from .unavailable import (
    ChannelDenied,
    ChannelUnavailable,
    DiskFailed,
    DownloadFailed,
    NoSpace,
    SolveTimeout,
    Unavailable,
)

__all__ = [
    "DISK_HINT",
    "ActivationFailed",
    "AdoptedKept",
    "AdoptionImpossible",
    "BuildFailed",
    "BuildNotFound",
    "Cancelled",
    "ChannelDenied",
    "ChannelInvalid",
    "ChannelUnavailable",
    "ConfigurationInvalid",
    "Conflict",
    "DiskFailed",
    "DownloadFailed",
    "DriftChanged",
    "DriftInTheWay",
    "DriftUnknown",
    "EnvironmentArchived",
    "EnvironmentBroken",
    "EnvironmentBusy",
    "EnvironmentNotArchived",
    "EnvironmentNotFound",
    "EnvironmentUnmanaged",
    "EnvsError",
    "ExchangeUnsupported",
    "ExportFormatUnknown",
    "ExtraMissing",
    "Forbidden",
    "GenerationNotFound",
    "GpuBuildMissing",
    "GpuRequired",
    "Interrupted",
    "InvalidInput",
    "KernelFailed",
    "KernelsElsewhere",
    "KernelsRunning",
    "LockAmbiguous",
    "LockInvalid",
    "LockMismatch",
    "LockNotFound",
    "MatchSpecInvalid",
    "NameForbidden",
    "NameMissing",
    "NameTaken",
    "NoSpace",
    "NotAllLocked",
    "NotFound",
    "NotebookInvalid",
    "NothingToAdopt",
    "NothingToProbe",
    "NothingToResume",
    "OperationEnded",
    "OperationNotFound",
    "OperationsRunning",
    "PackageCorrupt",
    "PackageNotFound",
    "PackageUnsafe",
    "PathTooLong",
    "PipFailed",
    "PipUnsupported",
    "PlatformNotLocked",
    "PlatformUnsupported",
    "PolicyDenied",
    "Problem",
    "ProfileNotFound",
    "RequestInvalid",
    "SolveError",
    "SolveTimeout",
    "SourceNotFound",
    "SpecInvalid",
    "StackDigestMismatch",
    "StackInvalid",
    "StackNotFound",
    "StackUnfit",
    "StoreReadOnly",
    "TargetInvalid",
    "TimeInvalid",
    "Unavailable",
    "Unsatisfiable",
    "VersionNotFound",
    "disk_error",
    "folder_error",
    "naming",
    "no_space",
]
