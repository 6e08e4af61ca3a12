#!/bin/sh
# Runs tools/build.ts, which says what it can do, with the Deno at .tools/deno.
set -eu
cd "$(dirname "$0")/.."
exec .tools/deno run --frozen -A tools/build.ts "$@"
