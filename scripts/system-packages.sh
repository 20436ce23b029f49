#!/bin/sh
# Install what the browser and proxy tests need from the machine: a Chromium, nginx and fonts.
# As root with apt-get it installs what is missing; anyone else is told what that is. Never an
# error: the tests that need these programs say so themselves.
set -eu
PATH=$PATH:/usr/sbin:/sbin
fonts=/usr/share/fonts/truetype
missing=

one_of() {
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 && return 0
    done
    return 1
}

one_of chromium chromium-browser google-chrome google-chrome-stable || missing="$missing chromium"
one_of nginx || missing="$missing nginx"
# Without them a screenshot shows boxes: JupyterLab asks for Arial and for DejaVu Sans Mono.
[ -d "$fonts/liberation" ] || [ -d "$fonts/liberation2" ] || missing="$missing fonts-liberation"
[ -d "$fonts/dejavu" ] || missing="$missing fonts-dejavu-core"

[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! one_of apt-get; then
    echo "Missing for the browser tests:$missing" >&2
    exit 0
fi

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
ours=
cleanup() {
    rm -f "$log"
    [ -z "$ours" ] || rm -f "$policy"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# Debian starts a service when it is installed; the tests start their own nginx.
if [ ! -e "$policy" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1
}
install() {
    # One word each.
    # shellcheck disable=SC2086
    apt install --yes --no-install-recommends $missing
}

echo "Installing$missing" >&2
# The lists of packages may be absent, or older than the mirror.
if ! install && ! { apt update && install; }; then
    tail -n 20 "$log" >&2
    echo "Missing for the browser tests:$missing" >&2
fi
