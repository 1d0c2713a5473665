#!/usr/bin/env bash
# Fails unless a GitHub environment has required reviewers. GitHub makes an
# environment that a workflow names and nobody set up, and lets everything through it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -n "$INPUT_ENVIRONMENT" ] ||
  fail "the plan needs an approval, and there is no environment to ask in (input approval-environment); unless always-ask is set, you may start this workflow by hand with the plan's digest as expect" 5
rules=$(gh api "repos/$GITHUB_REPOSITORY/environments/$(jq -rn --arg name "$INPUT_ENVIRONMENT" '$name | @uri')") ||
  fail "the environment for approvals could not be read"
jq -e '[.protection_rules[]? | select(.type == "required_reviewers" and (.reviewers | length > 0))] | length > 0' <<<"$rules" >/dev/null ||
  fail "the environment for approvals has no required reviewers, so nobody approved this plan" 5
