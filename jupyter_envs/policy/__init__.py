"""What is allowed at this site."""

from .load import load_policy
from .model import Policy, Profile, policy_path

__all__ = ["Policy", "Profile", "load_policy", "policy_path"]
