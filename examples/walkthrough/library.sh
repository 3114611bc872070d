#!/usr/bin/env bash
# usage: ADMIN_TOKEN=… LIBRARIAN_TOKEN=… READER_TOKEN=… examples/walkthrough/library.sh [URL]
# Lends a book, is refused a second copy, gives the book back; the reader sees the own loan only.
set -euo pipefail
. "$(dirname "$0")/calls.sh"
url=${1:-http://127.0.0.1:8080}
: "${ADMIN_TOKEN:?}" "${LIBRARIAN_TOKEN:?}" "${READER_TOKEN:?}"

step "What is on the shelves?"
books=$(call "$LIBRARIAN_TOKEN" GET '/records/library.book?filter=available%20%3E%200&sort=title&fields=title,available')
python3 -c '
import json, sys
for book in json.load(sys.stdin)["records"]: print("  %s: %s" % (book["title"], book["available"]))' <<<"$books"

step "Lend one: the book is named by its natural key, the reader by the login"
loan=$(call "$LIBRARIAN_TOKEN" POST /records/library.loan \
    '{"book": {"by": {"isbn": "978-7-02-000220-7"}}, "reader": {"by": {"login": "reader"}}}' | pick id)
expect "status" "$(call "$LIBRARIAN_TOKEN" GET "/records/library.loan/$loan" | pick status)" out

step "The reader signs; the reader sees the signature, others do not get at it"
pixel=iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=
signed=$(base64 --decode <<<"$pixel" | curl --silent --fail --max-time 30 "$url/api/v1/files" \
    --header "Authorization: Bearer $LIBRARIAN_TOKEN" --form 'file=@-;filename=signature.png' | pick id)
call "$LIBRARIAN_TOKEN" PATCH "/records/library.loan/$loan" "{\"signature\": {\"id\": \"$signed\"}}" >/dev/null
expect "type" "$(call "$READER_TOKEN" GET "/records/library.loan/$loan" | pick signature type)" image/png
expect "bytes" "$(curl --silent --fail --max-time 30 "$url/api/v1/records/library.loan/$loan/files/signature" \
    --header "Authorization: Bearer $READER_TOKEN" | base64 --wrap 0)" "$pixel"
status=$(curl --silent --output /dev/null --write-out '%{http_code}' "$url/api/v1/uploads/$signed" \
    --header "Authorization: Bearer $ADMIN_TOKEN")
expect "answer to another who asks for the upload" "$status" 404

step "Nobody gets two copies"
refusal=$(curl --silent --request POST "$url/api/v1/records/library.loan" --header "Authorization: Bearer $LIBRARIAN_TOKEN" \
    --header 'Content-Type: application/json' --header 'Accept-Language: zh-CN' \
    --data '{"book": {"by": {"isbn": "978-7-02-000220-7"}}, "reader": {"by": {"login": "reader"}}}')
expect "code" "$(pick code <<<"$refusal")" duplicate

step "The reader sees one loan, and may not end it"
expect "loans" "$(call "$READER_TOKEN" GET '/records/library.loan?count=exact' | pick count)" 1
status=$(curl --silent --output /dev/null --write-out '%{http_code}' --request POST \
    "$url/api/v1/records/library.loan/$loan/moves/return" --header "Authorization: Bearer $READER_TOKEN")
expect "answer to the reader" "$status" 403

step "The book comes back"
call "$LIBRARIAN_TOKEN" POST "/records/library.loan/$loan/moves/return" >/dev/null
expect "status" "$(call "$LIBRARIAN_TOKEN" GET "/records/library.loan/$loan" | pick status)" returned
echo
echo "library: passed"
