"""Generations on disk: build, publish step, leases, collection, conda's own files."""

from .bytecode import fill_cache, harvest_bytecode, link_bytecode
from .collection import collect, collectable
from .environments import (
    complete_generations,
    current_generation,
    fingerprints,
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
from .model import Environment, GenerationInfo, KernelRecord, SourceInfo
from .protection import detach, flush_file_system, link_mode, protect_cache, protect_links
from .sizes import packages_size
from .usage import disk_usage

__all__ = [
    "Building",
    "Environment",
    "GenerationFiles",
    "GenerationInfo",
    "KernelRecord",
    "Lease",
    "ProcessIdentity",
    "SourceInfo",
    "Store",
    "begin_generation",
    "collect",
    "collectable",
    "complete_generations",
    "current_generation",
    "detach",
    "discard_generation",
    "discard_tree",
    "disk_usage",
    "empty_trash",
    "environment_lock",
    "fill_cache",
    "fingerprints",
    "finish_generation",
    "flush_file_system",
    "forget_empty",
    "forget_environment",
    "get_environment",
    "get_managed",
    "harvest_bytecode",
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
    "read_environment",
    "read_history",
    "read_info",
    "register_environment",
    "remove_cache_tag",
    "require_writable",
    "this_process",
    "unfinished_generations",
    "write_atomically",
    "write_history",
    "write_state",
]
