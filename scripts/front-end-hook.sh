#!/bin/sh
# Run a program of node_modules for pre-commit; nothing where the front end was never installed.
set -eu
program=node_modules/.bin/$1
shift
[ -x "$program" ] || exit 0
PATH=$PWD/.venv/bin:$PATH exec "$program" "$@"
