from .ledger import KERNEL_STARTED, DriftOf, Ledger, content_hash
from .query import Wanted, is_notebook, time_of
from .starts import KernelStart
from .times import ClockNote, Moment, from_seconds, now_here, read_moment
from .verify import Fault

__all__ = [
    "KERNEL_STARTED",
    "ClockNote",
    "DriftOf",
    "Fault",
    "KernelStart",
    "Ledger",
    "Moment",
    "Wanted",
    "content_hash",
    "from_seconds",
    "is_notebook",
    "now_here",
    "read_moment",
    "time_of",
]
