#!/usr/bin/env bash
# usage: scripts/install.sh build|test
# Installs what is missing to build (a C compiler, Rust) or to test (PostgreSQL's server programs, Python packages
# besides).
# Installs nothing that is there already.
set -euo pipefail
. "$(dirname "$0")/say.sh"

rust_wanted=1.95

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

install_postgres() {
    "$root/scripts/postgres.sh" programs >/dev/null 2>&1 || apt_install postgresql
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
    install_python
}

case "${1:-}" in
build)
    install_compiler
    install_rust
    ;;
test)
    install_compiler
    install_rust
    install_test_tools
    ;;
*) fail 2 "usage: scripts/install.sh build|test" ;;
esac
