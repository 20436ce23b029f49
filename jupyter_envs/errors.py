"""What can go wrong, each with a stable ``code``.

Every error a person may meet is a class here. A class carries the HTTP ``status`` the server
answers with, a ``code`` that never changes once released, one ``sentence`` that says what is
wrong and one ``advice`` that says what to do next. Both are templates over ``params``; clients
that translate build their own text from ``code`` and ``params``.

Tree::

    EnvsError
    ├── InvalidInput (422)          the request cannot be carried out as written
    │   ├── SpecInvalid, LockInvalid, NameForbidden, ConfigurationInvalid, ...
    │   └── SolveError              the solver's answers: Unsatisfiable, PackageNotFound, ...
    ├── NotFound (404)              EnvironmentNotFound, GenerationNotFound, OperationNotFound
    ├── Conflict (409)              NameTaken, EnvironmentBusy, OperationEnded, ...
    ├── Forbidden (403)             PolicyDenied, StoreReadOnly
    ├── Unavailable (502, 504, 507) ChannelUnavailable, SolveTimeout, NoSpace, ...
    └── BuildFailed (422)           PipFailed, KernelFailed, PackageCorrupt, ...
"""

from __future__ import annotations

from typing import Any, ClassVar


class EnvsError(Exception):
    """Base of all errors of this package.

    ``params`` fill the templates and go to clients; they never hold credentials.
    ``details`` is what a person may unfold: a conflict tree, diagnostics, a log's last lines.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    sentence: ClassVar[str] = "Something went wrong inside jupyter_envs: {reason}"
    advice: ClassVar[str | None] = None

    def __init__(self, *, details: Any = None, hint: str | None = None, **params: Any) -> None:
        self.params = params
        self.details = details
        self._hint = hint
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """One English sentence: what is wrong."""
        return self.sentence.format_map(_Lenient(self.params))

    @property
    def hint(self) -> str | None:
        """What the person can do next, or None."""
        if self._hint is not None:
            return self._hint
        return None if self.advice is None else self.advice.format_map(_Lenient(self.params))

    def as_dict(self) -> dict[str, Any]:
        """The JSON form shared by REST, ``--json`` and journals."""
        body: dict[str, Any] = {"code": self.code, "params": self.params, "message": self.message}
        if self.hint:
            body["hint"] = self.hint
        if self.details is not None:
            body["details"] = self.details
        return body


class _Lenient(dict[str, Any]):
    """A missing param must not replace the real error by a KeyError."""

    def __missing__(self, key: str) -> str:
        return f"({key})"


# -- the request cannot be carried out as written ---------------------------------------------


class InvalidInput(EnvsError):
    """The person's input is at fault; nothing was changed."""

    status = 422
    code = "invalid_input"
    sentence = "{reason}"


class SpecInvalid(InvalidInput):
    """An environment.yml that cannot be read; ``details`` holds its diagnostics."""

    code = "spec_invalid"
    sentence = "{file} cannot be used: {reason}"
    advice = "Correct the file at the place named above, then try again."


class LockInvalid(InvalidInput):
    """A lock file that cannot be read or is incomplete."""

    code = "lock_invalid"
    sentence = "{file} cannot be used as a lock: {reason}"
    advice = "Make a new lock from the environment.yml, or get an undamaged copy."


class SourceNotFound(InvalidInput):
    """The file to create from does not exist or cannot be read."""

    code = "source_not_found"
    sentence = "There is no readable file {file}: {reason}"
    advice = "Check the path."


class PlatformNotLocked(InvalidInput):
    """A lock without an entry for this platform."""

    code = "platform_not_locked"
    sentence = "The lock {file} has no packages for {platform}; it has: {platforms}"
    advice = "Make a lock for {platform} from the environment.yml."


class NameForbidden(InvalidInput):
    """A name that cannot be an environment's name."""

    code = "name_forbidden"
    sentence = "{name!r} cannot be the name of an environment: {reason}"
    advice = "Choose a name of letters, digits, '-', '_' and '.', for example {suggestion!r}."


