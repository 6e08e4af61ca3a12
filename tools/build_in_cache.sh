# For scripts that build Go modules into a folder of the user's cache, `$cache`: they source this file.
# `$work` is a folder there for what is needed on the way. It goes when the script ends, and when it is
# interrupted.
mkdir -p "$cache"
work=$(mktemp -d "$cache/build.XXXXXX")
ticker=
cleanup() {
  [ -z "$ticker" ] || kill "$ticker" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Programs leave their temporary folders behind when they are interrupted, as Go and its linker do: these
# go with the rest.
mkdir "$work/tmp"
export TMPDIR="$work/tmp" GOTMPDIR="$work/tmp"

# Says every 15 s that $1 is still being built.
tick() {
  elapsed=0
  # The pause ends with the ticker: as its own child it would go on after an interruption.
  trap 'kill "$pause" 2>/dev/null; exit 0' TERM
  while sleep 15 & pause=$!; wait "$pause"; do
    elapsed=$((elapsed + 15))
    echo "  still building $1: ${elapsed} s" >&2
  done
}

# Builds $1, which is package $3 of the module in folder $2, and moves the executable to $4.
build() {
  tick "$1" &
  ticker=$!
  (cd "$2" && GOFLAGS=-mod=mod go build -trimpath -ldflags='-s -w' -o "$work/built" "$3") >"$work/log" 2>&1 || {
    echo "Building $1 failed:" >&2
    grep -v '^go: downloading' "$work/log" | tail -n 20 >&2
    exit 1
  }
  kill "$ticker" 2>/dev/null || true
  ticker=
  mkdir -p "$(dirname "$4")"
  mv -f "$work/built" "$4"
}
