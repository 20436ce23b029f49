"""Operations: queue, worker, journal, recovery, and the verbs as sequences."""

from .actor import user_name
from .ask import (
    ask_adopt,
    ask_clean,
    ask_clone,
    ask_create,
    ask_plan,
    ask_remove,
    ask_repair,
    ask_update,
    check_source,
    require_idle,
)
from .catalogue import list_operations, read_operation
from .context import open_ledger
from .drift import (
    DriftState,
    DriftView,
    DriftWatch,
    drift_state,
    drift_view,
)
from .drift_ledger import teller
from .drift_report import (
    AdoptionView,
    DriftReport,
    RestoreView,
    ReturnView,
    VerdictView,
    drift_report,
    report_of,
)
from .inline import run_here
from .journal import ENDED, Event, Operation, State, is_running
from .launch import cancel, follow, submit
from .listing import EnvironmentList
from .packages import PackageView, packages_of
from .recovery import reconcile
from .repairing import keep
from .requests import (
    Adopt,
    Create,
    EnvironmentSource,
    Job,
    LockSource,
    Plan,
    Remove,
    Repair,
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
    "Adopt",
    "AdoptionView",
    "Changes",
    "Create",
    "DriftReport",
    "DriftState",
    "DriftView",
    "DriftWatch",
    "EnvironmentList",
    "EnvironmentSource",
    "EnvironmentView",
    "Event",
    "GenerationView",
    "Job",
    "LockSource",
    "NoteView",
    "Operation",
    "PackageView",
    "Plan",
    "Remove",
    "Repair",
    "Request",
    "RestoreView",
    "ReturnView",
    "Rollback",
    "Settings",
    "Source",
    "SpecSource",
    "State",
    "StorageView",
    "StoreWatch",
    "Update",
    "VerdictView",
    "ask_adopt",
    "ask_clean",
    "ask_clone",
    "ask_create",
    "ask_plan",
    "ask_remove",
    "ask_repair",
    "ask_update",
    "cancel",
    "check_source",
    "default_settings",
    "drift_report",
    "drift_state",
    "drift_view",
    "export_source",
    "follow",
    "full_view",
    "is_resumable",
    "is_running",
    "keep",
    "list_operations",
    "name_for",
    "open_ledger",
    "packages_of",
    "read_operation",
    "reconcile",
    "report_of",
    "require_idle",
    "resume",
    "run_here",
    "source_from_bytes",
    "source_from_file",
    "storage_of",
    "submit",
    "teller",
    "update_source",
    "user_name",
    "view",
]
