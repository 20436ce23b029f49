"""Rules about what conda and pip were told: layer *host*, asked before those about GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_envs.doctor.facts import Facts
from jupyter_envs.spec import without_credentials

from .book import Book, Found, found

book = Book("host")

_DEFAULTS = ("defaults", "pkgs/main", "https://repo.anaconda.com/pkgs/main")
_YES = frozenset(("1", "true", "yes", "on", "y", "t"))
_ELSEWHERE = ("target", "prefix", "root")


def _source(facts: Facts, name: str) -> str:
    return facts.settings.sources.get(name, "the environment")


@book.rule(
    "error",
    message="conda's settings cannot be used: {file}: {reason}",
    fix="Correct the file at the place named.",
)
def conda_settings_invalid(facts: Facts) -> Iterator[Found]:
    problem = facts.settings.conda_problem
    if problem:
        yield found((problem.file, problem.reason), file=problem.file, reason=problem.reason)


@book.rule(
    "warning",
    message="conda's settings name the channels {defaults} and conda-forge together. They are"
    " built differently, and packages of both in one environment can break it.",
    fix="Keep one of the two in the channels of {file}.",
)
def conda_channels_mixed(facts: Facts) -> Iterator[Found]:
    channels = facts.settings.channels
    defaults = next((c for c in channels if c.rstrip("/") in _DEFAULTS), None)
    forge = any(c.rstrip("/").rpartition("/")[2] == "conda-forge" for c in channels)
    if defaults and forge:
        file = _source(facts, "channels")
        shown = ", ".join(without_credentials(c) for c in channels)
        yield found((file, f"channels: {shown}"), defaults=defaults, file=file)


@book.rule(
    "warning",
    message="conda's settings turn the check of certificates off (ssl_verify). Somebody on the"
    " network could then answer in a channel's place.",
    fix="Remove ssl_verify from {file}, or give it the site's certificate.",
)
def conda_ssl_off(facts: Facts) -> Iterator[Found]:
    if facts.settings.ssl_off:
        file = _source(facts, "ssl_verify")
        yield found((file, "ssl_verify: false"), file=file)


@book.rule(
    "warning",
    message="conda's settings say that this machine is offline: only what is cached can be"
    " installed.",
    fix="Remove offline from {file} where the network is there.",
)
def conda_offline(facts: Facts) -> Iterator[Found]:
    if facts.settings.offline:
        file = _source(facts, "offline")
        yield found((file, "offline: true"), file=file)


@book.rule(
    "note",
    message="conda's settings choose packages by version before channel (channel_priority:"
    " {priority}), so that channels are mixed more often.",
    fix="Set channel_priority to strict in {file}.",
)
def conda_priority_not_strict(facts: Facts) -> Iterator[Found]:
    priority = facts.settings.channel_priority
    if priority != "strict":
        file = _source(facts, "channel_priority")
        yield found((file, f"channel_priority: {priority}"), priority=priority, file=file)


@book.rule(
    "error",
    message="pip's settings cannot be used: {file}: {reason}",
    fix="Correct the file at the place named.",
)
def pip_settings_invalid(facts: Facts) -> Iterator[Found]:
    problem = facts.settings.pip_problem
    if problem:
        yield found((problem.file, problem.reason), file=problem.file, reason=problem.reason)


@book.rule(
    "warning",
    message="pip was told to install elsewhere ({option} = {value}): what 'pip install' brings"
    " does not get into the environment that is active.",
    fix="Remove {option} from pip.conf, or the variable {variable}.",
)
def pip_installs_elsewhere(facts: Facts) -> Iterator[Found]:
    options = facts.settings.pip
    told = [(name, options[name]) for name in _ELSEWHERE if options.get(name)]
    if options.get("user", "").lower() in _YES:
        told.append(("user", options["user"]))
    for option, value in told:
        variable = f"PIP_{option.upper()}"
        yield found((f"pip config: {option}", value), option=option, value=value, variable=variable)


@book.rule(
    "warning",
    message="pip was told to work in virtual environments only, which a conda environment is not:"
    " it refuses to install there.",
    fix="Remove require-virtualenv from pip.conf, or the variable PIP_REQUIRE_VIRTUALENV.",
)
def pip_requires_virtualenv(facts: Facts) -> Iterator[Found]:
    value = facts.settings.pip.get("require-virtualenv", "")
    if value.lower() in _YES:
        yield found(("pip config: require-virtualenv", value))
