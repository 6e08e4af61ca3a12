#!/bin/sh
# Puts the pinned Deno at .tools/deno: a link to the one on PATH where its version matches,
# else the binary that npm's `deno` package brings for this machine. A new one fetches the npm
# packages at once: quietly, as the first build would list each of 180 downloads.
set -eu
version=$1
cd "$(dirname "$0")/.."
mkdir -p .tools

matches() {
  [ -x "$1" ] && [ "$("$1" --version 2>/dev/null | sed -n 's/^deno \([^ ]*\).*/\1/p')" = "$version" ]
}

take() {
  ln -sfn "$1" .tools/deno
  echo "Fetching the npm packages of deno.json (once)" >&2
  .tools/deno install --quiet --frozen >&2
  exit 0
}

if matches .tools/deno; then
  exit 0
fi
on_path=$(command -v deno || true)
if [ -n "$on_path" ] && matches "$on_path"; then
  take "$on_path"
fi
echo "Installing Deno $version from npm into .tools (once)" >&2
npm install --prefix .tools --no-save --no-audit --no-fund --no-update-notifier --loglevel=error "deno@$version" >&2
# The package's own launcher starts Node first; the native binary beside it needs none.
for candidate in .tools/node_modules/@deno/*/deno; do
  if matches "$candidate"; then
    take "${candidate#.tools/}"
  fi
done
echo "npm brought no Deno $version that runs here ($(uname -sm)); install it and put it on PATH" >&2
exit 1
