#!/usr/bin/env bash
# Builds localhost/long-deploy:test and localhost/long-deploy:test-slim from the Dockerfile. Needs Docker.
#
# With STAND_INS=1 the base images are those that bases.sh makes, and Bicep is the program that BICEP names, served on
# loopback in place of Microsoft's host.
set -euo pipefail
cd "$(dirname "$0")/../.."

NAME=localhost/long-deploy:test
arguments=(--build-arg "VERSION=$(cargo pkgid | sed 's/.*[#@]//')")

fail() { echo "tests/image/build.sh: $*" >&2; exit 1; }

# Serves BICEP as a release, and sets the arguments that name it.
serve_bicep() {
  local folder=target/image/bicep version asset=x64 processor=AMD64
  [ -x "${BICEP:-}" ] || fail "BICEP does not name a program"
  [ "$(uname -m)" = x86_64 ] || asset=arm64 processor=ARM64
  version=$("$BICEP" --version | sed -E 's/.* version ([0-9.]+) .*/\1/')
  mkdir -p "$folder/v$version"
  cp "$BICEP" "$folder/v$version/bicep-linux-$asset"
  python3 -u -m http.server --bind 127.0.0.1 --directory "$folder" 0 >"$folder/log" 2>&1 &
  server=$!
  trap 'kill "$server"' EXIT
  until port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\) .*/\1/p' "$folder/log") && [ -n "$port" ]; do sleep 0.1; done
  arguments+=(--build-arg "BICEP_VERSION=$version" --build-arg "BICEP_DOWNLOADS=http://127.0.0.1:$port"
    --build-arg "BICEP_SHA256_$processor=$(sha256sum "$BICEP" | cut -d ' ' -f 1)")
}

if [ -n "${STAND_INS:-}" ]; then
  bases=$(tests/image/bases.sh)
  # shellcheck disable=SC2206 # arguments without spaces
  arguments+=($bases --network host)
  mkdir -p target/image
  serve_bicep
fi
# Newer clients fail without BuildKit's plugin, which Debian does not have, unless they are told to do without it.
if ! docker buildx version >/dev/null 2>&1; then
  export DOCKER_BUILDKIT=0
fi
docker build "${arguments[@]}" --tag "$NAME" .
docker build "${arguments[@]}" --tag "$NAME-slim" --target slim .
