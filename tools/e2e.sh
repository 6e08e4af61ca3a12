#!/bin/sh
# Runs tests/e2e on a real Nomad of each given version.
set -eu
cd "$(dirname "$0")/.."
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
