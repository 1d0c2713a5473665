#!/usr/bin/env bash
# Decides whether a plan is approved as it is: it is the plan that the merged pull
# request showed, or the digest that somebody named when starting the run, or its
# cloud is a simulated one. Sets the output approved, true or false; always false
# where every plan is to be asked about.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# say APPROVED WHY ends with the verdict.
say() {
  printf '%s\n' "$2" | tee -a "$GITHUB_STEP_SUMMARY"
  output approved "$1"
  exit 0
}

[[ $INPUT_DIGEST =~ ^sha256:[0-9a-f]{64}$ ]] || fail "the plan has no digest"
if [ -n "$INPUT_EXPECT" ] && [ "$INPUT_EXPECT" != "$INPUT_DIGEST" ]; then
  fail "the plan is not the one that was named when this run was started (input expect)" 5
fi
if [ "$INPUT_ALWAYS_ASK" != false ]; then
  say false "Somebody has to approve every plan (input always-ask)."
fi
if [ -n "$INPUT_SIMULATE" ]; then
  say true "The cloud is a simulated one: the plan needs no approval."
fi
if [ -n "$INPUT_EXPECT" ]; then
  say true "The plan is the one that was named when this run was started."
fi
if [ -f "$INPUT_APPROVED" ]; then
  # Read by amisync, which refuses a file that was edited.
  if approved=$("$INPUT_BINARY" show "$INPUT_APPROVED" --format github-output) && grep -qxF "digest=$INPUT_DIGEST" <<<"$approved"; then
    say true "The plan is the one that the pull request showed."
  fi
  say false "The plan is **not** the one that the pull request showed: the cloud or other manifests have changed since. Somebody has to approve it."
fi
say false "No pull request showed this plan. Somebody has to approve it."
