"""Environments inside Jupyter: an environment.yml goes in, a verified kernel and an exact lock
come out, and nothing half-made is ever visible."""

from ._version import __version__

__all__ = ["__version__"]
