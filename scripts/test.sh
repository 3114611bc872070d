#!/usr/bin/env bash
# usage: scripts/test.sh [options of `cargo xtask ci`]
# Runs every step of CI against SQLite and PostgreSQL. Uses the server that LIFELOOM_TEST_POSTGRES names, or the
# test cluster that runs, or starts one and stops it at the end.
set -euo pipefail
. "$(dirname "$0")/say.sh"
[ -d "${HOME:-}/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
cd "$root"

if [ -z "${LIFELOOM_TEST_POSTGRES:-}" ]; then
    if ! LIFELOOM_TEST_POSTGRES=$(scripts/postgres.sh url 2>/dev/null); then
        trap 'scripts/postgres.sh stop' EXIT
        LIFELOOM_TEST_POSTGRES=$(scripts/postgres.sh start)
    fi
    export LIFELOOM_TEST_POSTGRES
fi
cargo xtask ci "$@"
