"""Exports of an environment: its spec, its lock, and what others read."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
