#!/bin/sh
# Creates the namespace and Longhaul's search attributes if they are missing. Idempotent.
# Reads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, as the CLI does, and NAMESPACE_RETENTION.
set -eu

ATTEMPTS=60

# Retries a command: the server may still be starting, and it sees a new namespace only after some seconds.
retry() {
  attempt=1
  until output=$("$@" 2>&1); do
    if [ "$attempt" -ge "$ATTEMPTS" ]; then
      echo "Failed after $attempt attempts: $*" >&2
      echo "$output" >&2
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep 1
  done
  echo "$output"
}

ensure_namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" 2>/dev/null ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$NAMESPACE_RETENTION"
}

retry temporal operator cluster health
retry ensure_namespace
# Succeeds if the attributes already exist with this type.
retry temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name LonghaulUser --type Keyword \
  --name LonghaulStatus --type Keyword
