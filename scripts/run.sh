#!/usr/bin/env bash
# usage: scripts/run.sh [options of lifeloom serve]
# Builds the web application and the release binary when they are old, and serves ./data with the shipped packs and demo data. A second run
# keeps the data.
set -euo pipefail
. "$(dirname "$0")/say.sh"
[ -d "${HOME:-}/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
cd "$root"

say "building (the first build takes about ten minutes on two cores)"
(cd web && npm run --silent build)
cargo build --release --locked --package cli
listen=${LIFELOOM_LISTEN:-127.0.0.1:8080}
say "sign in at http://$listen (API: http://$listen/api/v1); stop: Ctrl-C"
exec target/release/lifeloom serve --data "${LIFELOOM_DATA:-data}" --listen "$listen" --demo "$@"
