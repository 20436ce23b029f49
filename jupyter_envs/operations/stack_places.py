"""The stacks that a person has: where they are looked for, and how one becomes a source."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from jupyter_envs.engine import read_configuration
from jupyter_envs.errors import InvalidInput, StackDigestMismatch
from jupyter_envs.policy import load_policy, policy_path
from jupyter_envs.stacks import (
    BrokenStack,
    Place,
    Stack,
    find_stacks,
    get_stack,
    is_stack_id,
    package_places,
    read_stack,
    shipped_place,
)

from .requests import StackSource
from .settings import Settings

_LARGEST = 1_000_000
_DIGEST = re.compile(r"sha256=([0-9a-fA-F]{64})")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def user_stacks(settings: Settings) -> Path:
    """The folder of the user's own stacks."""
    return settings.data_dir / "stacks"


def stacks_of(settings: Settings) -> list[Stack | BrokenStack]:
    """All stacks: shipped, of packages, of the site, the user's own; later ones win.

    Raises ConfigurationInvalid for a policy that cannot be read.
    """
    policy = load_policy(policy_path(settings.policy_file))
    site = (*settings.stacks_dirs, *map(Path, policy.stacks_dirs))
    places = [
        shipped_place(),
        *package_places(),
        *(Place("site", folder.expanduser()) for folder in site),
        Place("user", user_stacks(settings)),
    ]
    return find_stacks(places)


def stack_source(settings: Settings, stack_id: str, target: str | None = None) -> StackSource:
    """A stack by its id, as a source.

    Raises StackNotFound, StackInvalid, and InvalidInput for a target that it does not have.
    """
    found = get_stack(stacks_of(settings), stack_id)
    if target is not None and target not in {one.id for one in found.targets}:
        known = ", ".join(one.id for one in found.targets)
        raise InvalidInput(
            reason=f"the stack {found.id} has no target {target[:60]!r}; it has: {known}"
        )
    return StackSource(
        id=found.id, data=found.data, origin=found.origin, file=found.file, target=target
    )


def is_address(text: str) -> bool:
    """Whether a text is an address that a stack can be read from."""
    return _ADDRESS.match(text) is not None


def stack_from_address(address: str) -> StackSource:
    """The stack behind ``https://…/name.yml#sha256=…``; its name is the address's last part.

    Raises InvalidInput without a digest, Unavailable, StackDigestMismatch and StackInvalid.
    """
    url, _, fragment = address.partition("#")
    wanted = _DIGEST.fullmatch(fragment)
    if wanted is None:
        raise InvalidInput(
            reason="an address needs the sha256 of what it gives",
            hint=f"Write it behind the address, after looking at the file: {url[:200]}#sha256=…",
        )
    from jupyter_envs.engine import fetch  # here, since it loads all of HTTP

    data = fetch(url, read_configuration(), limit=_LARGEST)
    found = hashlib.sha256(data).hexdigest()
    if found != wanted[1].lower():
        raise StackDigestMismatch(url=url, expected=wanted[1].lower(), found=found)
    stem = PurePosixPath(unquote(urlsplit(url).path)).stem
    read_stack(data, stem, origin="url", file=url)
    return StackSource(id=stem, data=data, origin="url", file=url)


def is_stack(settings: Settings, word: str) -> bool:
    """Whether a word is the id of a stack, broken ones included."""
    return is_stack_id(word) and any(one.id == word for one in stacks_of(settings))
