#!/bin/sh
# Generates TypeScript from proto/ into the folder given as the first argument.
set -eu
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
buf=1.75.0
ts_proto=2.18.0
tools=.tools/proto-$buf-$ts_proto
if [ ! -x "$tools/node_modules/.bin/protoc-gen-ts_proto" ]; then
  echo "Installing buf $buf and ts-proto $ts_proto from npm into $tools (once)" >&2
  npm install --prefix "$tools" --no-save --no-audit --no-fund --loglevel=error \
    "@bufbuild/buf@$buf" "ts-proto@$ts_proto" >&2
fi
PATH="$PWD/$tools/node_modules/.bin:$PATH"
rm -rf "${out:?}"/*
cd proto
buf lint
buf generate --template buf.gen.yaml --include-imports -o "$out"
