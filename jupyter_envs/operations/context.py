"""What every sequence of an operation works with."""

from __future__ import annotations

from typing import Any

from jupyter_envs.engine import CondaConfiguration, read_configuration
from jupyter_envs.ledger import Ledger
from jupyter_envs.policy import Policy, load_policy, policy_path
from jupyter_envs.store import Store, this_process

from .journal import JournalWriter
from .requests import Job
from .settings import Settings


class Context:
    """One operation's surroundings: where things are, what is allowed, where to tell."""

    def __init__(self, job: Job, journal: JournalWriter) -> None:
        self.job = job
        self.journal = journal
        self.settings: Settings = job.settings
        self.store = Store(job.settings.envs_dir)
        self.ledger = open_ledger(job.settings)
        self.configuration: CondaConfiguration = read_configuration()
        self.policy: Policy = load_policy(policy_path(job.settings.policy_file))
        self.notes: list[dict[str, Any]] = []

    def note(self, code: str, **params: Any) -> None:
        """Tell the person something that is no error; it stays with the generation."""
        self.notes.append({"code": code, "params": params})
        self.journal.event(code, params)


def open_ledger(settings: Settings) -> Ledger:
    """The user's ledger."""
    return Ledger(settings.data_dir, this_process().host)
