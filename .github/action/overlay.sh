#!/usr/bin/env bash
# Puts the files of one directory in place of those of the same names in the manifests.
# Both are in the checkout source/, and neither may lead out of it by links.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -n "$INPUT_OVERLAY" ] || exit 0
source=$(realpath source)
for directory in "$INPUT_OVERLAY" "$INPUT_MANIFESTS"; do
  case $(realpath -- "source/$directory") in
    "$source"/*) ;;
    *) fail "overlay and manifests are directories of the repository" 64 ;;
  esac
  if [ -n "$(find "source/$directory" -type l)" ]; then
    fail "overlay and manifests may hold no symbolic links" 64
  fi
done
cp -R "source/$INPUT_OVERLAY/." "source/$INPUT_MANIFESTS/"
