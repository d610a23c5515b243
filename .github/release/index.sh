#!/usr/bin/env bash
# Pushes one index of images that are in the registry already, by its digest, without a tag, and prints the digest:
# index.sh NAME DIGEST…
#
# The manifests in it are exactly those that were tested. The same ones give the same index.
set -euo pipefail
# shellcheck source=.github/release/common.sh
. "$(dirname "$0")/common.sh"

name=$1
shift
layout=$(mktemp -d)
trap 'rm -rf "$layout"' EXIT

# One entry of the index. The layout needs the manifest, too; what is in the registry already is not read from it.
describe() {
  local file=$layout/blobs/sha256/${1#sha256:}
  crane manifest "$name@$1" > "$file"
  [ "$(sha256sum "$file" | cut -d ' ' -f 1)" = "${1#sha256:}" ] || fail "the registry's manifest is not $1"
  crane config "$name@$1" | jq --compact-output --arg digest "$1" --argjson size "$(stat --format %s "$file")" \
    --arg type "$(jq --raw-output .mediaType "$file")" \
    '{mediaType: $type, size: $size, digest: $digest, platform: ({os, architecture, variant} | with_entries(select(.value)))}'
}

# What the registry shows of an image with several platforms.
annotations() { crane config "$name@$1" | jq --compact-output '.config.Labels // {}'; }

mkdir -p "$layout/blobs/sha256"
echo '{"imageLayoutVersion":"1.0.0"}' > "$layout/oci-layout"
for digest in "$@"; do describe "$digest"; done | jq --slurp --compact-output --join-output \
  --argjson annotations "$(annotations "$1")" \
  '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: sort_by(.platform.architecture), annotations: $annotations}' > "$layout/index.json"

found=$(jq --raw-output '.manifests[].platform | "\(.os)/\(.architecture)"' "$layout/index.json")
[ "$found" = "$(printf '%s\n' "${PLATFORMS[@]}")" ] || fail "the index is for $(xargs <<<"$found"), not for ${PLATFORMS[*]}"
digest=sha256:$(sha256sum "$layout/index.json" | cut -d ' ' -f 1)
crane push --index "$layout" "$name@$digest" >/dev/null
[ "$(crane digest "$name@$digest")" = "$digest" ] || fail "the registry has another index than $digest"
echo "$digest"
