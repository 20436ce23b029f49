"""From what a person names (a file, an environment) to a source."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jupyter_envs.errors import NameMissing, SourceNotFound, StackInvalid, StackNotFound
from jupyter_envs.spec import read_spec
from jupyter_envs.store import Environment, GenerationFiles, read_kept

from .included import read_included
from .lock_formats import lock_format
from .requests import LockSource, Source, SpecSource, StackSource
from .settings import Settings
from .stack_places import is_address, is_stack, stack_from_address, stack_source


def source_from_file(path: Path) -> Source:
    """Read an environment.yml or a lock; which it is, its content says.

    Raises SourceNotFound.
    """
    return source_from_bytes(read_file(path), str(path.absolute()))


def source_named(text: str, settings: Settings) -> Source:
    """What a person names: a file, an address with a digest, or a stack. A file wins.

    Raises SourceNotFound, StackInvalid, and what :func:`stack_from_address` raises.
    """
    path = Path(text)
    if is_address(text):
        return stack_from_address(text)
    if not path.exists() and is_stack(settings, text):
        return stack_source(settings, text)
    try:
        return source_from_file(path)
    except SourceNotFound as error:
        hint = "Check the path; 'jupyter envs stacks' lists what can be made without a file."
        raise SourceNotFound(hint=hint, **error.params) from error


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises SourceNotFound."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceNotFound(file=str(path), reason=error.strerror or str(error)) from error


def source_from_bytes(data: bytes, file: str | None) -> Source:
    """An environment.yml or a lock that was read from ``file``, or from nowhere."""
    return (SpecSource if lock_format(data) is None else LockSource)(data=data, file=file)


def name_for(source: Source, given: str | None) -> str:
    """The name of a new environment: the one given, else the file's own.

    Raises NameMissing, and SpecInvalid for a file that cannot be read.
    """
    if given is not None:
        return given
    if isinstance(source, StackSource):
        return source.id
    if isinstance(source, SpecSource):
        file = source.file or "environment.yml"
        name = read_spec(source.data, file).name
        if name:
            return name
        raise NameMissing(file=file)
    raise NameMissing(
        file=getattr(source, "file", None) or "The lock", hint="Give the name with --name."
    )


def update_source(environment: Environment, settings: Settings) -> Source:
    """The file or the stack that an environment was made from, as it is now; its stored spec
    where that is gone, or where it was made from another environment."""
    info = environment.info
    if info is not None and info.source.stack is not None:
        with suppress(StackNotFound, StackInvalid):
            return stack_source(settings, info.source.stack)
    file = info.source.file if info and info.source.kind != "environment" else None
    if file is not None and Path(file).is_file():
        return source_from_file(Path(file))
    files = GenerationFiles(environment.prefix)
    return SpecSource(data=read_kept(files.spec), included=read_included(files))
