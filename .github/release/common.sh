# shellcheck shell=bash
# For the scripts beside it to source.

# What an index has a manifest for.
PLATFORMS=(linux/amd64 linux/arm64)
export PLATFORMS
WORKFLOW=.github/workflows/deploy.yml
# shellcheck disable=SC2034 # for who sources this
ACTION=action.yml

fail() { echo "${0##*/}: $*" >&2; exit 1; }

# A version that is released for good, or a candidate for it.
is_version() { [[ $1 =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-rc\.[1-9][0-9]*)?$ ]]; }

is_candidate() { [[ $1 == *-rc.* ]]; }

# The version in Cargo.toml.
package_version() { sed -n '/^\[package\]/,/^\[lints\]/s/^version = "\(.*\)"$/\1/p' Cargo.toml; }

# The filters: from a file of main to that of a release. They fail if that is not what comes out.

# action.yml with the image of a release instead of the Dockerfile.
name_image() {
  local text
  text=$(sed "s|^  image: Dockerfile\$|  image: $1|")
  [ "$(grep '^  image: ' <<<"$text")" = "  image: $1" ] || fail "$ACTION has not one line \"image: Dockerfile\""
  echo "$text"
}

# deploy.yml with this action by its version. A reusable workflow runs in the repository of its caller, where `./` is
# another repository's action.
name_version() {
  local text
  text=$(sed "s|uses: \./\$|uses: $1|")
  grep --quiet --fixed-strings "uses: $1" <<<"$text" || fail "$WORKFLOW has no line \"uses: ./\""
  echo "$text"
}

# The tree of a commit with one file changed by a filter: `tree_with COMMIT FILE FILTER ARGUMENT`. The working tree stays
# as it is.
tree_with() {
  local commit=$1 file=$2 filter=$3 argument=$4 index text blob
  text=$(git show "$commit:$file" | "$filter" "$argument") || return
  blob=$(git hash-object -w --stdin <<<"$text")
  index=$(mktemp -u)
  GIT_INDEX_FILE=$index git read-tree "$commit"
  GIT_INDEX_FILE=$index git update-index --cacheinfo "100644,$blob,$file"
  GIT_INDEX_FILE=$index git write-tree
  rm -f "$index"
}

# Whether deploy.yml of a commit names the action by `./`.
uses_itself() { git grep --quiet -E 'uses: \./$' "$1" -- "$WORKFLOW"; }

# The commit that a tag or branch has at origin, or nothing.
remote_commit() { git ls-remote origin "$1" | cut -f 1; }

# Whether no version at origin is newer: `is_newest VERSION PREFIX` looks at the tags that begin with the prefix.
is_newest() {
  local newest
  ! is_candidate "$1" || return
  newest=$({ git ls-remote origin "refs/tags/$2*" | sed 's|.*refs/tags/||'; echo "v$1"; } \
    | grep --line-regexp --extended-regexp 'v[0-9]+\.[0-9]+\.[0-9]+' | sort --version-sort | tail -n 1)
  [ "$newest" = "v$1" ]
}
