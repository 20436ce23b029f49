"""What a person asked for cannot be carried out as written; nothing was changed."""

from __future__ import annotations

from .base import EnvsError


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


class LockMismatch(InvalidInput):
    """A lock that is not the one of the environment.yml; ``details`` hold each difference."""

    code = "lock_mismatch"
    sentence = "The lock {lock} does not fit {file}: {reason}"
    advice = "Make the lock again from the file, or undo the change of the file."


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


class ChannelInvalid(InvalidInput):
    """A channel that is neither a name, a URL nor a folder."""

    code = "channel_invalid"
    sentence = "{channel!r} cannot be used as a channel: {reason}"
    advice = "Give a name like 'conda-forge', a URL, or a folder like './my-channel'."


class MatchSpecInvalid(InvalidInput):
    """A dependency line that is not a conda match spec."""

    code = "match_spec_invalid"
    sentence = "The dependency {spec!r} is not understood: {reason}"
    advice = "Write it like 'numpy', 'numpy=1.26' or 'numpy>=1.26,<2'."


class ExportFormatUnknown(InvalidInput):
    """A format that environments cannot be exported to."""

    code = "export_format_unknown"
    sentence = "There is no export format {format!r}; there are: {formats}"
    advice = "Choose one of these."


class ExtraMissing(InvalidInput):
    """Something that needs a library which an administrator did not install."""

    code = "extra_missing"
    sentence = "{what} needs a library that is not installed here"
    advice = "Install it beside this program: pip install 'jupyter_envs[{extra}]'."


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


class NotebookInvalid(InvalidInput):
    """A file that is no notebook."""

    code = "notebook_invalid"
    sentence = "{file} cannot be used as a notebook: {reason}"
    advice = "Name a notebook, a file that ends with .ipynb."
