#!/usr/bin/env bash
# Puts external ids where the manifests look for them (externalIdEnv): lines of
# NAME=VALUE in a secret become environment variables of the steps that follow.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

while IFS= read -r line || [ -n "$line" ]; do
  line=${line%$'\r'}
  [ -n "$line" ] || continue
  [[ $line =~ ^[A-Z][A-Z0-9_]*=.+$ ]] || fail "the secret external-ids has a line that is not NAME=VALUE" 64
  printf '::add-mask::%s\n' "${line#*=}"
  printf '%s\n' "$line" >>"$GITHUB_ENV"
done <<<"$INPUT_EXTERNAL_IDS"
