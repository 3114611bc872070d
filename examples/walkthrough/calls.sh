# shellcheck shell=bash
# What the walk-throughs share: one curl call, and reading a value out of its answer.

# Where the server is; each walk-through sets it from its own argument.
url=http://127.0.0.1:8080

# call WHO METHOD PATH [BODY] [HEADER…]: prints the body of the answer; ends the script when the status is an error.
# WHO is a bearer token; PATH stands below /api/v1.
call() {
    local token=$1 method=$2 path=$3 body=${4:-} answer status
    shift $(($# < 4 ? $# : 4))
    local arguments=(--silent --show-error --max-time 30 --request "$method" --write-out '\n%{http_code}')
    arguments+=(--header "Authorization: Bearer $token" --header 'Accept-Language: en')
    [ -z "$body" ] || arguments+=(--header 'Content-Type: application/json' --data "$body")
    for header in "$@"; do arguments+=(--header "$header"); done
    answer=$(curl "${arguments[@]}" "$url/api/v1$path")
    status=${answer##*$'\n'}
    answer=${answer%$'\n'*}
    if [ "$status" -ge 400 ]; then
        printf 'FAILED: %s %s answered %s\n%s\n' "$method" "$path" "$status" "$answer" >&2
        exit 1
    fi
    printf '%s\n' "$answer"
}

# pick PATH…: reads JSON from the input and prints the value at the path, such as `records 0 id`.
pick() {
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1:]:
    value = value[int(key)] if isinstance(value, list) else value[key]
print(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
' "$@"
}

# expect WHAT FOUND WANTED: ends the script when the two differ.
expect() {
    if [ "$2" != "$3" ]; then
        printf 'FAILED: %s is %s, not %s\n' "$1" "$2" "$3" >&2
        exit 1
    fi
    printf '  %s: %s\n' "$1" "$2"
}

step() { printf '\n%s\n' "$*"; }
