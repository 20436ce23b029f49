"""Signs by which conda and pip refuse to change a generation, and say what to do instead.

``conda-meta/frozen`` is CEP 22, ``EXTERNALLY-MANAGED`` is PEP 668. Both tools have an option to
do it nevertheless, and each sign is a file that can be removed.
"""

from __future__ import annotations

import json
from pathlib import Path

from .drift_marks import site_packages
from .files import write_atomically

_CONDA = """\
jupyter_envs keeps this environment as its lock says.
To change it: edit its environment.yml, then run

    jupyter envs update {name}

To do it nevertheless: --override-frozen. It is then shown as changed.
"""

_PIP = """\
[externally-managed]
Error=jupyter_envs keeps this environment as its lock says.
 To add a package: write it into its environment.yml, below "pip:", then run
 .
     jupyter envs update {name}
 .
 To install it here nevertheless: --break-system-packages. It is then shown as changed.
"""


def freeze(prefix: Path, name: str) -> None:
    """Mark a generation. To be called last: our own pip step heeds the sign too."""
    message = json.dumps({"message": _CONDA.format(name=name)}, indent=1)
    write_atomically(prefix / "conda-meta" / "frozen", message.encode())
    for folder in site_packages(prefix):
        # The folder of the standard library, where PEP 668 has it.
        place = (prefix / folder).parent / "EXTERNALLY-MANAGED"
        write_atomically(place, _PIP.format(name=name).encode())
