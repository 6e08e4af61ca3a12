#!/bin/sh
# Runs tests/e2e on a real Nomad of each given version, or once on the executable that NOMAD names,
# as the version that it is: some tests depend on it. SEED_JOBSPEC and SEED_CLIENT_CONFIG may name a
# jobspec and a client configuration of the Go driver, which are then run as well, as they are.
set -eu
cd "$(dirname "$0")/.."
if [ -n "${NOMAD:-}" ]; then
  version=$("$NOMAD" version 2>/dev/null | sed -n 's/^Nomad v\([^ ]*\).*/\1/p' || true)
  if [ -z "$version" ]; then
    echo "NOMAD=$NOMAD is not a nomad executable" >&2
    exit 1
  fi
  set -- "$version"
fi
failed=
for version in "$@"; do
  executable=$(tools/nomad.sh "$version")
  echo "=== Nomad $version"
  NOMAD_VERSION=$version NOMAD_EXECUTABLE=$executable \
    .tools/deno test --frozen -A --parallel tests/e2e || failed="$failed $version"
done
if [ -n "$failed" ]; then
  echo "failed on Nomad$failed" >&2
  exit 1
fi
