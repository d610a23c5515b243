#!/usr/bin/env bash
# Rehearses a release on this machine, by the scripts that .github/workflows/release.yml runs: tests/release.sh [FOLDER]
#
# The registry is crane's, on loopback; the repository is a copy of this one with a bare one as its origin, which refuses
# what GitHub refuses. The image is localhost/long-deploy:test, as tests/image/build.sh made it; its stand-in for ARM is
# the same with another platform in its configuration. The log stays in FOLDER (target/release-rehearsal).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/image/docker.sh
source tests/image/docker.sh
# shellcheck source=tests/release/repository.sh
source tests/release/repository.sh
# shellcheck source=tests/release/refusals.sh
source tests/release/refusals.sh

BUILT=${LONG_DEPLOY_IMAGE:-localhost/long-deploy:test}
folder=$(realpath -m "${1:-target/release-rehearsal}")
steps=.github/release
version=$(cargo pkgid | sed 's/.*[#@]//')
repository=$(sed -n 's|^repository = "https://github.com/\(.*\)"$|\1|p' Cargo.toml)

fail() { echo "tests/release.sh: $*" >&2; exit 1; }
step() { printf '\n== %s\n' "$*"; }

# Fails unless both are equal: `same WHAT FOUND EXPECTED`.
same() {
  [ "$2" = "$3" ] || fail "$1 is \"$2\", not \"$3\""
  echo "$1: ${2:-nothing}"
}

find_tool() {
  if [ -x "../shared/tools/$1/$1" ]; then
    realpath "../shared/tools/$1/$1"
  else
    command -v "$1"
  fi
}

# Sets `name` to a repository of a new registry.
start_registry() {
  local port
  crane registry serve --address 127.0.0.1:0 >"$work/registry.log" 2>&1 &
  registry=$!
  until port=$(sed -nE 's/.*serving on port ([0-9]+).*/\1/p' "$work/registry.log") && [ -n "$port" ]; do
    kill -0 "$registry" || fail "the registry did not start"
    sleep 0.1
  done
  name=127.0.0.1:$port/${repository,,}
}

clean_up() {
  if [ -n "${registry:-}" ]; then kill "$registry"; fi
  rm -rf "$work"
  if [ -n "${DAEMON:-}" ]; then stop_daemon; fi
}

# Pushes an image as both jobs "image" do, and prints the digest of the index.
publish_image() {
  local amd64 arm64
  amd64=$("$steps/push.sh" "$1" "$name")
  crane mutate --set-platform linux/arm64 --tag "$name:arm64" "$name@$amd64" >/dev/null
  arm64=$(crane digest "$name:arm64")
  # In the order in which they happen to come.
  "$steps/index.sh" "$name" "$arm64" "$amd64"
}

check_index() {
  local platforms child
  same "the digest of the same image, pushed again" "$(publish_image "$BUILT")" "$digest"
  platforms=$(crane manifest "$name@$digest" | jq -r '.manifests[].platform | "\(.os)/\(.architecture)"' | xargs)
  same "the platforms of the index" "$platforms" "linux/amd64 linux/arm64"
  # Without a tag, but that of the stand-in: nothing is public yet.
  same "the tags of the image" "$(crane ls "$name" | grep -v '^arm64$' || true)" ""
  child=$(crane manifest "$name@$digest" | jq -r '.manifests[0].digest')
  if "$steps/index.sh" "$name" "$child" >/dev/null 2>"$work/error"; then fail "an index for one platform was made"; fi
  cat "$work/error"
  if docker image inspect "$BUILT-slim" >/dev/null 2>&1; then
    echo "the index without Bicep: $(publish_image "$BUILT-slim")"
  fi
}

# As a runner does: by the reference in action.yml.
run_image() {
  docker pull --quiet "$1" >/dev/null
  same "the program of the image" "$(docker run --rm --network none "$1" --version)" "long-deploy $version"
  docker rmi "$1" >/dev/null 2>&1 || true
}

check_bill() {
  "$steps/packages.sh" "$BUILT" x86_64-unknown-linux-gnu \
    | "$steps/sbom.sh" "$name" "$digest" "$version" > "$folder/sbom.spdx.json"
  same "the first package of the bill" "$(jq -r '.packages[0].name' "$folder/sbom.spdx.json")" "$name"
  jq -r '.packages[].externalRefs[0].referenceLocator' "$folder/sbom.spdx.json" | sed 's|/.*||' | sort | uniq -c
  jq -e '[.packages[] | select(.name == "rustls" or .name == "azure/bicep")] | length == 2' "$folder/sbom.spdx.json" \
    >/dev/null || fail "rustls or Bicep is not in the bill"
}

# The checkout as the job "publish" has it, after a maintainer has started the release.
start_release() {
  (cd "$maintainer" && git pull --quiet && "$steps/start.sh")
  rm -rf "$runner"
  git clone --quiet "file://$origin" "$runner"
  git -C "$runner" checkout --quiet --detach "release/v$1"
  (cd "$runner" && "$steps/check.sh" "$1" "$repository")
}

# Sets the version on main, as a maintainer does.
set_version() {
  (
    cd "$maintainer"
    sed -i "/^\[package\]/,/^\[lints\]/s/^version = .*/version = \"$1\"/" Cargo.toml
    sed -i "/^name = \"long-deploy-action\"\$/{n;s/.*/version = \"$1\"/}" Cargo.lock
    printf '# Changelog\n\n## %s\n\nFixes.\n' "${1%-rc.*}" > CHANGELOG.md
    git commit --quiet --all --message "Version $1"
    git push --quiet origin main
  )
}

