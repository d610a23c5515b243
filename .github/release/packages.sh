#!/usr/bin/env bash
# Prints what an image is made of, one JSON object a line, for sbom.sh: packages.sh IMAGE TARGET
#
# The program has no list of its crates in it, so they come from Cargo: those that are linked into it for TARGET, without
# what only builds or tests it. Those of the system are in the image, where Debian keeps them.
set -euo pipefail

image=$1 target=$2

crates() {
  cargo tree --locked --package long-deploy-action --edges normal,no-proc-macro --target "$target" --no-dedupe \
    --prefix none --format '{p}|{l}' | sort -u | jq --raw-input --compact-output '
      capture("^(?<name>[^ ]+) v(?<version>[^ |]+)\\|(?<license>.*)$")
      | {kind: "cargo", name, version, license: (.license | gsub("/"; " OR "))}'
}

debian() {
  local container folder
  folder=$(mktemp -d)
  container=$(docker create "$image")
  docker export --output "$folder/image.tar" "$container"
  docker rm "$container" >/dev/null
  # Where scanners look for them in images without dpkg.
  if ! tar --list --file "$folder/image.tar" | grep --fixed-strings var/lib/dpkg/status.d/ >/dev/null; then
    echo "::warning::$image does not say which packages of Debian it has: they are missing in the bill of materials" >&2
  fi
  { tar --extract --to-stdout --wildcards --file "$folder/image.tar" 'var/lib/dpkg/status.d/*' 2>/dev/null || true; } \
    | awk '/^Package: /{name = $2} /^Version: /{version = $2} /^Architecture: /{architecture = $2}
      name && version && architecture {print name, version, architecture; name = version = architecture = ""}' \
    | jq --raw-input --compact-output \
      'split(" ") | {kind: "deb", name: .[0], version: .[1], architecture: .[2], license: ""}'
  if tar --list --file "$folder/image.tar" | grep --line-regexp opt/bicep/bicep >/dev/null; then bicep; fi
  rm -rf "$folder"
}

# The image has no data about languages, and .NET must be told, as the program does.
bicep() {
  docker run --rm --network none --env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    --entrypoint /opt/bicep/bicep "$image" --version \
    | sed -nE 's/.* version ([0-9.]+) .*/\1/p' \
    | jq --raw-input --compact-output '{kind: "github", name: "azure/bicep", version: "v\(.)", license: "MIT"}'
}

crates
debian
