#!/usr/bin/env bash
# The release on GitHub, by gh:
#
#   release.sh draft VERSION TEXT FILE…   makes a draft with a file's text and the files, or makes a draft complete
#   release.sh publish VERSION            publishes the draft, when its tag exists
#
# Nothing is done to a release that is published, so that a run can be repeated.
set -euo pipefail
# shellcheck source=.github/release/common.sh
. "$(dirname "$0")/common.sh"

command=$1 version=$2 tag=v$2
shift 2

# draft, published or missing.
state() {
  local state
  state=$(gh release list --limit 100 --json tagName,isDraft \
    --jq ".[] | select(.tagName == \"$tag\") | if .isDraft then \"draft\" else \"published\" end")
  echo "${state:-missing}"
}

draft() {
  local text=$1
  shift
  case $(state) in
    published) return ;;
    missing) gh release create "$tag" --draft --title "$tag" --notes-file "$text" >/dev/null ;;
  esac
  gh release upload "$tag" "$@" --clobber
}

publish() {
  local latest=false options=()
  [ "$(state)" = draft ] || return 0
  if is_candidate "$version"; then options+=(--prerelease); fi
  if is_newest "$version" v; then latest=true; fi
  gh release edit "$tag" --draft=false --verify-tag --latest="$latest" "${options[@]}" >/dev/null
}

case $command in
  draft) draft "$@" ;;
  publish) publish ;;
  *) fail "\"$command\" is neither draft nor publish" ;;
esac
