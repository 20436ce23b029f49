from .actor import user_name
from .ask import (
    ask_adopt,
    ask_archive,
    ask_clean,
    ask_clone,
    ask_create,
    ask_plan,
    ask_recreate,
    ask_remove,
    ask_repair,
    ask_update,
    check_source,
)
from .ask_lock import LockCheck, ask_lock, check_lock_file
from .ask_probe import ask_probe, probe_at_start
from .audit import Audit, AuditCurrent, AuditKernel, audit, history, kept_lock, lock_of_audit
from .catalogue import list_operations, read_operation
from .cleaning import CleanItem, CleanPlan, plan_clean
from .context import open_ledger
from .diagnosing import diagnosis, settings_to_examine
from .differences import DiffChange, Difference, DiffPackage, DiffSide, difference
from .digests import DigestPlace, DigestUse, DigestView, about_digest, verify_record
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
from .outcome import is_recovered
from .packages import PackageView, packages_of
from .preconditions import require_archivable, require_idle
from .preparing import collect_rarely, prepared
from .probe_view import ProbeView, probe_answers
from .recovery import reconcile
from .references import Side, is_file_reference, resolve, side_from_bytes
from .repairing import keep
from .requests import (
    Adopt,
    Create,
    EnvironmentSource,
    Job,
    LockSource,
    MakeLock,
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
from .source_state import SourceState, TextDiff, TrackedFile, source_state
from .sources import (
    name_for,
    source_from_bytes,
    source_from_file,
    source_named,
    update_source,
)
from .stack_places import stack_source, stacks_of
from .stack_views import (
    StackProblem,
    StacksView,
    StackTargetView,
    StackView,
    free_bytes,
    stack_view,
    stacks_view,
)
from .stamp import read_notebook, stamp_notebook, stamp_of, stamped
from .starts import absorb_starts, started_kernel
from .storage import (
    EnvironmentStorage,
    GenerationStorage,
    StorageView,
    last_storage,
    storage_of,
)
from .target_order import TargetOrder
from .targets import gpu_machine, machine_choice
from .unmanaged import AdoptionPreview, UnlockedView, adoption_preview, find_for_adoption
from .views import EnvironmentView, GenerationView, NoteView, export_source, full_view, view
from .watching import Changes, StoreWatch

__all__ = [
    "ENDED",
    "Adopt",
    "AdoptionPreview",
    "AdoptionView",
    "Audit",
    "AuditCurrent",
    "AuditKernel",
    "Changes",
    "CleanItem",
    "CleanPlan",
    "Create",
    "DiffChange",
    "DiffPackage",
    "DiffSide",
    "Difference",
    "DigestPlace",
    "DigestUse",
    "DigestView",
    "DriftReport",
    "DriftState",
    "DriftView",
    "DriftWatch",
    "EnvironmentList",
    "EnvironmentSource",
    "EnvironmentStorage",
    "EnvironmentView",
    "Event",
    "GenerationStorage",
    "GenerationView",
    "Job",
    "LockCheck",
    "LockSource",
    "MakeLock",
    "NoteView",
    "Operation",
    "PackageView",
    "Plan",
    "ProbeView",
    "Remove",
    "Repair",
    "Request",
    "RestoreView",
    "ReturnView",
    "Rollback",
    "Settings",
    "Side",
    "Source",
    "SourceState",
    "SpecSource",
    "StackProblem",
    "StackTargetView",
    "StackView",
    "StacksView",
    "State",
    "StorageView",
    "StoreWatch",
    "TargetOrder",
    "TextDiff",
    "TrackedFile",
    "UnlockedView",
    "Update",
    "VerdictView",
    "about_digest",
    "absorb_starts",
    "adoption_preview",
    "ask_adopt",
    "ask_archive",
    "ask_clean",
    "ask_clone",
    "ask_create",
    "ask_lock",
    "ask_plan",
    "ask_probe",
    "ask_recreate",
    "ask_remove",
    "ask_repair",
    "ask_update",
    "audit",
    "cancel",
    "check_lock_file",
    "check_source",
    "collect_rarely",
    "default_settings",
    "diagnosis",
    "difference",
    "drift_report",
    "drift_state",
    "drift_view",
    "export_source",
    "find_for_adoption",
    "follow",
    "free_bytes",
    "full_view",
    "gpu_machine",
    "history",
    "is_file_reference",
    "is_recovered",
    "is_resumable",
    "is_running",
    "keep",
    "kept_lock",
    "last_storage",
    "list_operations",
    "lock_of_audit",
    "machine_choice",
    "name_for",
    "open_ledger",
    "packages_of",
    "plan_clean",
    "prepared",
    "probe_answers",
    "probe_at_start",
    "read_notebook",
    "read_operation",
    "reconcile",
    "report_of",
    "require_archivable",
    "require_idle",
    "resolve",
    "resume",
    "run_here",
    "settings_to_examine",
    "side_from_bytes",
    "source_from_bytes",
    "source_from_file",
    "source_named",
    "source_state",
    "stack_source",
    "stack_view",
    "stacks_of",
    "stacks_view",
    "stamp_notebook",
    "stamp_of",
    "stamped",
    "started_kernel",
    "storage_of",
    "submit",
    "teller",
    "update_source",
    "user_name",
    "verify_record",
    "view",
]
