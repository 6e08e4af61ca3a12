#!/bin/sh
# Builds dist/ with the Deno at .tools/deno:
#   build.sh plugin   dist/nomad-driver-ecs, an executable for this machine
#   build.sh all      dist/linux-amd64/nomad-driver-ecs and dist/linux-arm64/nomad-driver-ecs
#   build.sh compile TARGET OUTPUT   one executable from the bundle as it stands, for a test
# deno compile downloads its runtime base; DENORT_BIN names a local file to use in its place.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
deno=$root/.tools/deno
# What the driver needs: its socket and AWS, files of credentials, FIFOs of logs, the environment,
# and of the system the names of host and kernel, which the logger and the AWS SDK read while they
# load, and the user and its home, where the SDK looks for credentials if no HOME is set.
permissions='--allow-net --allow-read --allow-write --allow-env --allow-sys=hostname,osRelease,uid,homedir'
# What holds memory down: V8 as in a browser that saves memory, which collects its heap before it has
# grown by much; a small nursery; nothing allocated past the nursery in the belief that it lasts, which
# V8 comes to from a burst of starts and then holds of all that is only looked at, so that an answer of
# ECS would cost a full collection a second; and one compiler, Maglev, in place of three, as the others
# take more memory than they save time here, and none of it on threads of its own, whose memory malloc
# does not give back. `make bench` shows what comes of them.
v8_flags='--v8-flags=--memory-saver-mode,--max-semi-space-size=4'
v8_flags=$v8_flags,--no-allocation-site-pretenuring,--no-turbofan,--no-sparkplug
v8_flags=$v8_flags,--no-concurrent-recompilation
bundle=$root/dist/bundle/nomad-driver-ecs.js

make_bundle() {
  mkdir -p dist/bundle
  "$deno" bundle --frozen --quiet --minify --output "$bundle" main.ts
  # Packages in CommonJS call require. Deno 2.9.3 defines it for them, but not where the minifier has
  # given its helper a name with a dollar sign.
  if grep -q 'Dynamic require of' "$bundle"; then
    {
      echo 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);'
      cat "$bundle"
    } >"$bundle.new"
    mv -f "$bundle.new" "$bundle"
  fi
}

# Compiles the bundle from a folder of its own: a package.json or node_modules nearby would be
# embedded whole.
compile() {
  target=$1
  output=$2
  mkdir -p "$(dirname "$output")"
  # shellcheck disable=SC2086 # the permissions are words
  (cd dist/bundle && "$deno" compile --no-config --no-lock --no-check $v8_flags $permissions \
    --target "$target" --output "$output" nomad-driver-ecs.js)
}

case ${1:-} in
  plugin)
    make_bundle
    case $(uname -sm) in
      'Linux x86_64') target=x86_64-unknown-linux-gnu ;;
      'Linux aarch64') target=aarch64-unknown-linux-gnu ;;
      'Darwin x86_64') target=x86_64-apple-darwin ;;
      'Darwin arm64') target=aarch64-apple-darwin ;;
      *)
        echo "no Deno runtime for $(uname -sm)" >&2
        exit 1
        ;;
    esac
    log=$root/dist/compile.log
    if compile "$target" "$root/dist/nomad-driver-ecs.new" >"$log" 2>&1 &&
      dist/nomad-driver-ecs.new --version 2>>"$log" | grep -q '^nomad-driver-ecs '; then
      mv -f dist/nomad-driver-ecs.new dist/nomad-driver-ecs
      echo "dist/nomad-driver-ecs: compiled"
    else
      rm -f dist/nomad-driver-ecs.new
      cat >dist/nomad-driver-ecs.new <<LAUNCHER
#!/bin/sh
# Deno takes an inspector and modules to load from it, which a compiled executable does not.
unset NODE_OPTIONS
exec '$deno' run --no-config --no-lock --no-prompt $v8_flags $permissions '$bundle' "\$@"
LAUNCHER
      chmod +x dist/nomad-driver-ecs.new
      mv -f dist/nomad-driver-ecs.new dist/nomad-driver-ecs
      echo "dist/nomad-driver-ecs: the bundle under $("$deno" --version | head -n 1 | cut -d' ' -f1,2), as the runtime base of deno compile cannot be had here (dist/compile.log)"
    fi
    ;;
  all)
    make_bundle
    for pair in amd64:x86_64 arm64:aarch64; do
      compile "${pair#*:}-unknown-linux-gnu" "$root/dist/linux-${pair%%:*}/nomad-driver-ecs"
    done
    ;;
  compile)
    compile "$2" "$3"
    ;;
  *)
    echo "usage: build.sh plugin|all|compile TARGET OUTPUT" >&2
    exit 2
    ;;
esac
