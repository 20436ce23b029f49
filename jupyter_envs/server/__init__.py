"""The Jupyter server extension: routes over the rooms, and nothing that the rooms could do."""

from .app import EnvsApp

__all__ = ["EnvsApp"]
