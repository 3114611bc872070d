#!/usr/bin/env bash
# usage: scripts/certificates.sh FOLDER
# Certificates for tests, each NAME.pem with its NAME.key in FOLDER: `company` is an authority such as a company has its own,
# and those of servers are as servers should not have them, but for one:
#   right      of right.example and 127.0.0.1, issued by the company
#   wrong      of elsewhere.example
#   expired    of expired.example, which ended with the year 2020
#   stranger   of stranger.example, issued by an authority that nobody knows
set -euo pipefail
. "$(dirname "$0")/say.sh"

folder=${1:?usage: scripts/certificates.sh FOLDER}
key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)

quietly() {
    local said
    said=$("$@" 2>&1) || fail 1 "$1: $said"
}

# authority NAME
authority() {
    quietly openssl req -x509 "${key[@]}" -keyout "$1.key" -out "$1.pem" -subj "/CN=$1" -days 2 \
        -addext keyUsage=critical,keyCertSign,cRLSign
}

# certificate NAME AUTHORITY NAMES FROM TO: openssl takes a time that has passed from its small authority only.
certificate() {
    local name=$1 authority=$2 names=$3 from=$4 to=$5
    quietly openssl req -new "${key[@]}" -keyout "$name.key" -out "$name.csr" -subj "/CN=$name"
    : >known
    cat >ca.conf <<CONF
[ca]
default_ca = here
[here]
database = known
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = $names
CONF
    quietly openssl ca -batch -notext -config ca.conf -cert "$authority.pem" -keyfile "$authority.key" \
        -in "$name.csr" -out "$name.pem" -startdate "$from" -enddate "$to"
}

mkdir -p "$folder"
cd "$folder"
authority company
authority nobody
now=$(date -u +%Y)
certificate right company DNS:right.example,IP:127.0.0.1 20200101000000Z "$((now + 5))0101000000Z"
certificate wrong company DNS:elsewhere.example 20200101000000Z "$((now + 5))0101000000Z"
certificate expired company DNS:expired.example 20200101000000Z 20210101000000Z
certificate stranger nobody DNS:stranger.example 20200101000000Z "$((now + 5))0101000000Z"
