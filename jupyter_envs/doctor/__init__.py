"""The doctor: why something does not work here, or the GPU is idle, and what helps."""

from .examine import Case, examine
from .model import DoctorReport, Evidence, Finding, Remedy
from .texts import FINDING_FIXES, FINDINGS

__all__ = [
    "FINDINGS",
    "FINDING_FIXES",
    "Case",
    "DoctorReport",
    "Evidence",
    "Finding",
    "Remedy",
    "examine",
]
