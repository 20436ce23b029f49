"""What a build works from, whatever the source was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jupyter_envs.errors import PlatformNotLocked
from jupyter_envs.ledger import content_hash
from jupyter_envs.lock import Lock, Manager
from jupyter_envs.spec import (
    Diagnostic,
    Spec,
    classify_pip_line,
    dependency_name,
    parse_spec,
    read_spec,
)
from jupyter_envs.stacks import chosen_target, read_stack, with_lines
from jupyter_envs.store import (
    Environment,
    GenerationFiles,
    SourceInfo,
    Store,
    get_managed,
    read_kept,
    read_own_lock,
)

from .agreement import agreed_lock
from .context import Context
from .derived_spec import spec_from_lock
from .gpu_required import require_gpu
from .included import read_included
from .lock_formats import read_lock
from .pip_files import PipPart, pip_part
from .requests import EnvironmentSource, LockSource, Source, SpecSource, StackSource
from .target_order import TargetOrder
from .targets import Chosen, chosen_here, order_in

if TYPE_CHECKING:
    # Importing it would load py-rattler for commands that build nothing.
    from jupyter_envs.engine import Target


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """``lock`` set means: install exactly that, do not solve.

    ``pip`` is the pip section with the files it names, which are ``included``. ``kept`` is a
    lock whose versions are to stay where nothing speaks against them.

    ``base`` is the folder that relative channel paths start from. ``previous`` is the
    environment as it is now, None when it is made for the first time. ``twin`` is a prefix that
    was made from the same lock. ``anew``: build although nothing would change.
    ``distrusted`` are the managers whose cached files may have been edited through a link.
    ``chosen`` is what to solve for, and why; without it a lock is installed as it is.
    """

    name: str
    slug: str
    number: int
    source: SourceInfo
    spec: Spec
    spec_bytes: bytes
    lock: Lock | None
    base: Path
    previous: Environment | None = None
    twin: Path | None = None
    keep_versions: bool = True
    anew: bool = False
    distrusted: tuple[Manager, ...] = ()
    pip: PipPart = PipPart()
    included: dict[str, bytes] = {}
    kept: Lock | None = None
    chosen: Chosen | None = None
    gpu_names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The packages that are to be GPU builds where one is required: those that were asked
        for, pip's included; of a stack those that its target names."""
        if self.gpu_names:
            return self.gpu_names
        conda = map(dependency_name, self.spec.dependencies)
        pip = (classify_pip_line(line).name for line in self.pip.lines)
        return tuple(name for name in (*conda, *pip) if name is not None)

    @property
    def has_pip(self) -> bool:
        """Whether there may be packages for pip, on one platform at least."""
        asked = bool(self.pip.lines or self.pip.constraints)
        return asked or (
            self.lock is not None and any(p.manager == "pip" for p in self.lock.packages)
        )

    @property
    def gpu_required(self) -> bool:
        """Whether CPU builds are refused."""
        return self.chosen is not None and self.chosen.choice.gpu_required


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A source, read."""

    info: SourceInfo
    spec: Spec
    data: bytes
    lock: Lock | None = None
    twin: Path | None = None
    warnings: tuple[Diagnostic, ...] = ()
    included: dict[str, bytes] = {}
    gpu_names: tuple[str, ...] = ()


def read_source(source: Source, context: Context, chosen: Chosen) -> Given:
    """The source as spec and, where it has one, lock.

    Raises SpecInvalid, LockInvalid, LockMismatch, PlatformNotLocked, EnvironmentNotFound,
    StackInvalid, StackUnfit.
    """
    target = chosen.target
    if isinstance(source, SpecSource):
        return _from_spec(source, target)
    if isinstance(source, LockSource):
        return _from_lock(source, target, context)
    if isinstance(source, StackSource):
        return _from_stack(source, chosen)
    return _from_environment(source, context.store)


def _from_stack(source: StackSource, chosen: Chosen) -> Given:
    stack = read_stack(source.data, source.id, origin=source.origin, file=source.file)
    named = {target.id: target for target in stack.targets}
    target = named.get(source.target or "") or chosen_target(stack, chosen.choice)
    data = with_lines(stack.data, target, file=source.file or stack.id)
    info = SourceInfo(
        kind="stack", sha256=content_hash(stack.data), stack=stack.id, stack_target=target.id
    )
    named_in = map(dependency_name, target.add) if target.accelerator == "cuda" else ()
    return Given(
        info=info,
        spec=read_spec(data, stack.id),
        data=data,
        gpu_names=tuple(name for name in named_in if name is not None),
    )


def _from_spec(source: SpecSource, target: Target) -> Given:
    file = source.file or "environment.yml"
    spec = read_spec(source.data, file)
    found = parse_spec(source.data, file=file).diagnostics
    return Given(
        info=_info("spec", source.file, source.data, source.included),
        spec=spec,
        data=source.data,
        included=source.included,
        lock=agreed_lock(source, spec, target.platform) if source.lock is not None else None,
        warnings=tuple(d for d in found if d.severity == "warning"),
    )


def _info(
    kind: str, file: str | None, data: bytes, included: Mapping[str, bytes] = {}
) -> SourceInfo:
    facts = {
        "kind": kind,
        "file": file,
        "sha256": content_hash(data),
        "included": {key: content_hash(text) for key, text in included.items()},
    }
    return msgspec.convert(facts, SourceInfo)


def _from_lock(source: LockSource, target: Target, context: Context) -> Given:
    file = source.file or "The lock"
    lock = read_lock(source, target.platform, context)
    if not lock.for_platform(target.platform):
        raise PlatformNotLocked(
            file=file, platform=target.platform, platforms=", ".join(lock.platforms)
        )
    text = spec_from_lock(lock, target.platform)
    return Given(
        info=_info("lock", source.file, source.data),
        spec=read_spec(text, file),
        data=text,
        lock=lock,
    )


def _from_environment(source: EnvironmentSource, store: Store) -> Given:
    environment = get_managed(store, source.name)
    files = GenerationFiles(environment.prefix)
    data = read_kept(files.spec)
    return Given(
        info=_info("environment", environment.slug, data),
        spec=read_spec(data, str(files.spec)),
        data=data,
        included=read_included(files),
        lock=read_own_lock(files.lock),
        twin=environment.prefix,
    )


def base_folder(source: Source) -> Path:
    """Where relative paths in the source start from."""
    return _folder_of(source.file if isinstance(source, (SpecSource, LockSource)) else None)


def base_of(source: SourceInfo) -> Path:
    """The same for the source of a generation that was made."""
    return _folder_of(None if source.kind == "environment" else source.file)


def _folder_of(file: str | None) -> Path:
    return Path(file).absolute().parent if file else Path.home()


def lock_of(environment: Environment) -> Lock:
    """The lock of an environment's current generation."""
    path = GenerationFiles(environment.prefix).lock
    return read_own_lock(path)


