#!/usr/bin/env bash
# Checks whether the commit that is checked out can become a release: check.sh VERSION OWNER/REPOSITORY
#
# Needs the branches and tags of origin.
set -euo pipefail
# shellcheck source=.github/release/common.sh
. "$(dirname "$0")/common.sh"

version=$1 repository=$2

check_version() {
  is_version "$version" || fail "\"$version\" is not a version such as 1.2.3 or 1.2.3-rc.1"
  local locked
  locked=$(sed -n '/^name = "long-deploy-action"$/{n;s/^version = "\(.*\)"$/\1/p}' Cargo.lock)
  [ "$(package_version)" = "$version" ] || fail "Cargo.toml has the version $(package_version), not $version"
  [ "$locked" = "$version" ] || fail "Cargo.lock has the version $locked, not $version: run cargo update --workspace"
}

# People who copy an example must get this action.
check_names() {
  local stated others
  stated=$(sed -n 's|^repository = "https://github.com/\(.*\)"$|\1|p' Cargo.toml)
  [ "$stated" = "$repository" ] || fail "Cargo.toml has the repository $stated, not $repository"
  others=$(git grep -hEo 'uses: [A-Za-z0-9_.-]+/long-deploy-action[@/]' -- '*.md' examples | sort -u \
    | grep -vE "^uses: ${repository}[@/]" || true)
  [ -z "$others" ] || fail "README or examples name another repository than $repository: $others"
}

# A tag of a registry can be moved to another image at any time.
check_base_images() {
  local line stage stages
  # Those that are built here, and the empty one.
  stages=$(sed -n 's/^FROM .* AS //p' Dockerfile; echo scratch)
  while read -r line; do
    stage=${line% AS *}
    [[ $line != ARG* ]] && grep -qxF "${stage#FROM }" <<< "$stages" && continue
    [[ $stage =~ ^FROM\ \$\{[A-Z]+_IMAGE\}$ || $line =~ ^ARG.*@sha256:[0-9a-f]{64}$ ]] \
      || fail "the Dockerfile has a base image that is not pinned by its digest: $line"
  done < <(grep -E '^(FROM |ARG [A-Z]+_IMAGE\b)' Dockerfile)
}

# Marketplace refuses longer ones, and reads this file at the tag, where it cannot be corrected.
check_marketplace() {
  local description
  description=$(sed -n 's/^description: //p' action.yml)
  [ "${#description}" -lt 125 ] || fail "the description in action.yml has ${#description} characters, and may have 124"
}

# A commit of main, or one that start.sh made on top of it.
check_commit() {
  local expected
  git merge-base --is-ancestor HEAD origin/main && {
    ! uses_itself HEAD || fail "$WORKFLOW says \"uses: ./\": start the release by .github/release/start.sh"
    return
  }
  git merge-base --is-ancestor HEAD^ origin/main || fail "neither this commit nor its parent is on main"
  expected=$(tree_with HEAD^ "$WORKFLOW" name_version "$repository@v$version")
  [ "$(git rev-parse 'HEAD^{tree}')" = "$expected" ] || fail "this commit changes more than the version in $WORKFLOW"
}

check_version
! git rev-parse --quiet --verify "refs/tags/v$version" >/dev/null || fail "v$version exists already"
check_names
"$(dirname "$0")/notes.sh" "$version" >/dev/null
check_base_images
check_marketplace
check_commit
echo "$(git rev-parse HEAD) can become v$version"
