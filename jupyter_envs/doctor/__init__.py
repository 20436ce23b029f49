"""The doctor: why something does not work here, or the GPU is idle, and what helps; the probe."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
