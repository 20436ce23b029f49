"""Operations: queue, worker, journal, recovery, and the verbs as sequences."""

from .catalogue import list_operations, read_operation
from .context import open_ledger
from .inline import run_here
from .journal import ENDED, Event, Operation, is_running
from .launch import cancel, follow, submit
from .recovery import reconcile
from .requests import (
    Create,
    EnvironmentSource,
    LockSource,
    Plan,
    Remove,
    Request,
    Rollback,
    Source,
    SpecSource,
    Update,
)
from .resume import resume
from .settings import Settings, default_settings
from .sources import name_for, source_from_file, update_source
from .views import EnvironmentView, GenerationView, export_source, full_view, view

__all__ = [
    "ENDED",
    "Create",
    "EnvironmentSource",
    "EnvironmentView",
    "Event",
    "GenerationView",
    "LockSource",
    "Operation",
    "Plan",
    "Remove",
    "Request",
    "Rollback",
    "Settings",
    "Source",
    "SpecSource",
    "Update",
    "cancel",
    "default_settings",
    "export_source",
    "follow",
    "full_view",
    "is_running",
    "list_operations",
    "name_for",
    "open_ledger",
    "read_operation",
    "reconcile",
    "resume",
    "run_here",
    "source_from_file",
    "submit",
    "update_source",
    "view",
]
