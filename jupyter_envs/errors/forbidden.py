"""What neither now nor later goes without an administrator."""

from __future__ import annotations

from .base import EnvsError


class Forbidden(EnvsError):
    """Allowed neither now nor later without an administrator."""

    status = 403
    code = "forbidden"
    sentence = "{reason}"


class PolicyDenied(Forbidden):
    """The administrator's policy refuses this."""

    code = "policy_denied"
    sentence = "The policy of this site does not allow {what}"
    advice = "Ask the administrator; the policy is in {file}."


class StoreReadOnly(Forbidden):
    """The store's folder cannot be written by this user."""

    code = "store_read_only"
    sentence = "The folder {path} cannot be written: {reason}"
    advice = "Choose another folder with --envs-dir or the setting envs_dirs in .condarc."
