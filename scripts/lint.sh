#!/usr/bin/env bash
# usage: scripts/lint.sh
# Checks every shell script: with shellcheck where it is installed, else for its syntax alone.
set -euo pipefail
. "$(dirname "$0")/say.sh"
cd "$root"

mapfile -t files < <(git -c safe.directory="*" ls-files --cached --others --exclude-standard '*.sh' .ci/run)
for file in "${files[@]}"; do
    bash -n "$file"
    # A script that is only read by others has no first line that names a shell.
    [ -x "$file" ] || ! head -n 1 "$file" | grep -q '^#!' || fail 1 "$file is not executable"
done
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources --source-path=SCRIPTDIR "${files[@]}"
    echo "scripts: ${#files[@]} checked with shellcheck"
else
    echo "scripts: ${#files[@]} checked for syntax (shellcheck is not installed)"
fi
