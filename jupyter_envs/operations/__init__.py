"""Operations: queue, worker, journal, recovery, and the verbs as sequences."""

from .ask import (
    ask_archive,
    ask_clean,
    ask_clone,
    ask_create,
    ask_plan,
    ask_recreate,
    ask_remove,
    ask_update,
    check_source,
    require_idle,
)
from .catalogue import list_operations, read_operation
from .cleaning import CleanItem, CleanPlan, plan_clean
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
from .source_state import SourceState, TextDiff, TrackedFile, source_state
from .sources import name_for, source_from_bytes, source_from_file, update_source
from .storage import (
    EnvironmentStorage,
    GenerationStorage,
    StorageView,
    last_storage,
    storage_of,
)
from .views import EnvironmentView, GenerationView, NoteView, export_source, full_view, view
from .watching import Changes, StoreWatch

__all__ = [
    "ENDED",
    "Changes",
    "CleanItem",
    "CleanPlan",
    "Create",
    "EnvironmentList",
    "EnvironmentSource",
    "EnvironmentStorage",
    "EnvironmentView",
    "Event",
    "GenerationStorage",
    "GenerationView",
    "Job",
    "LockSource",
    "NoteView",
    "Operation",
    "PackageView",
    "Plan",
    "Remove",
    "Request",
    "Rollback",
    "Settings",
    "Source",
    "SourceState",
    "SpecSource",
    "State",
    "StorageView",
    "StoreWatch",
    "TextDiff",
    "TrackedFile",
    "Update",
    "ask_archive",
    "ask_clean",
    "ask_clone",
    "ask_create",
    "ask_plan",
    "ask_recreate",
    "ask_remove",
    "ask_update",
    "cancel",
    "check_source",
    "default_settings",
    "export_source",
    "follow",
    "full_view",
    "is_resumable",
    "is_running",
    "last_storage",
    "list_operations",
    "name_for",
    "open_ledger",
    "packages_of",
    "plan_clean",
    "read_operation",
    "reconcile",
    "require_idle",
    "resume",
    "run_here",
    "source_from_bytes",
    "source_from_file",
    "source_state",
    "storage_of",
    "submit",
    "update_source",
    "user_name",
    "view",
]
