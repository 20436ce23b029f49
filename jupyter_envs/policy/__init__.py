"""What is allowed at this site."""

from .load import load_policy
from .model import Policy, policy_path

__all__ = ["Policy", "load_policy", "policy_path"]
