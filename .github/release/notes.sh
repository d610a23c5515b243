#!/usr/bin/env bash
# Prints the section of a version in CHANGELOG.md: notes.sh VERSION. A candidate may do with that of its version.
set -euo pipefail
# shellcheck source=.github/release/common.sh
. "$(dirname "$0")/common.sh"

# The heading is "## 1.2.3", with or without a date after it.
section() {
  awk -v version="$1" '
    /^## / { within = ($2 == version || $2 == "[" version "]"); if (within) { heading = $0 }; next }
    within { lines[++count] = $0 }
    END {
      if (tolower(heading) ~ /unreleased/) { exit 3 }
      while (count && lines[count] ~ /^[[:space:]]*$/) { count-- }
      first = 1
      while (first <= count && lines[first] ~ /^[[:space:]]*$/) { first++ }
      for (line = first; line <= count; line++) { print lines[line] }
    }' CHANGELOG.md || fail "the section $1 of CHANGELOG.md says that it is unreleased"
}

[ -f CHANGELOG.md ] || fail "there is no CHANGELOG.md"
notes=$(section "$1")
if [ -z "$notes" ] && is_candidate "$1"; then
  notes=$(section "${1%-rc.*}")
fi
[ -n "$notes" ] || fail "CHANGELOG.md has no section $1, or an empty one"
echo "$notes"
