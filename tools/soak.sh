#!/bin/sh
# The long reliability tests: the simulation over many seeds, hostile inputs by the ten thousand and
# what the tasks of others feel of the worst, then storms of failing calls.
set -eu
cd "$(dirname "$0")/.."
.tools/deno run --frozen -A tests/simulation/main.ts --seeds "${SEEDS:-50000}"
.tools/deno run --frozen -A tests/fuzz/main.ts --times "${FUZZ_TIMES:-30}" --from "${FUZZ_FROM:-1}"
.tools/deno run --frozen -A tests/fuzz/neighbours.ts
.tools/deno run --frozen -A tests/bench/soak.ts --tasks "${TASKS:-1000}" --seconds "${SECONDS_EACH:-60}"
