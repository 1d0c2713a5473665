#!/usr/bin/env bash
# Fails unless the last run of the apply workflow on this branch succeeded: what
# somebody has yet to approve, or refused, must not be applied by the clock.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -n "$INPUT_APPLY_WORKFLOW" ] || exit 0
branch=$(jq -rn --arg name "${GITHUB_REF#refs/heads/}" '$name | @uri')
runs=$(gh api "repos/$GITHUB_REPOSITORY/actions/workflows/$INPUT_APPLY_WORKFLOW/runs?branch=$branch&per_page=20") ||
  fail "the runs of the apply workflow could not be read"
conclusion=$(jq -r --arg branch "${GITHUB_REF#refs/heads/}" \
  '[.workflow_runs[] | select(.head_branch == $branch)] | max_by(.run_number) | if . == null then "none" else .conclusion // "open" end' <<<"$runs")
case $conclusion in
  success) ;;
  none) fail "the apply workflow has never run on this branch; start it by hand once" ;;
  open) fail "the last run of the apply workflow is not finished: somebody may have yet to approve it" ;;
  *) fail "the last run of the apply workflow did not succeed; mend that first, then start it by hand" ;;
esac
