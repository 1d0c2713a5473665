#!/usr/bin/env bash
# Finds the amisync that the action runs: the one that is named, else one on PATH
# that knows what the action needs. With the argument `build`, builds it from the
# action's own sources. Sets the output binary; it stays empty where it must be built.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"

if [ "${1:-}" = build ]; then
  binary="$RUNNER_TEMP/amisync-bin/amisync"
  # In containers the checkout may belong to somebody else, and git then tells
  # no version. Flags and workspaces of the surroundings are not for this.
  (cd "$here/../.." && GOWORK=off GOFLAGS='' go build -buildvcs=false -o "$binary" ./cmd/amisync)
  output binary "$binary"
  exit
fi

if [ -n "$INPUT_BINARY" ]; then
  binary=$(absolute "$INPUT_BINARY")
  if ! [ -f "$binary" ] || ! [ -x "$binary" ]; then
    fail "the input binary names no program"
  fi
  output binary "$binary"
  exit
fi

binary=$(type -P amisync || true)
if [ -n "$binary" ] && "$binary" show --help 2>/dev/null | grep -q github-output; then
  output binary "$binary"
  exit
fi
output binary ""
