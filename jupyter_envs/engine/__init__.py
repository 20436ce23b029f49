"""The only room that knows py-rattler and uv: configuration, channels, solve, install, pip,
activation.

What only makes environments is imported when it is first asked for: most commands never do, and
a server starts for everybody. py-rattler alone takes as long as all the rest of what they import.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
