"""What is solved for: detection, what was declared, and the rules of hardware/ brought together."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_envs.engine import CondaConfiguration, read_configuration
from jupyter_envs.errors import ProfileNotFound
from jupyter_envs.hardware import (
    REASONS,
    Choice,
    Declared,
    Detected,
    Inventory,
    Whose,
    check_declared,
    choose_target,
    read_inventory,
    reason,
)
from jupyter_envs.lock import Lock, target_note, with_target_note
from jupyter_envs.policy import Policy, load_policy, policy_path
from jupyter_envs.spec import GpuMachine
from jupyter_envs.store import GenerationInfo

from .settings import Settings
from .target_order import TargetOrder

if TYPE_CHECKING:
    # Importing it would load py-rattler for commands that build nothing.
    from jupyter_envs.engine import Target

    from .context import Context

_LONGEST = 10_000

_FIELDS = {
    "cuda": "__cuda", "cuda_arch": "__cuda_arch", "glibc": "__glibc", "archspec": "__archspec",
}  # fmt: skip


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A target for the solver, how it came about, and what was declared for it."""

    target: Target
    choice: Choice
    order: TargetOrder

    def record(self) -> dict[str, Any]:
        """The form that generations and locks keep: texts are made anew when it is shown."""
        kept: dict[str, Any] = msgspec.to_builtins(self.choice)
        for one in kept["reasons"]:
            del one["message"]
        return {**kept, "declared": _said(self.order)}

    def note(self) -> str:
        """The same as one line of JSON, for a lock: without this machine's own GPUs, since a
        lock is for all machines of a kind."""
        record = self.record()
        del record["gpus"]
        record["declared"].pop("gpus", None)
        return json.dumps(record, sort_keys=True, separators=(",", ":"))


def _said(order: TargetOrder) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(order)
    return {key: value for key, value in said.items() if value not in (None, [], ())}


def declared_by(order: TargetOrder, policy: Policy) -> Declared:
    """The order with its profile's values. Raises ProfileNotFound and TargetInvalid."""
    profile = None
    if order.profile is not None:
        profile = policy.profiles.get(order.profile)
        if profile is None:
            known = ", ".join(sorted(policy.profiles)) or "none"
            raise ProfileNotFound(profile=order.profile[:60], profiles=known)

    def value(name: str) -> Any:
        said = getattr(order, name)
        return getattr(profile, name, None) if said is None else said

    found = Declared(
        profile=order.profile,
        cuda=value("cuda"),
        cuda_arch=value("cuda_arch"),
        glibc=value("glibc"),
        archspec=value("archspec"),
        gpu_required=bool(value("gpu_required")),
        gpus=order.gpus,
    )
    check_declared(found)
    return found


def check_target(settings: Settings, order: TargetOrder | None) -> None:
    """Raise ProfileNotFound or TargetInvalid for an order that no worker could carry out."""
    if order is not None:
        declared_by(order, load_policy(policy_path(settings.policy_file)))


def chosen_here(context: Context, order: TargetOrder | None) -> Chosen:
    """This machine as a target, or what was declared instead.

    Raises ProfileNotFound, TargetInvalid, and what detection raises.
    """
    base = detected(context.configuration)
    return choose(base, order, context.policy, inventory=read_inventory())


def machine_choice(
    settings: Settings, order: TargetOrder | None = None, *, inventory: Inventory | None = None
) -> Choice:
    """The same outside of an operation, for who only wants to know. It loads py-rattler, and asks
    the driver, which may take a while, where no ``inventory`` is at hand.

    Raises ProfileNotFound, TargetInvalid and ConfigurationInvalid.
    """
    policy = load_policy(policy_path(settings.policy_file))
    inventory = inventory or read_inventory()
    return choose(detected(read_configuration()), order, policy, inventory=inventory).choice


def gpu_machine(choice: Choice) -> GpuMachine:
    """A choice as fixes of files go by it."""
    return GpuMachine(choice.cuda_major)


