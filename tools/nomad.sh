#!/bin/sh
# Prints the path of a real nomad executable of the given version: $NOMAD where that is set, else
# one built from the Go module and kept in the user's cache.
set -eu
version=$1

if [ -n "${NOMAD:-}" ]; then
  if ! found=$("$NOMAD" version 2>/dev/null | sed -n 's/^Nomad v\([^ ]*\).*/\1/p') || [ -z "$found" ]; then
    echo "NOMAD=$NOMAD is not a nomad executable" >&2
    exit 1
  fi
  [ "$found" = "$version" ] || echo "Using NOMAD=$NOMAD, version $found in place of $version" >&2
  echo "$NOMAD"
  exit 0
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/nomad-driver-ecs/nomad/$version
if [ -x "$cache/nomad" ]; then
  echo "$cache/nomad"
  exit 0
fi

# The replacements in Nomad's own go.mod do not carry over to a module that requires it.
winio='replace github.com/Microsoft/go-winio => github.com/endocrimes/go-winio v0.4.13-0.20190628114223-fb47a8b41948'
case $version in
  1.9.4)
    api=v0.0.0-20241218080744-e3ac00f30eec
    hcl=v1.0.1-0.20201016140508-a07e7d50bbee
    metrics='replace github.com/armon/go-metrics => github.com/armon/go-metrics v0.0.0-20230509193637-d9ca9af9f1f9'
    ;;
  1.11.3)
    api=v0.0.0-20260106084653-e8f2200c7039
    hcl=v1.0.1-nomad-1
    metrics=
    ;;
  *)
    echo "No recipe for Nomad $version; set NOMAD=/path/to/nomad" >&2
    exit 1
    ;;
esac

if ! command -v go >/dev/null; then
  echo "Nomad $version needs building, and there is no Go on PATH: install Go, or set NOMAD=/path/to/nomad" >&2
  exit 1
fi

. "$(dirname "$0")/build_in_cache.sh"
mkdir "$work/nomad"
cat >"$work/nomad/go.mod" <<MOD
module nomad-build

go 1.22

require github.com/hashicorp/nomad v$version

replace github.com/hashicorp/nomad/api => github.com/hashicorp/nomad/api $api

replace github.com/hashicorp/hcl => github.com/hashicorp/hcl $hcl

$winio

$metrics
MOD

echo "Building Nomad $version from its Go module (once; some minutes)" >&2
build "Nomad $version" "$work/nomad" github.com/hashicorp/nomad "$cache/nomad"
echo "$cache/nomad"
