#!/usr/bin/env bash
# usage: scripts/cargo-test.sh [options of cargo nextest run / cargo test]
# Runs all tests with cargo-nextest, or with cargo test where that is not installed.
set -euo pipefail
. "$(dirname "$0")/say.sh"
cd "$root"

if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --workspace --locked --no-fail-fast --status-level fail --final-status-level slow "$@"
fi
say "cargo-nextest is not installed (cargo install cargo-nextest --locked): running cargo test"
exec cargo test --workspace --locked --no-fail-fast "$@"
