"""What the channel contains: pinned wheels; the hand-made packages are in ``synthetic``."""

from __future__ import annotations

import json

from tests.support.channel.archive import PLACEHOLDER, Entry

# Top-level packages for every Python of the channel; pip adds what they depend on.
# Versions chosen so that the same ones exist for CPython 3.10 to 3.13 where possible.
PACKAGES = (
    "bash_kernel==0.10.0",
    "ipykernel==7.3.0",
    "matplotlib==3.10.9",
    'numpy==2.2.6 ; python_version < "3.14"',
    'numpy==2.3.5 ; python_version >= "3.14"',
    "pandas==2.3.3",
    "pip==26.3",
    "rich==15.0.0",
    "tqdm==4.70.1",
)

# Older versions, without their dependencies, for the running Python only.
OLDER = (
    'numpy==1.26.4 ; python_version < "3.13"',
    'numpy==2.1.3 ; python_version == "3.13"',
    'numpy==2.3.3 ; python_version >= "3.14"',
    "tqdm==4.66.1",
)

_BASH_KERNELSPEC = {
    "argv": [f"{PLACEHOLDER}/bin/python", "-m", "bash_kernel", "-f", "{connection_file}"],
    "display_name": "Bash",
    "env": {"PS1": "$"},
    "language": "bash",
}

# Files that the wheel lacks and the conda-forge package of that name has.
ADDED_FILES = {
    "bash_kernel": (
        Entry(
            "share/jupyter/kernels/bash/kernel.json",
            json.dumps(_BASH_KERNELSPEC, indent=1).encode(),
            prefix="text",
        ),
    ),
}
