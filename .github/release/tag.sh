#!/usr/bin/env bash
# Makes the commit of a release on top of the one that is checked out, and pushes its tags: tag.sh VERSION IMAGE
#
# IMAGE is the reference that goes into action.yml. The commit depends on nothing else but that, so that a run that is
# repeated makes the same one again. vX.Y.Z is never moved; vX follows the newest version.
set -euo pipefail
# shellcheck source=.github/release/common.sh
. "$(dirname "$0")/common.sh"

version=$1 image=$2
tag=v$version major=v${version%%.*}

make_commit() {
  local tree date name='github-actions[bot]' email='41898282+github-actions[bot]@users.noreply.github.com'
  tree=$(tree_with HEAD "$ACTION" name_image "docker://$image")
  date=$(git show --no-patch --format=%cI HEAD)
  GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$email GIT_AUTHOR_DATE=$date \
    GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$email GIT_COMMITTER_DATE=$date \
    git commit-tree "$tree" -p HEAD -m "Release $tag"
}

[[ $image =~ ^[a-z0-9.:/_-]+:$tag@sha256:[0-9a-f]{64}$ ]] || fail "\"$image\" is not an image of $tag with a digest"
# Started anew in the meantime, from another commit.
[ "$(remote_commit "refs/tags/release/$tag")" = "$(git rev-parse HEAD)" ] || fail "release/$tag is another commit by now"

commit=$(make_commit)
existing=$(remote_commit "refs/tags/$tag")
[ -z "$existing" ] || [ "$existing" = "$commit" ] || fail "$tag exists already, and is another release: $existing"
refs=("$commit:refs/tags/$tag")
if is_newest "$version" "$major."; then refs+=("+$commit:refs/tags/$major"); fi
git push --quiet --atomic origin "${refs[@]}"
echo "$commit is ${refs[*]##*/}"
