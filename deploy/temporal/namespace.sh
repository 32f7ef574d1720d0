#!/bin/sh
# Creates the namespace and Longhaul's search attributes where they are missing; safe to run again.
# Reads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, as the CLI does, and NAMESPACE_RETENTION.
set -eu

ATTEMPTS=60

# The server may still be starting, and knows of a new namespace some seconds later only.
try() {
  attempt=1
  until output=$("$@" 2>&1); do
    if [ "$attempt" -ge "$ATTEMPTS" ]; then
      echo "gave up after $attempt attempts: $*" >&2
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

try temporal operator cluster health
try ensure_namespace
# An attribute that exists with this type counts as created.
try temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name LonghaulUser --type Keyword \
  --name LonghaulStatus --type Keyword
