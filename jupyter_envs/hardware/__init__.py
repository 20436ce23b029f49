"""Hardware: what GPUs there are and how busy they are, and what to solve for on them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
