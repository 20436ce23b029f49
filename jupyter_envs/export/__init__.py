"""Exports of an environment: its spec, its lock, and what others read."""

from .formats import FORMATS, Exported, ExportFormat, ExportSource, export

__all__ = ["FORMATS", "ExportFormat", "ExportSource", "Exported", "export"]