class NameMissing(InvalidInput):
    """Neither the file nor the request names the environment."""

    code = "name_missing"
    sentence = "{file} has no 'name:' and no other name was given"
    advice = "Add 'name: my-env' to the file or give --name."


class PathTooLong(InvalidInput):
    """A prefix path longer than conda packages allow for."""

    code = "path_too_long"
    sentence = "The folder {path} is {length} bytes long; conda packages allow at most {limit}"
    advice = "Use a shorter name, or a store nearer to the root (--envs-dir)."


class ConfigurationInvalid(InvalidInput):
    """A conda or jupyter_envs configuration file that cannot be used."""

    code = "configuration_invalid"
    sentence = "The configuration {file} cannot be used: {reason}"
    advice = "Correct the file, then try again."


class PlatformUnsupported(InvalidInput):
    """This operating system is not one we run on."""

    code = "platform_unsupported"
    sentence = "jupyter_envs does not run on {platform}"
    advice = "On Windows use it inside WSL 2; Linux is supported and macOS works in the main."


class SolveError(InvalidInput):
    """The solver has answered, and the answer is no."""

    code = "solve_failed"
    sentence = "No set of packages fits this file: {reason}"
    advice = "Loosen or remove one of the lines named above."


class Unsatisfiable(SolveError):
    """Requirements that exclude each other; ``details`` holds the tree and suggested edits."""

    code = "unsatisfiable"
    sentence = "{reason}"
    advice = "Loosen or remove one of the lines named above."


class PackageNotFound(SolveError):
    """A name that no channel in use has."""

    code = "package_not_found"
    sentence = "No package is called {name!r} in {channels}"
    advice = "Check the spelling, or add the channel that has it."


class VersionNotFound(SolveError):
    """The name exists, but no build matches what is asked."""

    code = "version_not_found"
    sentence = "{spec!r} does not exist in {channels}; the versions of {name} are: {available}"
    advice = "Ask for one of these versions."


class ChannelInvalid(InvalidInput):
    """A channel that is neither a name, a URL nor a folder."""

    code = "channel_invalid"
    sentence = "{channel!r} cannot be used as a channel: {reason}"
    advice = "Give a name like 'conda-forge', a URL, or a folder like './my-channel'."


class BuildNotFound(VersionNotFound):
    """The version exists, but not in the build that is asked for."""

    code = "build_not_found"
    sentence = (
        "{spec!r} does not exist in {channels}; the builds of {name} {version} are: {available}"
    )
    advice = "Ask for one of these builds, or leave the build out."


class MatchSpecInvalid(InvalidInput):
    """A dependency line that is not a conda match spec."""

    code = "match_spec_invalid"
    sentence = "The dependency {spec!r} is not understood: {reason}"
    advice = "Write it like 'numpy', 'numpy=1.26' or 'numpy>=1.26,<2'."


class ExportFormatUnknown(InvalidInput):
    """A format that environments cannot be exported to."""

    code = "export_format_unknown"
    sentence = "There is no export format {format!r}; there are: {formats}"


class RequestInvalid(InvalidInput):
    """A REST request that is not of the form that the API description gives."""

    status = 400
    code = "request_invalid"
    sentence = "The request cannot be used: {reason}"
    advice = "The API description, openapi.json, tells its form."


class TimeInvalid(InvalidInput):
    """A time that is not ISO 8601."""

    code = "time_invalid"
    sentence = "{time!r} is not a time"
    advice = "Write it like 2026-11-18T15:00 or 2026-11-18T15:00+01:00."


# -- not there -------------------------------------------------------------------------------


class NotFound(EnvsError):
    """The thing named does not exist."""

    status = 404
    code = "not_found"
    sentence = "{what} does not exist"


class EnvironmentNotFound(NotFound):
    """No environment of that name in the store."""

    code = "environment_not_found"
    sentence = "There is no environment called {name!r}"
    advice = "'jupyter envs list' shows those that exist."


