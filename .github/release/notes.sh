#!/usr/bin/env bash
# Prints the section of a version in CHANGELOG.md: notes.sh VERSION
#
# Its heading is "## 1.2.3 - DATE". A candidate has that of its version, which may still say "unreleased".
set -euo pipefail
# shellcheck source=.github/release/common.sh
. "$(dirname "$0")/common.sh"

version=${1%-rc.*}

# The lines between the heading and the next one.
section() { awk -v version="$version" '/^## / {within = ($2 == version); next} within' CHANGELOG.md; }

heading=$(awk -v version="$version" '/^## / && $2 == version' CHANGELOG.md)
[ -n "$heading" ] || fail "CHANGELOG.md has no section $version"
[[ $heading != *[Uu]nreleased* ]] || is_candidate "$1" || fail "CHANGELOG.md says that $version is unreleased, not when it is"
notes=$(section | sed '/./,$!d')
[ -n "$notes" ] || fail "the section $version of CHANGELOG.md is empty"
echo "$notes"
