#!/usr/bin/env bash
# usage: scripts/install.sh build|test
# Installs what is missing to build (a C compiler, Rust, Node, the packages of web/) or to test (PostgreSQL's server
# programs, Dovecot, Chromium and Python packages besides).
# Installs nothing that is there already.
set -euo pipefail
. "$(dirname "$0")/say.sh"

rust_wanted=1.95
node_wanted=20.0.0

install_compiler() {
    command -v cc >/dev/null || apt_install build-essential
}

rust_is_new_enough() {
    local found
    found=$(rustc --version 2>/dev/null | cut -d' ' -f2) || return 1
    [ "$(printf '%s\n%s\n' "$rust_wanted" "$found" | sort -V | head -n 1)" = "$rust_wanted" ]
}

install_rust() {
    # A fresh rustup installation is not yet on the path of the shell that runs this.
    [ -d "${HOME:-}/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
    rust_is_new_enough && return
    if command -v rustup >/dev/null; then
        say "installing Rust $rust_wanted"
        rustup toolchain install "$rust_wanted" --profile minimal --component clippy --component rustfmt
        rustup override set "$rust_wanted" --path "$root"
        return
    fi
    command -v curl >/dev/null || apt_install curl ca-certificates
    say "installing Rust $rust_wanted"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs |
        sh -s -- -y --no-modify-path --profile minimal --component clippy,rustfmt --default-toolchain "$rust_wanted"
}

node_is_new_enough() {
    local found
    found=$(node --version 2>/dev/null) || return 1
    [ "$(printf '%s\n%s\n' "v$node_wanted" "$found" | sort -V | head -n 1)" = "v$node_wanted" ]
}

# The web application's packages, as its lock file names them.
install_web() {
    local at="$root/web/node_modules/.package-lock.json"
    node_is_new_enough || apt_install nodejs npm
    node_is_new_enough || fail 3 "Node $node_wanted or newer is needed to build web/; found $(node --version 2>&1)"
    [ "$at" -nt "$root/web/package-lock.json" ] && return
    say "installing the packages of web/"
    (cd "$root/web" && npm ci --no-audit --no-fund --loglevel=error)
    touch "$at"
}

install_chromium() {
    command -v chromium >/dev/null || apt_install chromium
    # Pages speak Chinese, and screenshots show it.
    fc-list 2>/dev/null | grep -qi 'cjk' || apt_install fonts-noto-cjk
}

install_postgres() {
    "$root/scripts/postgres.sh" programs >/dev/null 2>&1 || apt_install postgresql
}

# The server that keeps mails is real, too.
install_dovecot() {
    "$root/scripts/dovecot.sh" program >/dev/null 2>&1 || apt_install dovecot-imapd
}

# Peers that tests talk to are Python packages, in an environment of their own under target/.
install_python() {
    local at="$root/target/python" wanted="$root/scripts/requirements.txt"
    cmp -s "$wanted" "$at/requirements.txt" && return
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3 python3-venv
    say "installing Python packages into target/python"
    python3 -m venv "$at"
    "$at/bin/python" -m pip install --quiet --requirement "$wanted"
    cp "$wanted" "$at/requirements.txt"
}

install_test_tools() {
    command -v curl >/dev/null || apt_install curl ca-certificates
    command -v git >/dev/null || apt_install git
    install_postgres
    install_dovecot
    install_chromium
    install_python
}

case "${1:-}" in
build)
    install_compiler
    install_rust
    install_web
    ;;
test)
    install_compiler
    install_rust
    install_web
    install_test_tools
    ;;
*) fail 2 "usage: scripts/install.sh build|test" ;;
esac