class GenerationNotFound(NotFound):
    """The environment has no such generation, or none before the current one."""

    code = "generation_not_found"
    sentence = "{name!r} has no generation {generation}; it has: {generations}"
    advice = "'jupyter envs show {name}' lists its generations."


class OperationNotFound(NotFound):
    """No journal with that id."""

    code = "operation_not_found"
    sentence = "There is no operation {id!r}"
    advice = "'jupyter envs operations' lists those that are known."


# -- in the way ------------------------------------------------------------------------------


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


class EnvironmentBusy(Conflict):
    """Another operation works on this environment."""

    code = "environment_busy"
    sentence = "Another operation is working on {name!r}"
    advice = "Wait for it or cancel it: jupyter envs operations"


class OperationEnded(Conflict):
    """Cancel or resume of an operation that has ended in another way."""

    code = "operation_ended"
    sentence = "Operation {id!r} has already ended: {state}"


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


class NothingToResume(Conflict):
    """Resume of an operation that left nothing to take up."""

    code = "nothing_to_resume"
    sentence = "Nothing is left of operation {id!r} that could be taken up"
    advice = "Start it again."


class KernelsElsewhere(Conflict):
    """This server starts its kernels on another machine, by a gateway."""

    code = "kernels_elsewhere"
    sentence = "Kernels of this server run behind a gateway, where its environments are not"
    advice = "Make the environment on the machine that the gateway starts kernels on."


# -- not allowed -----------------------------------------------------------------------------


class Forbidden(EnvsError):
    """Allowed neither now nor later without an administrator."""

    status = 403
    code = "forbidden"
    sentence = "{reason}"


class PolicyDenied(Forbidden):
    """The administrator's policy refuses this."""

    code = "policy_denied"
    sentence = "The policy of this site does not allow {what}"
    advice = "Ask the administrator; the policy is in {file}."


class StoreReadOnly(Forbidden):
    """The store's folder cannot be written by this user."""

    code = "store_read_only"
    sentence = "The folder {path} cannot be written: {reason}"
    advice = "Choose another folder with --envs-dir or the setting envs_dirs in .condarc."


# -- the world is not as needed --------------------------------------------------------------


class Unavailable(EnvsError):
    """Something outside this program failed; trying again later may help."""

    status = 502
    code = "unavailable"
    sentence = "{reason}"


class ChannelUnavailable(Unavailable):
    """A channel does not answer, or not with package data."""

    code = "channel_unavailable"
    sentence = "The channel {channel} could not be read: {reason}"
    advice = "Check the network, the proxy and the channel's spelling; --offline uses the cache."


class ChannelDenied(Unavailable):
    """A channel asks for credentials that we do not have."""

    code = "channel_denied"
    sentence = "The channel {channel} refused access ({reason})"
    advice = "Log in to the channel, or put its token where conda looks for it."


class DownloadFailed(Unavailable):
    """A package could not be downloaded."""

    code = "download_failed"
    sentence = "{package} could not be downloaded: {reason}"
    advice = "Try again; what was already downloaded is kept."


class SolveTimeout(Unavailable):
    """The solver found no answer within the limit."""

    status = 504
    code = "solve_timeout"
    sentence = "The solver found no answer within {seconds} seconds"
    advice = "Pin the main packages (python, those with many versions), or raise --solve-timeout."


class NoSpace(Unavailable):
    """The disk (or quota) is full, or would be."""

    status = 507
    code = "no_space"
    sentence = "There is not enough disk space in {path}"
    advice = "Free some space or remove environments that are no longer needed, then try again."


# -- the build failed; the earlier state is as it was ----------------------------------------


class BuildFailed(EnvsError):
    """The new generation could not be completed and was discarded."""

    status = 422
    code = "build_failed"
    sentence = "The environment could not be built: {reason}"


class PackageCorrupt(BuildFailed):
    """A package whose bytes are not those the lock names."""

    code = "package_corrupt"
    sentence = "{package} is damaged or not the one that was locked: {reason}"
    advice = "Try again; if it stays, the channel serves a changed file: make a new lock."


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
    advice = "Resume it: jupyter envs operations resume {id}"
