from .examine import Case, examine
from .model import DoctorReport, Evidence, Finding, Remedy
from .probe import (
    ALIASES,
    FRAMEWORKS,
    SECONDS,
    Framework,
    Place,
    framework_named,
    run_probe,
    seconds_for,
)
from .probe_reasons import PROBES, ProbeState
from .texts import FINDING_FIXES, FINDINGS

__all__ = [
    "ALIASES",
    "FINDINGS",
    "FINDING_FIXES",
    "FRAMEWORKS",
    "PROBES",
    "SECONDS",
    "Case",
    "DoctorReport",
    "Evidence",
    "Finding",
    "Framework",
    "Place",
    "ProbeState",
    "Remedy",
    "examine",
    "framework_named",
    "run_probe",
    "seconds_for",
]
