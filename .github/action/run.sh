#!/usr/bin/env bash
# Runs one amisync command for the action: files into the output directory, Markdown
# into the job summary, annotations into the log, outputs for later steps. Ends
# with amisync's exit code where the step is to fail.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"

token=$INPUT_TOKEN
export -n INPUT_TOKEN
[[ $INPUT_ENVIRONMENT =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]] ||
  fail "the input environment is a name of letters, digits, dots, hyphens and underscores" 64
[[ $INPUT_COMMIT =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || fail "the input commit is the whole id of a commit" 64
arguments=()
while IFS= read -r line || [ -n "$line" ]; do
  line=${line%$'\r'}
  if [ -n "$line" ]; then arguments+=("$line"); fi
done <<<"$INPUT_ARGUMENTS"

directory=$(absolute "${INPUT_OUTPUT:-$RUNNER_TEMP/amisync-$INPUT_ENVIRONMENT}")
mkdir -p "$directory"
cd "$(absolute "$INPUT_DIRECTORY")"
output directory "$directory"
export AMISYNC_SOURCE_URL="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/blob/$INPUT_COMMIT/"

# amisync ARG... runs the binary, against the simulated cloud where there is one.
amisync() {
  if [ -n "$INPUT_SIMULATE" ]; then
    "$INPUT_BINARY" simulate --cloud "$INPUT_SIMULATE" -- "$INPUT_BINARY" "$@"
  else
    "$INPUT_BINARY" "$@"
  fi
}

# document NAME ARG... runs a command that writes NAME in all formats, and hands
# them on. Sets code.
document() {
  local name=$1 base="$directory/$1" extension
  shift
  # A file of an earlier run must not pass for one of this run.
  for extension in json md html sarif xml annotations outputs; do
    rm -f "$base.$extension"
  done
  code=0
  # The input's arguments come last: a flag there that lacks its value then takes none of these.
  amisync "$@" --manifests "$INPUT_MANIFESTS" --color never --format text \
    --format "markdown=$base.md" --format "html=$base.html" --format "sarif=$base.sarif" --format "junit=$base.xml" \
    --format "github=$base.annotations" --format "github-output=$base.outputs" \
    ${arguments[@]+"${arguments[@]}"} || code=$?
  if ! [ -f "$base.outputs" ]; then
    printf '**amisync %s failed** with exit code %s, and the log says why.\n' "$INPUT_COMMAND" "$code" >>"$GITHUB_STEP_SUMMARY"
    output exit-code "$code"
    fail "amisync ended with exit code $code; see the log above" "$((code == 0 ? 1 : code))"
  fi
  cat "$base.md" >>"$GITHUB_STEP_SUMMARY"
  cat "$base.annotations"
  cat "$base.outputs" >>"$GITHUB_OUTPUT"
  rm -f "$base.annotations"
  if [ -f "$base.json" ]; then output "$name" "$base.json"; fi
  output markdown "$base.md"
  output html "$base.html"
  output sarif "$base.sarif"
  output junit "$base.xml"
}

# difference runs diff, which asks no cloud.
difference() {
  local file="$directory/difference.md"
  rm -f "$file"
  "$INPUT_BINARY" diff --manifests "$INPUT_MANIFESTS" --detailed-exitcode --format text --format "markdown=$file" \
    ${arguments[@]+"${arguments[@]}"} || code=$?
  case $code in
    0) output has-changes false ;;
    2) output has-changes true ;;
  esac
  if [ -f "$file" ]; then
    cat "$file" >>"$GITHUB_STEP_SUMMARY"
    output markdown "$file"
  fi
}

# tell hands files to comment or issue, the only commands that see the token.
tell() {
  local files=() file
  for file in "$INPUT_PLAN" "$INPUT_RESULT" "$INPUT_DRIFT"; do
    if [ -n "$file" ]; then files+=("$(absolute "$file")"); fi
  done
  GITHUB_TOKEN=$token GITHUB_SHA=$INPUT_COMMIT "$INPUT_BINARY" "$INPUT_COMMAND" --environment "$INPUT_ENVIRONMENT" \
    ${arguments[@]+"${arguments[@]}"} -- ${files[@]+"${files[@]}"} || code=$?
}

code=0
case $INPUT_COMMAND in
  plan) document plan plan --out "$directory/plan.json" ;;
  apply)
    if [ "$INPUT_REQUIRE_TIP" != false ]; then
      INPUT_TOKEN=$token bash "$here/tip.sh" || code=$?
    fi
    if [ "$code" = 0 ]; then
      plan=()
      if [ -n "$INPUT_PLAN" ]; then plan=("$(absolute "$INPUT_PLAN")"); fi
      document result apply ${plan[@]+"${plan[@]}"} --out "$directory/result.json"
    fi
    ;;
  drift) document drift drift --format "json=$directory/drift.json" ;;
  diff) difference ;;
  comment | issue) tell ;;
  *) fail "the input command is plan, apply, drift, diff, comment or issue" 64 ;;
esac
output exit-code "$code"

case $INPUT_COMMAND:$code in
  diff:2) exit 0 ;; # differences are what it is for
  drift:2 | drift:4)
    # An issue tells of drift; what could not be read is a failure all the same.
    if [ "$INPUT_FAIL_ON_DRIFT" != true ] && grep -qx incomplete=false "$directory/drift.outputs"; then exit 0; fi
    ;;
esac
exit "$code"
