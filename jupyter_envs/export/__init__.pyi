from .formats import FORMATS, Exported, ExportFormat, ExportSource, export

__all__ = ["FORMATS", "ExportFormat", "ExportSource", "Exported", "export"]
