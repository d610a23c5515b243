#!/usr/bin/env bash
# Pushes an image of the container engine by its digest, without a tag, and prints the digest: push.sh IMAGE NAME
#
# From a file instead of by the engine, so that the digest depends on the image alone, and neither on the engine nor on
# where it is pushed to. ENGINE is docker or podman.
set -euo pipefail

image=$1 name=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"${ENGINE:-docker}" save --output "$folder/image.tar" "$image"
digest=$(crane digest --tarball "$folder/image.tar")
crane push "$folder/image.tar" "$name@$digest" >/dev/null
echo "$digest"
