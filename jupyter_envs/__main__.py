"""``python -m jupyter_envs``: the same as ``jupyter envs``."""

from .cli import main

main()