def this_target(context: Context) -> Target:
    """This machine as a target."""
    return chosen_here(context, None).target


def target_of(order: Order, context: Context) -> Target:
    """What an order is for: what was chosen, else this machine."""
    return order.chosen.target if order.chosen is not None else this_target(context)


def make_order(
    name: str,
    slug: str,
    source: Source,
    context: Context,
    *,
    previous: Environment | None = None,
    keep_versions: bool = True,
    target: TargetOrder | None = None,
) -> Order:
    """Read the source and tell its warnings; the generation's number is still to be given.

    ``target`` None means what ``previous`` was made for, else this machine.
    """
    before = order_in(previous.info) if previous is not None else None
    chosen = chosen_here(context, before if target is None else target)
    require_gpu(chosen.choice)
    given = read_source(source, context, chosen)
    for warning in given.warnings:
        context.note("spec_warning", line=warning.start.line, text=warning.message)
    return Order(
        name=name,
        slug=slug,
        number=0,
        source=given.info,
        spec=given.spec,
        spec_bytes=given.data,
        lock=given.lock,
        base=base_folder(source),
        previous=previous,
        twin=given.twin,
        keep_versions=keep_versions,
        pip=pip_part(given.spec.pip, given.included),
        included=given.included,
        chosen=chosen,
        gpu_names=given.gpu_names,
        # Who declares something else wants it kept, also where the packages stay the same.
        anew=previous is not None and target is not None and target != (before or TargetOrder()),
    )
