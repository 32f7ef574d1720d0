#!/bin/sh
# Starts SeaweedFS with one identity for each part of Longhaul. The policies beside this file say what each may do; they are
# also policies of Amazon S3.
# Reads S3_BUCKET, and OWNER_KEYS, READER_KEYS, SIGNER_KEYS and WORKER_KEYS: `id:secret`, several separated by commas, so that
# an old key stays valid while a new one is introduced. The owner may do everything.
set -eu

here=$(dirname "$0")
config=${S3_CONFIG:-/tmp/s3.json}

credentials() {
  case $1 in
  '' | *[!A-Za-z0-9:,+/=._-]*)
    echo 'Keys of the store must be id:secret, of the characters A-Z a-z 0-9 + / = . _ -' >&2
    return 1
    ;;
  esac
  echo "$1" | sed -e 's/^,*//' -e 's/,*$//' -e 's/,,*/,/g' \
    -e 's/\([^:,]*\):\([^,]*\)/{"accessKey":"\1","secretKey":"\2"}/g'
}

# A policy is a string inside of the configuration.
policy() {
  printf '{"name":"%s","content":"%s"}' "$1" "$(sed "s/BUCKET/$S3_BUCKET/g" "$here/$1.json" | tr -d '\n' | sed 's/"/\\"/g')"
}

owner=$(credentials "$OWNER_KEYS")
reader=$(credentials "$READER_KEYS")
signer=$(credentials "$SIGNER_KEYS")
worker=$(credentials "$WORKER_KEYS")
cat >"$config" <<JSON
{"identities":[
{"name":"owner","credentials":[$owner],"actions":["Admin"]},
{"name":"reader","credentials":[$reader],"policyNames":["reader"]},
{"name":"signer","credentials":[$signer],"policyNames":["signer"]},
{"name":"worker","credentials":[$worker],"policyNames":["worker"]}
],"policies":[
$(policy reader),
$(policy signer),
$(policy worker)
]}
JSON
exec "${WEED:-weed}" "$@" "-s3.config=$config"
