"""The append-only record."""

from .ledger import Fault, Ledger, content_hash

__all__ = ["Fault", "Ledger", "content_hash"]
