#!/bin/sh
# Puts the pinned Deno at .tools/deno: a link to the one on PATH where its version matches,
# else the binary that npm's `deno` package brings for this machine.
set -eu
version=$1
cd "$(dirname "$0")/.."
mkdir -p .tools

matches() {
  [ -x "$1" ] && [ "$("$1" --version 2>/dev/null | sed -n 's/^deno \([^ ]*\).*/\1/p')" = "$version" ]
}

if matches .tools/deno; then
  exit 0
fi
on_path=$(command -v deno || true)
if [ -n "$on_path" ] && matches "$on_path"; then
  ln -sfn "$on_path" .tools/deno
  exit 0
fi
echo "Installing Deno $version from npm into .tools (once)" >&2
npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error "deno@$version" >&2
# The package's own launcher starts Node first; the native binary beside it needs none.
for candidate in .tools/node_modules/@deno/*/deno; do
  if matches "$candidate"; then
    ln -sfn "${candidate#.tools/}" .tools/deno
    exit 0
  fi
done
echo "npm brought no Deno $version that runs here ($(uname -sm)); install it and put it on PATH" >&2
exit 1
