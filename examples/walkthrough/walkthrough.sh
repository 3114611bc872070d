#!/usr/bin/env bash
# usage: SALES_TOKEN=… MANAGER_TOKEN=… DIRECTOR_TOKEN=… examples/walkthrough/walkthrough.sh [URL]
# The walk-through of the README as a script: from a lead to an approved quote. The server has the demo data; a
# token is what `lifeloom user token LOGIN` prints.
set -euo pipefail
. "$(dirname "$0")/calls.sh"
url=${1:-http://127.0.0.1:8080}
: "${SALES_TOKEN:?a token of a sales representative}" "${MANAGER_TOKEN:?of the manager}" "${DIRECTOR_TOKEN:?of the director}"
unique=$(date +%s)$$

step "Who am I?"
call "$SALES_TOKEN" GET /session | pick user name

step "Create a lead"
lead=$(call "$SALES_TOKEN" POST /records/crm.lead "{
    \"name\": \"陈晓\", \"company\": \"苏州云帆智能装备有限公司 $unique\", \"email\": \"chen.$unique@example.com\",
    \"source\": \"website\", \"industry\": \"machinery\", \"budget\": \"200000\"}" | pick id)
call "$SALES_TOKEN" POST "/records/crm.lead/$lead/moves/contact" >/dev/null
call "$SALES_TOKEN" POST "/records/crm.lead/$lead/moves/qualify" >/dev/null
expect "status of the lead" "$(call "$SALES_TOKEN" GET "/records/crm.lead/$lead" | pick status)" qualified

step "Convert it: account, contact and opportunity come out of one call"
call "$SALES_TOKEN" POST "/records/crm.lead/$lead/actions/convert" '{"opportunity_name": "包装线改造"}' >/dev/null
converted=$(call "$SALES_TOKEN" GET "/records/crm.lead/$lead")
expect "status of the lead" "$(pick status <<<"$converted")" converted
opportunity=$(pick converted_opportunity id <<<"$converted")

step "Quote with 30 % discount: the lines are written with their parent"
quote=$(call "$SALES_TOKEN" POST /records/crm.quote "{
    \"subject\": \"包装线改造报价\", \"opportunity\": \"$opportunity\",
    \"lines\": [{\"product\": {\"by\": {\"code\": \"RC-P200\"}}, \"quantity\": \"2\", \"discount\": \"30\"}]}" | pick id)
expect "discount" "$(call "$SALES_TOKEN" GET "/records/crm.quote/$quote" | pick discount)" 30

step "Submit it"
instance=$(call "$SALES_TOKEN" POST /workflows/crm.quote_approval/instances "{\"record\": \"$quote\"}" | pick id)
expect "status of the quote" "$(call "$SALES_TOKEN" GET "/records/crm.quote/$quote" | pick status)" in_approval

# decide TOKEN WHO: approves the one open task that this person has in the instance.
decide() {
    local task
    task=$(call "$1" GET '/tasks?box=todo&limit=200' | python3 -c '
import json, sys
tasks = [t for t in json.load(sys.stdin)["tasks"] if t["instance"] == sys.argv[1]]
print(tasks[0]["id"] if tasks else "")' "$instance")
    [ -n "$task" ] || { echo "FAILED: $2 has no task" >&2; exit 1; }
    echo "  $2 has task $task"
    call "$1" POST "/tasks/$task/approve" '{"comment": "同意"}' >/dev/null
}

step "The manager sees the task and approves; above 20 % the director approves too"
decide "$MANAGER_TOKEN" "the manager"
decide "$DIRECTOR_TOKEN" "the director"
expect "status of the quote" "$(call "$SALES_TOKEN" GET "/records/crm.quote/$quote" | pick status)" approved

step "The history says who changed what"
call "$SALES_TOKEN" GET "/records/crm.quote/$quote/history" | pick changes
echo
echo "walk-through: passed"
