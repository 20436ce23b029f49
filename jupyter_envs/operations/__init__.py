"""Operations: queue, worker, journal, recovery, and the verbs as sequences."""

from .ask import (
    ask_clean,
    ask_clone,
    ask_create,
    ask_plan,
    ask_remove,
    ask_update,
    check_source,
    require_idle,
)
from .ask_lock import LockCheck, ask_lock, check_lock_file
from .catalogue import list_operations, read_operation
from .context import open_ledger
from .inline import run_here
from .journal import ENDED, Event, Operation, State, is_running
from .launch import cancel, follow, submit, user_name
from .listing import EnvironmentList
from .packages import PackageView, packages_of
from .recovery import reconcile
from .requests import (
    Create,
    EnvironmentSource,
    Job,
    LockSource,
    MakeLock,
    Plan,
    Remove,
    Request,
    Rollback,
    Source,
    SpecSource,
    Update,
)
from .resume import is_resumable, resume
from .settings import Settings, default_settings
from .sources import name_for, source_from_bytes, source_from_file, update_source
from .storage import StorageView, storage_of
from .views import EnvironmentView, GenerationView, NoteView, export_source, full_view, view
from .watching import Changes, StoreWatch

__all__ = [
    "ENDED",
    "Changes",
    "Create",
    "EnvironmentList",
    "EnvironmentSource",
    "EnvironmentView",
    "Event",
    "GenerationView",
    "Job",
    "LockCheck",
    "LockSource",
    "MakeLock",
    "NoteView",
    "Operation",
    "PackageView",
    "Plan",
    "Remove",
    "Request",
    "Rollback",
    "Settings",
    "Source",
    "SpecSource",
    "State",
    "StorageView",
    "StoreWatch",
    "Update",
    "ask_clean",
    "ask_clone",
    "ask_create",
    "ask_lock",
    "ask_plan",
    "ask_remove",
    "ask_update",
    "cancel",
    "check_lock_file",
    "check_source",
    "default_settings",
    "export_source",
    "follow",
    "full_view",
    "is_resumable",
    "is_running",
    "list_operations",
    "name_for",
    "open_ledger",
    "packages_of",
    "read_operation",
    "reconcile",
    "require_idle",
    "resume",
    "run_here",
    "source_from_bytes",
    "source_from_file",
    "storage_of",
    "submit",
    "update_source",
    "user_name",
    "view",
]