tag_release() { (cd "$runner" && AS_WORKFLOW=1 "$steps/tag.sh" "$1" "$name:v$1@$digest"); }

commit_of() { git -C "$origin" rev-parse --verify --quiet "refs/tags/$1" || true; }

# What a release has that main has not.
check_files() {
  local commit reference
  commit=$(commit_of "v$version")
  same "the files that differ from main" \
    "$(git -C "$origin" diff --name-only main "$commit" | xargs)" ".github/workflows/deploy.yml action.yml"
  same "deploy.yml names the action" \
    "$(git -C "$origin" show "$commit:.github/workflows/deploy.yml" | grep -c "^ *uses: $repository@v$version\$")" 1
  reference=$(git -C "$origin" show "$commit:action.yml" | sed -n 's|^  image: docker://||p')
  same "action.yml names the image" "$reference" "$name:v$version@$digest"
  same "its digest is one of the registry" "$(crane digest "${reference/:v$version@/@}")" "$digest"
  run_image "$reference"
  lint_release
}

lint_release() {
  local actionlint
  if ! actionlint=$(find_tool actionlint); then
    echo "SKIPPED: actionlint is not installed (https://github.com/rhysd/actionlint)"
    return
  fi
  git -C "$runner" fetch --quiet origin "refs/tags/v$version:refs/tags/v$version"
  git -C "$runner" checkout --quiet --detach "v$version"
  # It takes the path in the image for one of the repository.
  (cd "$runner" && "$actionlint" -ignore 'file "/long-deploy-post" does not exist' .github/workflows/*.yml)
  echo "actionlint accepts the workflows of the release"
  git -C "$runner" checkout --quiet --detach "release/v$version"
}

rehearse() {
  step "Start $version, and check that only what is right can be released"
  make_repositories "$work" "$repository"
  start_release "$version"
  check_refusals "$version"

  step "Push the image and its index by digest"
  digest=$(publish_image "$BUILT")
  check_index
  check_bill
  (cd "$runner" && "$steps/announcement.sh" "$version" "$repository" "$name:v$version@$digest" \
    "$name:v$version-slim@$digest") > "$folder/text.md"
  check_release "$version" "$folder/text.md"
  check_alone

  step "Tag the images and the commit"
  crane tag "$name@$digest" "v$version" 2>/dev/null
  tag_release "$version"
  check_files
  same "v${version%%.*}" "$(commit_of "v${version%%.*}")" "$(commit_of "v$version")"
  tag_release "$version"
  echo "the same release again changes nothing"
  refused "tag.sh, another image of the same version" "exists already, and is another release" \
    tag_with_digest "$version" "sha256:$(printf '%064d' 1)"

  step "Releases after it"
  rehearse_next
}

# The program that is attached to the release must need nothing but itself.
check_alone() {
  refused "a program that needs libraries" "does not start alone" "$steps/alone.sh" "$(command -v cat)" "$version"
  printf 'fn main() { println!("long-deploy %s"); }' "$version" > "$work/alone.rs"
  rustc -C target-feature=+crt-static -o "$work/alone" "$work/alone.rs"
  "$steps/alone.sh" "$work/alone" "$version"
  echo "a static program starts alone"
  refused "a program of another version" "not long-deploy 0.0.1" "$steps/alone.sh" "$work/alone" 0.0.1
}

tag_with_digest() { (cd "$runner" && AS_WORKFLOW=1 "$steps/tag.sh" "$1" "$name:v$1@$2"); }

rehearse_next() {
  local first major=${version%%.*}
  first=$(commit_of "v$version")
  for next in "$major.90.0" "$major.91.0-rc.1" "$major.80.1"; do
    set_version "$next"
    start_release "$next"
    tag_release "$next"
  done
  same "v$version, still" "$(commit_of "v$version")" "$first"
  same "v$major follows the newest, neither a candidate nor an older one" \
    "$(commit_of "v$major")" "$(commit_of "v$major.90.0")"
  # What belongs to a start that was replaced by another one is not released.
  set_version "$major.92.0"
  start_release "$major.92.0"
  (cd "$maintainer" && git commit --quiet --allow-empty --message More && git push --quiet origin main && "$steps/start.sh")
  refused "tag.sh, after the release was started anew" "is another commit by now" tag_release "$major.92.0"
  git -C "$runner" fetch --quiet --force origin "refs/tags/release/v$major.92.0:refs/tags/release/v$major.92.0"
  git -C "$runner" checkout --quiet --detach "release/v$major.92.0"
  git -C "$origin" update-ref -d "refs/heads/releasing/v$major.92.0"
  refused "tag.sh, without the branch that start.sh pushes" "create or update a workflow" tag_release "$major.92.0"
}

mkdir -p "$folder"
if ! crane=$(find_tool crane); then
  echo "SKIPPED: the rehearsal of a release needs crane (https://github.com/google/go-containerregistry)"
  exit
fi
if ! need_docker; then
  echo "SKIPPED: the rehearsal of a release needs Docker"
  exit
fi
if ! docker image inspect "$BUILT" >/dev/null 2>&1; then
  echo "SKIPPED: the rehearsal of a release needs the image that tests/image/build.sh makes"
  exit
fi
work=$(mktemp -d)
trap clean_up EXIT
mkdir "$work/tools"
ln -s "$crane" "$work/tools/crane"
export PATH=$work/tools:$PATH
start_registry
rehearse 2>&1 | tee "$folder/log"
echo "the log is $folder/log"
