#!/usr/bin/env bash
# Starts the release of the version in Cargo.toml: pushes the tag release/vX.Y.Z, which starts release.yml. Run it on main,
# with nothing to commit. It can be run again as long as vX.Y.Z does not exist.
#
# The tag is on a commit on top of main whose deploy.yml names the version. A person has to push that commit, because
# GitHub lets no workflow push a change of a workflow. What a workflow pushes must have the workflows of a branch as it is
# then, so the commit is on the branch releasing/vX.Y.Z until it is released.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=.github/release/common.sh
. .github/release/common.sh

git fetch --quiet origin main '+refs/tags/v*:refs/tags/v*'
[ -z "$(git status --porcelain)" ] || fail "there is something to commit"
[ "$(git rev-parse HEAD)" = "$(git rev-parse origin/main)" ] || fail "HEAD is not the newest commit of main"

version=$(package_version)
repository=$(git remote get-url origin | sed -E 's|\.git$||; s|^.*[:/]([^/:]+/[^/]+)$|\1|')
commit=$(git rev-parse HEAD)
if uses_itself HEAD; then
  tree=$(tree_with HEAD "$WORKFLOW" name_version "$repository@v$version")
  # Of the date of its parent: the same commit when it is made again.
  date=$(git show --no-patch --format=%cI HEAD)
  commit=$(GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date \
    git commit-tree "$tree" -p HEAD -m "Name v$version in the workflow that is part of it")
fi

folder=$(mktemp -d)
trap 'git worktree remove --force "$folder/release"; rm -rf "$folder"' EXIT
git worktree add --quiet --detach "$folder/release" "$commit"
(cd "$folder/release" && .github/release/check.sh "$version" "$repository")
if [ "$(remote_commit "refs/tags/release/v$version")" = "$commit" ]; then
  fail "release/v$version is started from this commit already: run its jobs again in the tab Actions"
fi
git push --quiet --atomic --force origin "$commit:refs/heads/releasing/v$version" "$commit:refs/tags/release/v$version"
echo "started: see the run of release.yml for release/v$version in the tab Actions of $repository"
