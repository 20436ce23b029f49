"""The state of the store does not allow it now."""

from __future__ import annotations

from .base import EnvsError


class Conflict(EnvsError):
    """The state of the store does not allow this now."""

    status = 409
    code = "conflict"
    sentence = "{reason}"


class NameTaken(Conflict):
    """An environment of that name (without regard to case) exists."""

    code = "name_taken"
    sentence = "There is already an environment called {name!r}; it was left as it is"
    advice = "Choose another name with --name, or change it: jupyter envs update {name} FILE"


class EnvironmentUnmanaged(Conflict):
    """The environment was made by something else and cannot be changed by us."""

    code = "environment_unmanaged"
    sentence = "{name!r} was not made by jupyter_envs, so it was left as it is"
    advice = "Change it with the tool that made it."


class EnvironmentArchived(Conflict):
    """The environment is archived: only its spec and its lock are there."""

    code = "environment_archived"
    sentence = "{name!r} is archived: its files are gone, its file and its lock were kept"
    advice = "Make it again, exactly as it was: jupyter envs recreate {name}"


class EnvironmentNotArchived(Conflict):
    """An environment that is to be recreated is there."""

    code = "environment_not_archived"
    sentence = "{name!r} is not archived, so there is nothing to recreate"
    advice = "To build it anew from its lock: jupyter envs repair {name}"


class EnvironmentBroken(Conflict):
    """A hand has taken away or changed what makes an environment one; ``reason`` says what."""

    code = "environment_broken"
    sentence = "{name!r} cannot be used as it is: {reason}"
    advice = "Build it again from its lock: jupyter envs repair {name}"


class EnvironmentBusy(Conflict):
    """Another operation works on this environment."""

    code = "environment_busy"
    sentence = "Another operation is working on {name!r}"
    advice = "Wait for it or cancel it: jupyter envs operations"


class OperationEnded(Conflict):
    """Cancel or resume of an operation that has ended in another way."""

    code = "operation_ended"
    sentence = "Operation {id!r} has already ended: {state}"
    advice = "Nothing was changed; see how it ended: jupyter envs operations show {id}"


class KernelsRunning(Conflict):
    """Kernels or other processes use the environment."""

    code = "kernels_running"
    sentence = "{name!r} is in use by {count} running process(es)"
    advice = "Shut its kernels down first, or use --force."


class OperationsRunning(Conflict):
    """The package cache is in use by other operations."""

    code = "operations_running"
    sentence = "Other operations are running, and they need the cached packages"
    advice = "Try again when they have ended."


class NothingToProbe(Conflict):
    """The environment has no framework that a probe is for."""

    code = "nothing_to_probe"
    sentence = "{name!r} has no framework that could be tried on a GPU"
    advice = "There are probes for torch, tensorflow, jax, cupy and cudf; name one to see."


class NothingToResume(Conflict):
    """Resume of an operation that left nothing to take up."""

    code = "nothing_to_resume"
    sentence = "Nothing is left of operation {id!r} that could be taken up"
    advice = "Start it again."


class NothingToAdopt(Conflict):
    """No difference that lines of an environment.yml could bring about."""

    code = "nothing_to_adopt"
    sentence = "Nothing of what was changed in {name!r} can be written into an environment.yml"
    advice = "Restore it from its lock, or keep it as it is."


class AdoptionImpossible(Conflict):
    """An environment that another tool made cannot be adopted."""

    code = "adoption_impossible"
    sentence = "{name!r} cannot be adopted, and was left as it is: {reason}"
    advice = "Make a new environment from its file; conda env export writes one."


class ExchangeUnsupported(Conflict):
    """The directory and a symlink cannot be exchanged in one step here."""

    code = "exchange_unsupported"
    sentence = "The file system of {path} cannot exchange two names at once: {reason}"
    advice = "Make a new environment from its file instead; conda env export writes one."


class NotAllLocked(Conflict):
    """Some packages of an adopted environment are not in its lock, and would be left out."""

    code = "not_all_locked"
    sentence = "{count} package(s) of {name!r} are in no lock, and would be left out: {packages}"
    advice = "Update it first: what is built from its file is locked as a whole."


class AdoptedKept(Conflict):
    """An environment of which an adopted directory is a generation is to be archived."""

    code = "adopted_kept"
    sentence = "{name!r} was adopted, and the directory that it was is only taken away with it"
    advice = "Clone it once it was updated, and archive the clone."


class DriftInTheWay(Conflict):
    """What was changed by hand is not in the lock, and would be lost for good."""

    code = "drift_in_the_way"
    sentence = "{name!r} was changed by hand, and that is not in its lock: it would be lost"
    advice = "Take the change into its file: jupyter envs adopt {name}. Or use --force."


class DriftChanged(Conflict):
    """Somebody went on changing the environment after the person had looked."""

    code = "drift_changed"
    sentence = "{name!r} has changed again since you looked"
    advice = "Look at it again, then decide."


class DriftUnknown(Conflict):
    """The lock of the current generation cannot be read."""

    code = "drift_unknown"
    sentence = "It cannot be told whether {name!r} was changed: its lock cannot be read"
    advice = "Build the next generation from its environment.yml."


class KernelsElsewhere(Conflict):
    """This server starts its kernels on another machine, by a gateway."""

    code = "kernels_elsewhere"
    sentence = "Kernels of this server run behind a gateway, where its environments are not"
    advice = "Make the environment on the machine that the gateway starts kernels on."


class LockAmbiguous(Conflict):
    """Several locks fit where one was asked for."""

    code = "lock_ambiguous"
    sentence = "{count} locks fit: {digests}"
    advice = "Name one by more of its digest, or ask for one environment or notebook."
