#!/usr/bin/env bash
# usage: ADMIN_TOKEN=… LIFELOOM=path/to/lifeloom examples/walkthrough/publish.sh URL [--data DIR | --database URL]
# Changes a definition while the server runs: a copy of the crm pack gets a field, `plan` shows what that means,
# `apply` does it, and the field is there without a restart and with the old data.
set -euo pipefail
. "$(dirname "$0")/calls.sh"
url=$1
shift
: "${ADMIN_TOKEN:?a token of an administrator}" "${LIFELOOM:?the binary}"
root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

step "A record from before"
account=$(call "$ADMIN_TOKEN" GET '/records/crm.account?sort=number&limit=1' | pick records 0 id)
name=$(call "$ADMIN_TOKEN" GET "/records/crm.account/$account" | pick name)
echo "  $name"

step "Copy the pack, add a field"
cp -r "$root/definitions/crm" "$copy/crm"
sed -i -E 's/^version: .*/version: 1.0.1/' "$copy/crm/pack.yaml"
sed -i -E 's/^fields:$/fields:\n  wechat_group: {type: text, label: {en: WeChat group, zh-CN: 微信群}, max: 60}/' "$copy/crm/objects/account.yaml"

step "What would it do?"
"$LIFELOOM" plan "$copy/crm" "$@"

step "Do it"
"$LIFELOOM" apply "$copy/crm" "$@" --yes

step "Use it at once"
# Other processes learn of a publish within a second or so.
for _ in $(seq 50); do
    # `call` ends its shell when the answer is an error, so it gets one of its own.
    if (call "$ADMIN_TOKEN" GET "/records/crm.account/$account?fields=wechat_group") >/dev/null 2>&1; then break; fi
    sleep 0.1
done
call "$ADMIN_TOKEN" PATCH "/records/crm.account/$account" '{"wechat_group": "项目沟通群"}' >/dev/null
after=$(call "$ADMIN_TOKEN" GET "/records/crm.account/$account")
expect "the new field" "$(pick wechat_group <<<"$after")" 项目沟通群
expect "the old data" "$(pick name <<<"$after")" "$name"
echo
echo "publish: passed"
