#!/usr/bin/env bash
# Looks for the plan that the merged pull request of a commit showed: the pull request
# whose merge is exactly this commit, the last run of the plan workflow for its head
# and branch that succeeded before the merge, and that run's artifact. Sets the outputs
# pull-request, run-id and artifact-id, as far as they are found. Whatever is not
# found means that no plan counts as approved.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# without REASON ends the search.
without() {
  printf '**No approved plan**: %s.\n' "$1" | tee -a "$GITHUB_STEP_SUMMARY"
  exit 0
}

repository="repos/$GITHUB_REPOSITORY"
branch=${GITHUB_REF#refs/heads/}

pulls=$(gh api "$repository/commits/$GITHUB_SHA/pulls?per_page=100") || without "the pull requests of this commit could not be read"
pull=$(jq -c --arg sha "$GITHUB_SHA" --arg branch "$branch" \
  '[.[] | select(.merged_at != null and .merge_commit_sha == $sha and .base.ref == $branch)] | if length == 1 then .[0] else empty end' <<<"$pulls")
[ -n "$pull" ] || without "this commit is not the merge of one pull request"
output pull-request "$(jq '.number' <<<"$pull")"
head=$(jq -r '.head.sha' <<<"$pull")
merged=$(jq -r '.merged_at' <<<"$pull")
ref=$(jq -r '.head.ref' <<<"$pull")

# A run does not tell which of several pull requests it was for, and into which branch.
from="${GITHUB_REPOSITORY%%/*}:$(jq -rn --arg name "$ref" '$name | @uri')"
others=$(gh api "$repository/pulls?state=all&head=$from&sort=updated&direction=desc&per_page=100") ||
  without "the pull requests of the branch could not be read"
jq -e --arg head "$head" --argjson pull "$pull" '[.[] | select(.head.sha == $head) | .number] == [$pull.number]' <<<"$others" >/dev/null ||
  without "the head of the pull request is not a branch of this repository, or that of another pull request too"

# A run or artifact younger than the merge was seen by nobody who approved it.
runs=$(gh api "$repository/actions/workflows/$INPUT_PLAN_WORKFLOW/runs?head_sha=$head&event=pull_request&status=success&per_page=100") ||
  without "the runs of the plan workflow could not be read"
run=$(jq --arg head "$head" --arg ref "$ref" --arg repository "$GITHUB_REPOSITORY" --arg merged "$merged" \
  '[.workflow_runs[] | select(.head_sha == $head and .head_branch == $ref and .event == "pull_request" and .conclusion == "success"
      and .head_repository.full_name == $repository and .run_started_at <= $merged)] | max_by(.run_started_at) | .id // empty' <<<"$runs")
[ -n "$run" ] || without "no run of the plan workflow succeeded for the head of the pull request before it was merged"

artifacts=$(gh api "$repository/actions/runs/$run/artifacts?per_page=100&name=$INPUT_ARTIFACT") || without "the artifacts of the run could not be read"
artifact=$(jq --arg name "$INPUT_ARTIFACT" --arg merged "$merged" \
  '[.artifacts[] | select(.name == $name and (.expired | not) and .created_at <= $merged)] | max_by(.created_at) | .id // empty' <<<"$artifacts")
[ -n "$artifact" ] || without "the run kept no plan for this environment, or no longer keeps it"
output run-id "$run"
output artifact-id "$artifact"
