"""What a doctor says: findings, what was seen, and what helps."""

from __future__ import annotations

from typing import Literal

import msgspec

#: Where a fault lies; rules are asked in this order.
Layer = Literal["host", "container", "permissions", "static", "dynamic", "runtime"]

LAYERS: tuple[Layer, ...] = ("host", "container", "permissions", "static", "dynamic", "runtime")

#: *error*: something does not work. *warning*: it works less well than it should, or will break.
#: *note*: nothing is wrong; it explains what somebody may wonder about.
Severity = Literal["error", "warning", "note"]

Who = Literal["you", "administrator"]

#: What a client can offer as a button. ``update``: build the next generation from the file;
#: ``repair``: build it anew from its lock; ``stop-kernel``: shut one kernel down;
#: ``restart-kernel``: start one kernel again, on the current generation; ``register-kernel``:
#: bring the kernels of an environment back; ``clean``: free disk space; ``probe``: try the GPU.
Action = Literal[
    "update", "repair", "stop-kernel", "restart-kernel", "register-kernel", "clean", "probe"
]


class Evidence(msgspec.Struct, frozen=True):
    """What was seen, and where: a file, a variable or a call."""

    source: str
    value: str


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """What helps. ``text`` is a sentence for people; ``action`` what a client can do itself,
    with ``subject``: the slug of an environment, or the id of a kernel."""

    text: str
    action: Action | None = None
    subject: str | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, or one thing to know.

    ``id`` never changes once released; ``message`` and ``fix.text`` are English texts made from
    it and ``params``. ``blocking``: while it holds, other rules of its layer were not asked,
    since their answers would mean nothing. ``who`` can put it right.
    """

    id: str
    layer: Layer
    severity: Severity
    blocking: bool
    who: Who
    message: str
    fix: Remedy
    params: dict[str, str] = {}
    evidence: tuple[Evidence, ...] = ()


class DoctorReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found, in the order of layers; redacted, so that it can be shown.

    ``rules`` is how many were asked. ``checked_at`` is ISO 8601 with offset. ``environment`` is
    the slug of the one that was looked at, None where it was the machine alone. ``machine``
    describes it in a few words. ``healthy``: there is neither an error nor a warning.
    """

    schema: int = 1
    checked_at: str
    version: str
    machine: dict[str, str]
    environment: str | None
    healthy: bool
    rules: int
    findings: tuple[Finding, ...]
