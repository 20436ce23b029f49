"""The route table: everything the API can do, on one screen."""

from __future__ import annotations

from typing import Any

from jupyter_envs.doctor import DoctorReport
from jupyter_envs.hardware import Hardware, Holders
from jupyter_envs.operations import (
    AdoptionPreview,
    Audit,
    CleanPlan,
    Difference,
    DriftReport,
    EnvironmentView,
    LockCheck,
    SourceState,
    StacksView,
    StackView,
    StorageView,
)

from . import (
    adoption,
    doctor,
    drift,
    environments,
    hardware,
    lifecycle,
    operations,
    past,
    probes,
    site,
    specs,
    stacks,
)
from . import messages as m
from .openapi import document
from .routing import Call, Endpoint, Route


def _get(path: str, endpoint: Endpoint, summary: str, answer: Any, **more: Any) -> Route:
    return Route("GET", path, endpoint, summary, answer=answer, **more)


def _start(method: str, path: str, endpoint: Endpoint, summary: str, **more: Any) -> Route:
    return Route(method, path, endpoint, summary, answer=m.OperationView, status=202, **more)


async def _description(_: Call[None, m.NoQuery]) -> dict[str, Any]:
    return document(ROUTES)


ENV = "environments/{env}"
GENERATION = f"{ENV}/generations/{{number}}"
OPERATION = "operations/{id}"

# fmt: off
ROUTES: tuple[Route, ...] = (
    _get("", site.info, "What this server is and may", m.Info),
    _get("openapi.json", _description, "This description", dict[str, Any]),
    _get("policy", site.policy, "What an administrator allows", m.PolicyView),
    _get("hardware", hardware.show, "What there is to compute with, and how busy it is", Hardware),
    _get("hardware/kernels", hardware.kernels, "Whose the memory of the GPUs is", Holders),
    _get("storage", lifecycle.storage, "Disk space used and free", StorageView,
         query=lifecycle.StorageQuery),
    _get("storage/clean", lifecycle.clean_plan, "What cleaning would remove", CleanPlan,
         query=lifecycle.CleanQuery),
    _start("POST", "storage/clean", site.clean, "Free disk space", body=m.CleanBody),
    _get("ledger", past.events, "What was made, changed, removed and run", past.LedgerAnswer,
         query=past.LedgerQuery),
    _get("ledger/audit", past.audited, "What ran at a moment, and from which packages", Audit,
         query=past.AuditQuery),
    _get("ledger/faults", past.faults, "What was changed in the record, or is missing from it",
         past.FaultsAnswer),
    _get("locks/{digest}", past.lock, "A lock that was once published", None, file=True),
    _get("locks/{digest}/uses", past.uses, "Who made and ran what from it, and where it is here",
         past.UsesAnswer),
    _get("doctor", doctor.report, "What is wrong here, or with an environment, and what helps",
         DoctorReport, query=doctor.DoctorQuery),
    _get("diff", past.compared, "Why results changed: from one thing to another", Difference,
         query=past.DiffQuery),
    _get("environments", environments.list_all, "All environments", m.EnvironmentsAnswer),
    _start("POST", "environments", environments.create, "Make an environment", body=m.CreateBody),
    _get(ENV, environments.one, "One environment, with its generations", EnvironmentView),
    _start("PUT", ENV, environments.update, "Build the next generation", body=m.UpdateBody),
    _start("DELETE", ENV, environments.remove, "Remove it, kernels included",
           query=m.RemoveQuery),
    Route("POST", f"{ENV}/rollback", environments.rollback, "Make an earlier generation current",
          answer=m.OperationView, body=m.RollbackBody),
    _start("POST", f"{ENV}/clone", environments.clone, "Make another one with the same packages",
           body=m.CloneBody),
    _start("POST", f"{ENV}/archive", lifecycle.archive, "Keep its file and its lock only",
           body=lifecycle.ArchiveBody),
    _start("POST", f"{ENV}/recreate", lifecycle.recreate, "Make it again after it was archived"),
    _get(f"{ENV}/source", lifecycle.source, "The file it was made from, now", SourceState),
    _get(f"{ENV}/packages", environments.packages, "Its packages", m.PackagesAnswer),
    _get(f"{ENV}/generations", environments.generations, "Its generations", m.GenerationsAnswer),
    _get(f"{GENERATION}/spec", environments.generation_spec, "The environment.yml it was made from",
         None, file=True),
    _get(f"{GENERATION}/lock", environments.generation_lock, "The lock it was made from",
         None, file=True),
    _get(f"{ENV}/usage", environments.usage, "Processes that run from it", m.UsageAnswer),
    _get(f"{ENV}/activation", environments.activation, "A line that activates it in a terminal",
         m.ActivationAnswer),
    _get(f"{ENV}/export", environments.export_as, "The environment as a file", None, file=True,
         query=m.ExportQuery),
    _get(f"{ENV}/drift", drift.show, "What was changed in it since it was made", DriftReport,
         query=drift.DriftQuery),
    _get(f"{ENV}/adoption", adoption.preview, "What adopting another tool's would make of it",
         AdoptionPreview),
    _start("POST", f"{ENV}/adopt", drift.adopt,
           "Write what was changed into its file, and build; or take in what another tool made",
           body=drift.AdoptBody),
    _start("POST", f"{ENV}/repair", drift.repair, "Build it anew from its lock"),
    Route("POST", f"{ENV}/kernel", lifecycle.register, "Register its kernels again",
          answer=EnvironmentView),
    _start("POST", f"{ENV}/probe", probes.probe, "Try whether its frameworks use the GPU",
           body=probes.ProbeBody),
    Route("POST", f"{ENV}/keep", drift.keep_it, "Live with what was changed",
          answer=DriftReport, body=drift.KeepBody),
    Route("POST", "specs/check", specs.check, "What is wrong with an environment.yml",
          answer=m.CheckAnswer, body=m.CheckBody),
    _start("POST", "specs/plan", specs.plan, "What a source would bring or change",
           body=m.PlanBody),
    _start("POST", "specs/lock", specs.lock, "Write the lock of a file beside it",
           body=m.LockBody),
    _get("specs/lock", specs.lock_state, "Whether the lock beside a file is still that of the file",
         LockCheck, query=m.LockQuery),
    _get("stacks", stacks.list_all, "What can be made without a file, and what fits", StacksView,
         query=stacks.StacksQuery),
    _get("stacks/{id}", stacks.one, "One stack, with its environment.yml", StackView,
         query=stacks.StacksQuery),
    _get("operations", operations.list_all, "Operations, newest first", m.OperationsAnswer,
         query=m.OperationsQuery),
    _get(OPERATION, operations.one, "One operation", m.OperationView),
    Route("DELETE", OPERATION, operations.stop, "Cancel it", status=204),
    _get(f"{OPERATION}/events", operations.events, "Its events", m.EventsAnswer,
         query=m.EventsQuery),
    _start("POST", f"{OPERATION}/resume", operations.take_up, "Take up an interrupted one"),
)
# fmt: on
