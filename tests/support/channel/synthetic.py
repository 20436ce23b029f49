"""Small hand-made packages, each for one situation that real ones show only rarely.

=================  =======  ==============  ====================================================
package            version  kind            what it is for
=================  =======  ==============  ====================================================
demo-lib           1.0 1.1  noarch python   versions to choose from; 2.0 too, and 3.0 in the
                   2.0                      second channel
needs-old-lib      1.0      noarch python   demo-lib <2: unsatisfiable together with the next
needs-new-lib      1.0      noarch python   demo-lib >=2
gpu-lib            1.0      this platform   builds cpu_0 and cuda12_0 (``__cuda >=12``), the
                                            latter preferred; share/gpu-lib/build.txt tells
text-prefix        1.0      noarch generic  a program and a settings file that hold the prefix
binary-prefix      1.0      this platform   the same in a NUL-padded file, printed by a program
activation-demo    1.0      noarch generic  activate.d and deactivate.d, for sh and fish
link-script        1.0      this platform   a post-link script that would leave a mark
kernel-breaker     1.0      noarch python   importing zmq fails as with a missing library
bulk               1.0 1.1  noarch generic  1500 files, 20 MB that do not compress
renamed-dist       1.0      noarch python   its distribution is called Renamed_Dist.Core
extra-lib          1.0      noarch python   second channel only; needs demo-lib
=================  =======  ==============  ====================================================
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tests.support.channel.activation_demo import activation_files
from tests.support.channel.archive import PLACEHOLDER, Entry, Recipe

BULK_FILES = 1500
BULK_BYTES = 20_000_000

_BREAKER = '''
"""Make importing zmq fail in the way a missing shared library does."""
import sys


class _Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "zmq":
            reason = "cannot open shared object file: No such file or directory"
            raise ImportError("libsodium.so.23: " + reason)
        return None


sys.meta_path.insert(0, _Finder())
'''

_PRINT_TEXT_PREFIX = f"""#!/bin/sh
echo "{PLACEHOLDER}"
"""

_PRINT_BINARY_PREFIX = """#!/bin/sh
tr '\\000' '\\n' < "$(dirname "$0")/../lib/binary-prefix.dat" | sed -n 2p
"""

_POST_LINK = """#!/bin/sh
touch "$PREFIX/link-script-ran"
"""


def main_recipes() -> Iterator[Recipe]:
    """The hand-made packages of the main channel."""
    for version in ("1.0", "1.1", "2.0"):
        yield _module("demo-lib", version)
    yield _module("needs-old-lib", "1.0", requires=("demo-lib <2",))
    yield _module("needs-new-lib", "1.0", requires=("demo-lib >=2",))
    yield _module("renamed-dist", "1.0", distribution="Renamed_Dist.Core")
    yield _kernel_breaker()
    yield from _gpu_builds()
    yield from _prefix_packages()
    yield Recipe(name="activation-demo", version="1.0", files=activation_files())
    yield Recipe(
        name="link-script",
        version="1.0",
        noarch=None,
        files=(Entry("bin/.link-script-post-link.sh", _POST_LINK.encode(), executable=True),),
    )
    for version in ("1.0", "1.1"):
        yield Recipe(name="bulk", version=version, files=tuple(_bulk_files(version)))


def second_recipes() -> Iterator[Recipe]:
    """The packages of the second channel."""
    yield _module("demo-lib", "3.0")
    yield _module("extra-lib", "1.0", requires=("demo-lib",))


def _module(
    name: str,
    version: str,
    *,
    requires: tuple[str, ...] = (),
    distribution: str | None = None,
    more: tuple[Entry, ...] = (),
) -> Recipe:
    """A noarch python package with one importable module of its name."""
    distribution = distribution or name
    info = f"site-packages/{re.sub('[-_.]+', '_', distribution).lower()}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {line}\n" for line in requires)
    module = f'"""{name}"""\n__version__ = "{version}"\n'
    return Recipe(
        name=name,
        version=version,
        build="pyh_0",
        noarch="python",
        depends=("python >=3.10", *requires),
        files=(
            Entry(f"site-packages/{name.replace('-', '_')}.py", module.encode()),
            Entry(f"{info}/METADATA", metadata.encode()),
            Entry(f"{info}/INSTALLER", b"conda\n"),
            *more,
        ),
    )


def _kernel_breaker() -> Recipe:
    # A .pth line runs at start-up; zmq itself stays as installed.
    more = (
        Entry("site-packages/kernel-breaker.pth", b"import _kernel_breaker\n"),
        Entry("site-packages/_kernel_breaker.py", _BREAKER.lstrip().encode()),
    )
    return _module("kernel-breaker", "1.0", more=more)


def _gpu_builds() -> Iterator[Recipe]:
    # The higher build number makes the solver prefer the CUDA build where __cuda allows it.
    builds = {"cpu_0": (0, ()), "cuda12_0": (100, ("__cuda >=12",))}
    for build, (number, depends) in builds.items():
        yield Recipe(
            name="gpu-lib",
            version="1.0",
            build=build,
            build_number=number,
            noarch=None,
            depends=depends,
            files=(Entry("share/gpu-lib/build.txt", f"{build}\n".encode()),),
        )


def _prefix_packages() -> Iterator[Recipe]:
    settings = f"root = {PLACEHOLDER}\n".encode()
    program = _PRINT_TEXT_PREFIX.encode()
    yield Recipe(
        name="text-prefix",
        version="1.0",
        files=(
            Entry("bin/text-prefix", program, executable=True, prefix="text"),
            Entry("etc/text-prefix.conf", settings, prefix="text"),
        ),
    )
    data = f"BEGIN\0{PLACEHOLDER}/share/binary-prefix\0END\0".encode()
    yield Recipe(
        name="binary-prefix",
        version="1.0",
        noarch=None,
        files=(
            Entry("bin/binary-prefix", _PRINT_BINARY_PREFIX.encode(), executable=True),
            Entry("lib/binary-prefix.dat", data, prefix="binary"),
        ),
    )


def _bulk_files(version: str) -> Iterator[Entry]:
    random_bytes = random.Random(version)
    size = BULK_BYTES // BULK_FILES
    for number in range(BULK_FILES):
        path = f"share/bulk/{number // 100:02}/{number:04}.bin"
        yield Entry(path, random_bytes.randbytes(size))
