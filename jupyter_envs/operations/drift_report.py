"""Drift as it is shown to who decides: every difference, and what each way out would do."""

from __future__ import annotations

import msgspec

from jupyter_envs.errors import EnvsError, Problem, SourceNotFound
from jupyter_envs.lock import Manager
from jupyter_envs.spec import without_credentials
from jupyter_envs.store import (
    DriftLevel,
    DriftRecord,
    Environment,
    Store,
    Verdict,
    get_managed,
)

from .adoption import Adoption, adoption, own_file
from .drift import DriftView, check, untold, view_of
from .drift_ledger import teller
from .settings import Settings


class VerdictView(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. ``message`` is an English text made from ``code`` and ``params``.

    ``before`` is what the lock has, ``after`` what the disk has. ``files`` are the first hundred
    of ``count``. ``kept``: a person has decided to live with it. ``adoptable``: lines of an
    environment.yml can bring it about.
    """

    code: str
    message: str
    params: dict[str, str]
    package: str
    manager: Manager | None
    before: str | None
    after: str | None
    origin: str | None
    files: tuple[str, ...]
    count: int
    kept: bool
    adoptable: bool


class AdoptionView(msgspec.Struct, frozen=True, kw_only=True):
    """What adopting would do. ``text`` is the environment.yml as it would be, ``diff`` what
    changes in it. ``file`` is the user's own file, where that could be written too: it is as it
    was when the generation was made. ``problem`` says why it cannot be adopted."""

    possible: bool
    text: str = ""
    diff: str = ""
    file: str | None = None
    problem: Problem | None = None


class ReturnView(msgspec.Struct, frozen=True, kw_only=True):
    """A package that restoring changes: as it is, and as it will be; None for not there."""

    package: str
    manager: Manager | None
    now: str | None
    then: str | None


class RestoreView(msgspec.Struct, frozen=True, kw_only=True):
    """What restoring would do: packages that change, and how many files come back as they were
    or, where they belong to no package, are not in the new generation."""

    changes: tuple[ReturnView, ...]
    files: int


class DriftReport(DriftView, frozen=True, kw_only=True):
    """Everything about the drift of one environment."""

    name: str
    generation: int
    fingerprint: str | None
    verdicts: tuple[VerdictView, ...]
    adopt: AdoptionView
    restore: RestoreView


def drift_report(
    settings: Settings, name: str, level: DriftLevel = "identity", *, actor: str | None = None
) -> DriftReport:
    """Compare an environment with its lock now, and tell the ledger what is new.

    Raises EnvironmentNotFound and EnvironmentUnmanaged.
    """
    store = Store(settings.envs_dir)
    environment = get_managed(store, name)
    record = check(store, environment, level)
    if record is not None and untold(record):
        record = teller(settings, actor)(environment, record)
    return report_of(environment, record)


def report_of(environment: Environment, record: DriftRecord | None) -> DriftReport:
    """A record as it is shown."""
    verdicts = record.verdicts if record else ()
    adopted, view = _adoption(environment, record)
    taken = adopted.taken if adopted else ()
    kept = record.kept if record else ()
    return DriftReport(
        **msgspec.structs.asdict(view_of(record)),
        name=environment.name,
        generation=environment.generation or 0,
        fingerprint=record.fingerprint if record else None,
        verdicts=tuple(_view(one, one in kept, one in taken) for one in verdicts),
        adopt=view,
        restore=_restoration(verdicts),
    )


def _view(verdict: Verdict, kept: bool, adoptable: bool) -> VerdictView:
    return VerdictView(
        code=verdict.code,
        message=verdict.message,
        params=verdict.params,
        package=verdict.package,
        manager=verdict.manager,
        before=verdict.before,
        after=verdict.after,
        origin=verdict.origin,
        files=verdict.files,
        count=verdict.count,
        kept=kept,
        adoptable=adoptable,
    )


def _adoption(
    environment: Environment, record: DriftRecord | None
) -> tuple[Adoption | None, AdoptionView]:
    if record is None or not record.verdicts:
        return None, AdoptionView(possible=False)
    try:
        found = adoption(environment, record)
    except EnvsError as error:
        return None, AdoptionView(possible=False, problem=Problem.of(error))
    except OSError as error:
        unread = SourceNotFound(file=str(error.filename), reason=error.strerror or str(error))
        return None, AdoptionView(possible=False, problem=Problem.of(unread))
    if not found.taken:
        return found, AdoptionView(possible=False)
    file = own_file(environment)
    view = AdoptionView(
        possible=True,
        text=without_credentials(found.data.decode("utf-8", "replace")),
        diff=found.difference,
        file=str(file) if file else None,
    )
    return found, view


def _restoration(verdicts: tuple[Verdict, ...]) -> RestoreView:
    changes = tuple(
        ReturnView(package=one.package, manager=one.manager, now=one.after, then=one.before)
        for one in verdicts
        if not one.count
    )
    return RestoreView(changes=changes, files=sum(one.count for one in verdicts))
