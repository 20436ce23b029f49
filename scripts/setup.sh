#!/bin/sh
# Make the virtual environment $1 with the package (editable), its tests and its checks.
set -eu
venv=$1
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "Python 3.10 or newer is needed; set PYTHON to one: make setup PYTHON=python3.12" >&2
    exit 1
}
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    # Debian's python3 may lack ensurepip; virtualenv brings its own pip.
    "$python" -m venv --clear "$venv" 2>/dev/null \
        || "$python" -m virtualenv --clear "$venv" \
        || { echo "Install python3-venv or virtualenv first." >&2; exit 1; }
fi
# Dependency groups came with pip 25.1.
"$venv/bin/python" -m pip install --quiet --upgrade 'pip>=25.1'
# The front end has a target of its own: make frontend.
SKIP_JUPYTER_BUILDER=1 "$venv/bin/python" -m pip install --quiet --editable . \
    --group test --group lint
