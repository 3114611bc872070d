# shellcheck shell=bash
# What the other scripts share: words on the terminal, and the root of the workspace.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

# fail CODE WORDS…: says what went wrong and ends the script.
fail() {
    local code=$1
    shift
    printf 'error: %s\n' "$*" >&2
    exit "$code"
}

# as_root COMMAND…: runs it with the right to install packages, or fails with a hint.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail 3 "this needs root: $* (install it by hand, or run as root)"
    fi
}

# apt_install PACKAGE…: installs Debian or Ubuntu packages, without questions.
apt_install() {
    command -v apt-get >/dev/null || fail 3 "no apt-get here; install the equivalent of: $*"
    say "installing $*"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
