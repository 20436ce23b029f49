"""The doctor: why something does not work here, or the GPU is idle, and what helps."""

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

__all__ = [
    "ALIASES",
    "FRAMEWORKS",
    "PROBES",
    "SECONDS",
    "Framework",
    "Place",
    "ProbeState",
    "framework_named",
    "run_probe",
    "seconds_for",
]
