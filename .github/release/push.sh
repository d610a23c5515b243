#!/usr/bin/env bash
# Pushes an image of Docker by its digest, without a tag, and prints the digest: push.sh IMAGE NAME
#
# From a file instead of by Docker, so that the digest depends on the image alone, and neither on Docker nor on
# where it is pushed to.
set -euo pipefail

image=$1 name=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

docker save --output "$folder/image.tar" "$image"
digest=$(crane digest --tarball "$folder/image.tar")
crane push "$folder/image.tar" "$name@$digest" >/dev/null
echo "$digest"
