#!/usr/bin/env bash
# Fails unless the last run of the apply workflow for this very commit succeeded: what
# that workflow never saw, somebody has yet to approve, or refused, must not be applied
# by the clock. Runs that a pull request set off count for nothing: a fork may have a
# branch of the same name.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -n "$INPUT_APPLY_WORKFLOW" ] || exit 0
branch=${GITHUB_REF#refs/heads/}
escaped=$(jq -rn --arg name "$branch" '$name | @uri')
runs=$(gh api "repos/$GITHUB_REPOSITORY/actions/workflows/$INPUT_APPLY_WORKFLOW/runs?branch=$escaped&head_sha=$GITHUB_SHA&per_page=100") ||
  fail "the runs of the apply workflow could not be read"
conclusion=$(jq -r --arg branch "$branch" --arg sha "$GITHUB_SHA" \
  '[.workflow_runs[] | select(.head_branch == $branch and .head_sha == $sha and (.event == "push" or .event == "workflow_dispatch"))]
    | max_by([.run_started_at, .run_number]) | if . == null then "none" else .conclusion // "open" end' <<<"$runs")
case $conclusion in
  success) ;;
  none) fail "the apply workflow has not run for this commit; start it by hand" ;;
  open) fail "the last run of the apply workflow for this commit is not finished: somebody may have yet to approve it" ;;
  *) fail "the last run of the apply workflow for this commit did not succeed; mend that first, then start it by hand" ;;
esac
