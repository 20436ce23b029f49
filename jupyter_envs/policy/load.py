"""Reading a policy file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from jupyter_envs.errors import ConfigurationInvalid

from .model import Policy


def load_policy(path: Path | None) -> Policy:
    """The policy in ``path``; the default one where there is none.

    Raises ConfigurationInvalid: a policy that cannot be read must not mean "all allowed".
    """
    if path is None:
        return Policy()
    try:
        document = yaml.safe_load(path.read_text("utf-8")) or {}
        policy = msgspec.convert({**document, "file": str(path)}, Policy)
    except (OSError, yaml.YAMLError, msgspec.ValidationError, TypeError) as error:
        raise ConfigurationInvalid(file=str(path), reason=str(error)) from error
    return policy
