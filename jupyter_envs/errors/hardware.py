"""What was asked of GPUs and cannot be had."""

from __future__ import annotations

from .input import InvalidInput
from .solving import SolveError


class TargetInvalid(InvalidInput):
    """A target that names what is no version, no GPU of this machine, or no profile."""

    code = "target_invalid"
    sentence = "The target cannot be used: {reason}"
    advice = "Give versions like cuda 12.9, cuda_arch 8.0, glibc 2.28, and GPUs by their number."


class ProfileNotFound(InvalidInput):
    """A profile that the policy does not have."""

    code = "profile_not_found"
    sentence = "There is no profile {profile!r}; there are: {profiles}"
    advice = "An administrator declares profiles in the policy; a driver alone: --cuda 12.9."


class GpuRequired(SolveError):
    """A GPU build is required, and what is solved for has no GPU."""

    code = "gpu_required"
    sentence = "A GPU build is required, but what is solved for has no GPU: {reason}"
    advice = "Declare the machines that it is for (--profile NAME or --cuda 12.9), or solve on one."


class GpuBuildMissing(SolveError):
    """A GPU build is required, and only a CPU build, or one without a link to the driver, fits.

    ``details`` are the builds that would have been chosen, and a conflict where there is one.
    """

    code = "gpu_build_missing"
    sentence = "A GPU build is required, but {reason}"
    advice = (
        "Loosen the versions of these packages, or require a GPU only of those that have one, "
        "with lines like pytorch=*=cuda*."
    )
