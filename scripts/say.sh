# shellcheck shell=bash
# What the other scripts share: words on the terminal, packages, ports, and the root of the workspace.

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

# free_port FROM TO: prints a port of this machine on which nobody listens.
free_port() {
    local port
    for port in $(shuf -i "$1-$2" -n 50); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
            printf '%s\n' "$port"
            return
        }
    done
    fail 3 "no free port found between $1 and $2"
}
