#!/bin/sh
# The long reliability tests: the simulation over many seeds, then storms of failing calls.
set -eu
cd "$(dirname "$0")/.."
.tools/deno run --frozen -A tests/simulation/main.ts --seeds "${SEEDS:-50000}"
.tools/deno run --frozen -A tests/bench/soak.ts --tasks "${TASKS:-1000}" --seconds "${SECONDS_EACH:-60}"
