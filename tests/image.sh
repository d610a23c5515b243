#!/usr/bin/env bash
# Tests the action's image as GitHub's runner runs it: `tests/image.sh [IMAGE]`.
#
# Without IMAGE it builds both images first; where their base images cannot be pulled, from stand-ins (see
# tests/image/bases.sh), for which BICEP must name a Bicep program. A slim image's name must contain "slim".
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/image/docker.sh
source tests/image/docker.sh

NAME=localhost/long-deploy:test

# Bicep's tests are left out for an image without it.
test_image() {
  local skipped=()
  if [[ $1 == *slim* ]]; then skipped=(--skip bicep::); fi
  echo "== $1"
  LONG_DEPLOY_IMAGE=$1 cargo test --quiet --locked --test image -- "${skipped[@]}"
}

if ! need_docker; then
  echo "SKIPPED: the tests of the image need Docker"
  exit
fi
if [ $# -gt 0 ]; then
  test_image "$1"
  exit
fi
if [ -z "${STAND_INS:-}" ] && ! docker pull --quiet "$(sed -n 's/^ARG DEBIAN_IMAGE=//p' Dockerfile)"; then
  echo "The base images cannot be pulled: the image is built from stand-ins."
  export STAND_INS=1
fi
tests/image/build.sh
tests/image/sizes.sh "$NAME" "$NAME-slim"
test_image "$NAME"
test_image "$NAME-slim"
