"""Generations on disk: build, publish step, leases, collection, conda's own files."""

from .bytecode import fill_cache, harvest_bytecode, link_bytecode
from .collection import collect, collectable
from .drift_content import content_verdicts, folded_names
from .drift_identity import Expected, identity_verdicts
from .drift_installed import conda_records, folded
from .drift_marks import fingerprint, site_packages, touched
from .drift_model import DRIFT, DriftLevel, Verdict, in_order
from .drift_record import (
    DriftRecord,
    drift_file,
    drift_lock,
    read_drift,
    read_expected,
    write_drift,
    write_expected,
)
from .environments import (
    complete_generations,
    current_generation,
    fingerprints,
    generation_of,
    get_environment,
    get_managed,
    list_environments,
    name_in_use,
    read_environment,
    read_info,
)
from .files import discard_tree, empty_trash, make_folder, write_atomically
from .generations import (
    Building,
    begin_generation,
    discard_generation,
    finish_generation,
    forget_empty,
    make_current,
    next_number,
    unfinished_generations,
)
from .identity import ProcessIdentity, is_alive, process_identity, this_process
from .interop import (
    forget_environment,
    read_history,
    register_environment,
    remove_cache_tag,
    write_history,
    write_state,
)
from .layout import GenerationFiles, Store
from .leases import Lease, live_leases, processes_of
from .locking import environment_lock, require_writable
from .markers import freeze
from .model import Environment, GenerationInfo, KernelRecord, SourceInfo
from .protection import detach, flush_file_system, link_mode, protect_cache, protect_links
from .sizes import packages_size
from .usage import disk_usage

__all__ = [
    "DRIFT",
    "Building",
    "DriftLevel",
    "DriftRecord",
    "Environment",
    "Expected",
    "GenerationFiles",
    "GenerationInfo",
    "KernelRecord",
    "Lease",
    "ProcessIdentity",
    "SourceInfo",
    "Store",
    "Verdict",
    "begin_generation",
    "collect",
    "collectable",
    "complete_generations",
    "conda_records",
    "content_verdicts",
    "current_generation",
    "detach",
    "discard_generation",
    "discard_tree",
    "disk_usage",
    "drift_file",
    "drift_lock",
    "empty_trash",
    "environment_lock",
    "fill_cache",
    "fingerprint",
    "fingerprints",
    "finish_generation",
    "flush_file_system",
    "folded",
    "folded_names",
    "forget_empty",
    "forget_environment",
    "freeze",
    "generation_of",
    "get_environment",
    "get_managed",
    "harvest_bytecode",
    "identity_verdicts",
    "in_order",
    "is_alive",
    "link_bytecode",
    "link_mode",
    "list_environments",
    "live_leases",
    "make_current",
    "make_folder",
    "name_in_use",
    "next_number",
    "packages_size",
    "process_identity",
    "processes_of",
    "protect_cache",
    "protect_links",
    "read_drift",
    "read_environment",
    "read_expected",
    "read_history",
    "read_info",
    "register_environment",
    "remove_cache_tag",
    "require_writable",
    "site_packages",
    "this_process",
    "touched",
    "unfinished_generations",
    "write_atomically",
    "write_drift",
    "write_expected",
    "write_history",
    "write_state",
]
