#!/usr/bin/env bash
# usage: scripts/faults.sh [ROUNDS]
# Plays every fault so many times (200 where nothing is said) on SQLite and PostgreSQL, and writes what was seen to
# docs/faults.md. Takes about two hours for 200 rounds on two cores. Mounts small disks, so run it as root; otherwise
# what needs them is left out.
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
cargo xtask faults --rounds "${1:-200}"
