# shellcheck shell=bash disable=SC2154 # `maintainer` and others are set by who sources this
# For tests/release.sh to source: what must not become a release, and what is published but once.

# Fails unless a command fails and says why: `refused WHAT WORDS COMMAND…`.
refused() {
  local what=$1 words=$2
  shift 2
  if "$@" >"$work/refused" 2>&1; then fail "$what was not refused"; fi
  grep -qF -e "$words" "$work/refused" || { cat "$work/refused"; fail "$what was refused for another reason"; }
  echo "$what: $(grep -F -m 1 -e "$words" "$work/refused")"
}

# Runs check.sh in the workflow's checkout after an edit of it, and takes that back.
check_after() {
  local status=0
  (cd "$runner" && eval "$1" && "$steps/check.sh" "$2" "$3") || status=$?
  git -C "$runner" checkout --quiet --detach --force "release/v$version"
  return "$status"
}

check_refusals() {
  local edit amend='git commit --quiet --all --allow-empty --amend --no-edit'
  refused "a version without a patch" "is not a version" check_after : 1.0 "$repository"
  refused "another version than in Cargo.toml" "Cargo.toml has the version" check_after : 77.0.0 "$repository"
  refused "another version than in Cargo.lock" "Cargo.lock has the version" \
    check_after "sed -i '/long-deploy-action/{n;s/$1/0.0.1/}' Cargo.lock" "$1" "$repository"
  refused "another repository" "has the repository" check_after : "$1" someone/else
  refused "an example with another repository" "name another repository" check_after \
    "sed -i 's|uses: $repository@|uses: someone/long-deploy-action@|' README.md" "$1" "$repository"
  refused "a version without notes" "has no section" check_after "sed -i 's/^## $1/## 0.0.1/' CHANGELOG.md" "$1" "$repository"
  refused "unreleased notes" "is unreleased, not when" \
    check_after "sed -i 's/^## $1.*/## $1 - unreleased/' CHANGELOG.md" "$1" "$repository"
  refused "a base image without a digest" "not pinned" \
    check_after "sed -i '/^ARG RUST_IMAGE/s/@.*//' Dockerfile" "$1" "$repository"
  refused "a base image that no argument names" "not pinned" \
    check_after "echo 'FROM debian:latest AS other' >> Dockerfile" "$1" "$repository"
  refused "a long description" "may have 124" \
    check_after "sed -i 's/^description: /&$(printf 'x%.0s' {1..125})/' action.yml" "$1" "$repository"
  refused "a version that exists" "exists already" \
    check_after "git tag v$1 && trap 'git tag --delete v$1' EXIT" "$1" "$repository"
  refused "main itself" "start the release by" check_after "git checkout --quiet --detach origin/main" "$1" "$repository"
  edit="echo more >> README.md"
  refused "a commit that changes more" "changes more than" check_after "$edit && $amend" "$1" "$repository"
  refused "a commit that is not on main" "neither this commit nor its parent" \
    check_after "$edit && $amend && $edit && git commit --quiet --all --message Again" "$1" "$repository"

  (cd "$maintainer" && echo more >> README.md)
  refused "start.sh with changes" "something to commit" start_only
  (cd "$maintainer" && git commit --quiet --all --message More)
  refused "start.sh beside main" "not the newest commit of main" start_only
  (cd "$maintainer" && git reset --quiet --hard origin/main)
  refused "start.sh twice" "started from this commit already" start_only
}

start_only() { (cd "$maintainer" && "$steps/start.sh"); }

# The release on GitHub, with a gh that keeps its state in files: a draft, completed, published, and then left alone.
check_release() {
  local log=$work/gh.log
  cat > "$work/tools/gh" <<'GH'
#!/usr/bin/env bash
set -euo pipefail
state=$(dirname "$0")/../gh.state
echo "gh ${*//$(dirname "$(dirname "$0")")/…}" >> "$(dirname "$0")/../gh.log"
case "$1 $2" in
  'release list')
    [ ! -f "$state" ] || jq --null-input --arg tag "v$VERSION" --argjson draft "$(cat "$state")" \
      '[{tagName: "v0.0.1", isDraft: false}, {tagName: $tag, isDraft: $draft}]' | jq --raw-output "${*: -1}" ;;
  'release create') echo true > "$state" ;;
  'release edit') echo false > "$state" ;;
esac
GH
  chmod +x "$work/tools/gh"
  for command in draft draft publish publish draft; do
    echo "# $command" >> "$log"
    if [ "$command" = draft ]; then
      (cd "$runner" && VERSION=$1 "$steps/release.sh" draft "$1" "$2" "$folder/sbom.spdx.json")
    else
      (cd "$runner" && VERSION=$1 "$steps/release.sh" publish "$1")
    fi
  done
  grep -v ' list ' "$log"
  same "what was done, in this order" "$(sed -nE 's/^(#|gh release) ([a-z]+).*/\2/p' "$log" | grep -v list | xargs)" \
    "draft create upload draft upload publish edit publish draft"
}
