# What the scripts of the action share. Sourced, never run.
# Values of inputs arrive in variables and are never repeated in messages: a
# runner obeys what it finds in a log.

# Left to itself, gh asks github.com, whichever server runs the workflow.
if [ -n "${GH_TOKEN:-}" ] && [ "$GITHUB_SERVER_URL" != https://github.com ]; then
  export GH_HOST=${GITHUB_SERVER_URL#*://} GH_ENTERPRISE_TOKEN=$GH_TOKEN
fi

# fail MESSAGE [CODE] ends the step, with the message as an annotation.
fail() {
  printf '::error title=amisync::%s\n' "$1"
  exit "${2:-1}"
}

# output NAME VALUE sets an output of the step. What has a line break in it could
# set others.
output() {
  case $2 in
    *$'\n'* | *$'\r'*) fail "the output $1 would have a line break in it" 64 ;;
  esac
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# absolute FILE prints the file's name as seen from anywhere. Relative names are
# those of the workspace, as in other actions.
absolute() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "${GITHUB_WORKSPACE:-$PWD}" "$1" ;;
  esac
}
