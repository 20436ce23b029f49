"""Endpoints of operations: what goes on, what went on, and how to step in."""

from __future__ import annotations

from jupyter_envs.operations import (
    ENDED,
    Operation,
    cancel,
    list_operations,
    read_operation,
    resume,
)

from .messages import (
    EventsAnswer,
    EventsQuery,
    NoQuery,
    OperationsAnswer,
    OperationsQuery,
    OperationView,
)
from .routing import Accepted, Call
from .services import Services
from .shapes import event_view, operation_view


async def list_all(call: Call[None, OperationsQuery]) -> OperationsAnswer:
    """Operations, newest first."""
    call.services.interest()
    return await call.services.run(_list, call.services, call.query)


def _list(services: Services, query: OperationsQuery) -> OperationsAnswer:
    store = services.store()
    found = [one for one in list_operations(store) if _fits(one, query)]
    return OperationsAnswer(operations=[operation_view(store, one) for one in found[: query.limit]])


def _fits(operation: Operation, query: OperationsQuery) -> bool:
    if query.state == "active":
        return operation.state not in ENDED
    return query.state is None or operation.state == query.state


async def one(call: Call[None, NoQuery]) -> OperationView:
    """One operation."""
    call.services.interest()
    return await call.services.run(_one, call.services, call.path["id"])


def _one(services: Services, operation: str) -> OperationView:
    store = services.store()
    return operation_view(store, read_operation(store, operation)[0])


async def events(call: Call[None, EventsQuery]) -> EventsAnswer:
    """The events after one that is known; all of them again as often as wanted."""
    call.services.interest()
    return await call.services.run(_events, call.services, call.path["id"], call.query.after)


def _events(services: Services, operation: str, after: int) -> EventsAnswer:
    store = services.store()
    summary, found = read_operation(store, operation)
    new = [event_view(event) for event in found if event.seq > after]
    return EventsAnswer(events=new, operation=operation_view(store, summary))


async def stop(call: Call[None, NoQuery]) -> None:
    """Cancel it; everything is as it was before."""
    await call.services.run(lambda: cancel(call.services.store(), call.path["id"]))


async def take_up(call: Call[None, NoQuery]) -> Accepted:
    """Resume an interrupted one, under the same id."""
    services = call.services
    job = await services.run(lambda: resume(call.path["id"], services.settings()))
    return Accepted(job.id)
