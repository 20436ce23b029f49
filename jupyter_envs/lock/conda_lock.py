"""Reading ``conda-lock.yml`` v1 (CEP 37), ours and that of other programs.

Only the category ``main`` is read: it is what conda-lock and mamba install unless told
otherwise, and an environment here has no optional part. Entries of other categories (``dev``
and the like) are passed over, whatever they hold; ``optional`` has no meaning of its own.
Unknown keys are passed over too. Two things are asked for that CEP 37 leaves open: a sha256 for
every package, and URLs without credentials.
"""

from __future__ import annotations

from .assemble import in_order
from .checks import check_lock
from .document import read_document
from .entry import is_installed, package_section, read_package
from .model import Lock
from .repositories import with_revisions
from .section import Section

VERSION = "1"


def parse_lock(data: bytes, *, file: str) -> Lock:
    """The lock in the bytes of a ``conda-lock.yml``, its packages in order.

    ``file`` is what messages call it. Raises LockInvalid with the place and the reason when it
    is not a lock of version 1, is incomplete, or holds what :mod:`.checks` or :mod:`.urls`
    refuse. Files are read up to :data:`.document.MAX_BYTES`.
    """
    top = Section(read_document(data, file=file), file=file, what="the file")
    version = top.text_or("version", VERSION)
    if version != VERSION:
        reason = f"it has version {version[:80]!a}; only version 1 of conda-lock.yml is known"
        raise top.refuse(reason)
    entries = [
        package_section(node, number, file=file)
        for number, node in enumerate(top.items("package"), start=1)
    ]
    installed = [entry for entry in entries if is_installed(entry)]
    metadata = top.section("metadata")
    inputs = metadata.sections("inputs_metadata")
    lock = Lock(
        platforms=_strings(metadata, "platforms"),
        channels=_channels(metadata, file),
        packages=tuple(read_package(entry) for entry in installed),
        content_hash=metadata.texts("content_hash"),
        inputs=_digests(inputs, "sha256"),
        inputs_md5=_digests(inputs, "md5"),
        custom=metadata.texts("custom_metadata"),
    )
    lock = with_revisions(lock)
    check_lock(lock, file=file, lines=[entry.line for entry in installed])
    return in_order(lock)


def _strings(section: Section, key: str) -> tuple[str, ...]:
    items = section.items(key)
    texts = tuple(item for item in items if isinstance(item, str))
    if len(texts) != len(items):
        raise section.refuse(f"{key!r} is not a list of texts")
    return texts


def _channels(metadata: Section, file: str) -> tuple[str, ...]:
    # conda-lock itself accepts plain strings here, so older files have them.
    return tuple(
        node if isinstance(node, str) else Section(node, file=file, what="a channel").text("url")
        for node in metadata.items("channels")
    )


def _digests(inputs: dict[str, Section], kind: str) -> dict[str, str]:
    return {name: entry.text(kind).lower() for name, entry in inputs.items() if entry.has(kind)}
