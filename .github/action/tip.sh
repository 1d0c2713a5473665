#!/usr/bin/env bash
# Ends with 5 unless the commit that is checked out is the tip of its branch. A job
# that is run again weeks later must not bring back what was granted then.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case $GITHUB_REF in
  refs/heads/*) ;;
  *) fail "apply runs on a branch, and this run is not on one (input require-tip)" 5 ;;
esac
token=$INPUT_TOKEN
unset INPUT_TOKEN
if [ -n "$token" ]; then
  # In the environment, not on a command line that other processes see. The empty value
  # drops the header of a checkout that kept its token: GitHub refuses to be sent two.
  export GIT_CONFIG_COUNT=2
  export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0=
  export GIT_CONFIG_KEY_1=$GIT_CONFIG_KEY_0
  GIT_CONFIG_VALUE_1="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')"
  export GIT_CONFIG_VALUE_1
fi
export GIT_TERMINAL_PROMPT=0

commit=$(git rev-parse --verify 'HEAD^{commit}') || fail "the manifests are not in a git checkout, so it is not known whether they are the newest; use actions/checkout" 5
listed=$(git ls-remote --exit-code origin "$GITHUB_REF") || fail "the tip of the branch could not be read from origin; run the job again, or check the input token" 5
# Git lists every reference that ends like this one; only the branch itself counts.
tip=$(awk -v ref="$GITHUB_REF" '$2 == ref { print $1 }' <<<"$listed")
if [ "$commit" != "$tip" ]; then
  fail "this commit is no longer the tip of its branch; the run of the newest commit applies everything" 5
fi
