"""What conda and pip were told."""

from __future__ import annotations

from jupyter_envs.doctor.facts import Problem, Settings
from jupyter_envs.engine import read_configuration
from jupyter_envs.errors import ConfigurationInvalid
from jupyter_envs.spec import without_credentials

from .machine import Machine

#: Those that rules ask for; others may hold logins.
_PIP = ("target", "prefix", "root", "user", "require-virtualenv")


def look_at_settings(machine: Machine) -> Settings:
    """The settings, or why they cannot be read."""
    conda, conda_problem = Settings(), None
    try:
        conda = _conda(machine)
    except ConfigurationInvalid as error:
        conda_problem = _problem(error)
    from jupyter_envs.engine import pip_options  # here: with it comes all that makes environments

    pip, pip_problem = {}, None
    try:
        options = pip_options(machine.environ, machine.home, machine.root)
        pip = {name: options[name] for name in _PIP if name in options}
    except ConfigurationInvalid as error:
        pip_problem = _problem(error)
    return Settings(
        conda_problem=conda_problem,
        channels=conda.channels,
        channel_priority=conda.channel_priority,
        ssl_off=conda.ssl_off,
        offline=conda.offline,
        sources=conda.sources,
        pip_problem=pip_problem,
        pip=pip,
    )


def _conda(machine: Machine) -> Settings:
    read = read_configuration(machine.environ, machine.home, system_root=machine.root)
    return Settings(
        channels=read.channels if "channels" in read.sources else (),
        channel_priority=read.channel_priority,
        ssl_off=read.ssl_verify is False,
        offline=read.offline,
        sources=dict(read.sources),
    )


def _problem(error: ConfigurationInvalid) -> Problem:
    return Problem(
        file=str(error.params.get("file", "")),
        reason=without_credentials(str(error.params.get("reason", ""))),
    )
