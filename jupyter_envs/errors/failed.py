"""A build or an operation that did not end well; the earlier state is as it was."""

from __future__ import annotations

from .base import EnvsError


class BuildFailed(EnvsError):
    """The new generation could not be completed and was discarded."""

    status = 422
    code = "build_failed"
    sentence = "The environment could not be built: {reason}"
    advice = (
        "Nothing was published, and what was there is as it was. Look at the reason, try again."
    )


class PackageCorrupt(BuildFailed):
    """A package whose bytes are not those the lock names."""

    code = "package_corrupt"
    sentence = "{package} is damaged or not the one that was locked: {reason}"
    advice = "Try again; if it stays, the channel serves a changed file: make a new lock."


class PackageUnsafe(BuildFailed):
    """A package that would write where it may not, or is not what it says it is."""

    code = "package_unsafe"
    sentence = "{package} from {channel} is refused: {reason}"
    advice = "Nothing of it was installed; take another build, and tell who runs the channel."


class PipFailed(BuildFailed):
    """The pip section could not be resolved or installed."""

    code = "pip_failed"
    sentence = "The pip section cannot be installed: {reason}"
    advice = "Correct the pip lines, or take these packages from conda; nothing was changed."


class PipUnsupported(BuildFailed):
    """A pip line whose result could not be locked."""

    code = "pip_unsupported"
    sentence = "The pip line {line!r} cannot be used: {reason}"
    advice = "Give the package by name and version, or by an https URL of a wheel."


class KernelFailed(BuildFailed):
    """The kernel did not start or did not answer; ``details`` holds its last output."""

    code = "kernel_failed"
    sentence = "The packages were installed, but the kernel does not start: {reason}"
    advice = "The last lines of the kernel's output say why; nothing was published."


class ActivationFailed(BuildFailed):
    """A package's activation script fails."""

    code = "activation_failed"
    sentence = "The activation scripts of the environment fail: {reason}"
    advice = "Remove or change the package that has the script; nothing was published."


class Cancelled(EnvsError):
    """The person cancelled; everything is as before."""

    status = 409
    code = "cancelled"
    sentence = "Cancelled; everything is as it was before"


class Interrupted(EnvsError):
    """The worker died without saying why (killed, out of memory, power cut)."""

    code = "interrupted"
    sentence = "The operation was interrupted: its process ended without a result"
    advice = "What was there before it is as it was. Resume it: jupyter envs operations resume {id}"