def detected(configuration: CondaConfiguration) -> Target:
    """This machine as the solver sees it, conda's overrides included."""
    from jupyter_envs.engine import detect_target  # loads py-rattler: workers only

    return detect_target(platform=configuration.subdir)


def choose(
    base: Target,
    order: TargetOrder | None,
    policy: Policy,
    *,
    whose: Whose = "here",
    inventory: Inventory | None = None,
) -> Chosen:
    """``base`` with what was declared and what the rules say. ``whose`` it is; of this machine
    there is an ``inventory``."""
    order = order or TargetOrder()
    known = _known(base)
    here = whose == "here"
    machine = Detected(
        platform=base.platform,
        cuda=known.get("__cuda"),
        cuda_arch=known.get("__cuda_arch"),
        glibc=known.get("__glibc"),
        archspec=known.get("__archspec"),
        cuda_override=os.environ.get("CONDA_OVERRIDE_CUDA") if here else None,
        arch_override=os.environ.get("CONDA_OVERRIDE_CUDA_ARCH") or None if here else None,
        source=whose,
    )
    choice = choose_target(machine, inventory, declared_by(order, policy))
    return Chosen(target=_applied(base, choice), choice=choice, order=order)


def _known(target: Target) -> dict[str, str]:
    """Virtual packages' versions; of ``__archspec``, whose version says nothing, the build."""
    found = {}
    for text in target.virtual_packages:
        name, version, build = text.split("=", 2)
        found[name] = build if name == "__archspec" else version
    return found


def _applied(base: Target, choice: Choice) -> Target:
    from jupyter_envs.engine import Target

    rest = dict(text.split("=", 1) for text in base.virtual_packages)
    before = _known(base)
    for field, name in _FIELDS.items():
        value = getattr(choice, field)
        if value is None:
            rest.pop(name, None)
        elif value != before.get(name):
            rest[name] = f"1={value}" if field == "archspec" else f"{value}=0"
    packages = tuple(f"{name}={text}" for name, text in rest.items())
    return Target(platform=base.platform, virtual_packages=packages)


# -- what is kept of it ---------------------------------------------------------------------------


def with_target(lock: Lock, chosen: Chosen) -> Lock:
    """The lock with how its target was chosen."""
    return with_target_note(lock, chosen.target.platform, chosen.note())


def record_in(lock: Lock, platform: str) -> dict[str, Any] | None:
    """What a lock says of its target, as generations keep it; None where it says nothing that
    can be understood: locks come from anywhere."""
    text = target_note(lock, platform)
    try:
        record = json.loads(text) if text and len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        return None
    return record if choice_of(record) is not None else None


def order_in(info: GenerationInfo | None) -> TargetOrder | None:
    """What was declared for a generation."""
    record = info.target if info is not None else None
    try:
        return msgspec.convert((record or {}).get("declared") or None, TargetOrder | None)
    except msgspec.ValidationError:
        return None


def choice_of(record: Any) -> Choice | None:
    """A kept record as a choice, with its reasons in English."""
    if not isinstance(record, dict):
        return None
    told = record.get("reasons")
    reasons = [
        reason(one["code"], **one["params"])
        for one in (told if isinstance(told, list) else ())
        if _is_told(one)
    ]
    body = {key: value for key, value in record.items() if key != "declared"}
    try:
        return msgspec.convert({**body, "reasons": msgspec.to_builtins(reasons)}, Choice)
    except msgspec.ValidationError:
        return None


def _is_told(one: Any) -> bool:
    """Whether a kept reason can be made a sentence of."""
    if not isinstance(one, dict) or not isinstance(one.get("params"), dict):
        return False
    code = one.get("code")
    template = REASONS.get(code) if isinstance(code, str) else None
    try:
        return template is not None and bool(template.format_map(one["params"]))
    except (KeyError, IndexError, AttributeError, ValueError):
        return False
