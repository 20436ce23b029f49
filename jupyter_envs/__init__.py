"""Environments inside Jupyter: an environment.yml goes in, a verified kernel and an exact lock
come out, and nothing half-made is ever visible."""

from typing import Any

from ._version import __version__

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Jupyter server asks what of this package extends it; nobody else needs it loaded."""
    from .server import EnvsApp

    return [{"module": "jupyter_envs", "app": EnvsApp}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """JupyterLab's tools ask where the front end lies."""
    return [{"src": "labextension", "dest": "jupyter_envs"}]
