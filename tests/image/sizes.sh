#!/usr/bin/env bash
# Prints the layers of images and their sizes in bytes, as they are and as a registry stores them (gzip):
# `tests/image/sizes.sh IMAGE…`. Fails where a layer of ours is larger than it may be. Needs Docker.
set -euo pipefail

# The most that a layer may have, compressed, by a file in it. Bicep is as large as Microsoft ships it.
limit() {
  case $1 in
    long-deploy) echo 3500000 ;;
    usr/bin/sh) echo 6000000 ;;
    *) echo 130000000 ;;
  esac
}

what() {
  tar --list --file "$1" | sed 's|^\./||' | grep -x -m 1 -e long-deploy -e usr/bin/sh -e opt/bicep/bicep
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for image; do
  rm -rf "${work:?}"/*
  docker save "$image" | tar --extract --directory "$work"
  printf '\n%s\n\n| layer with | bytes | compressed |\n|---|---:|---:|\n' "$image"
  total=0
  while read -r layer; do
    name=$(what "$work/$layer")
    raw=$(stat --format %s "$work/$layer")
    compressed=$(gzip -6 < "$work/$layer" | wc -c)
    total=$((total + compressed))
    echo "| \`$name\` | $raw | $compressed |"
    if [ "$compressed" -gt "$(limit "$name")" ]; then
      echo "the layer with $name is larger than $(limit "$name") bytes" >&2
      status=1
    fi
  done < <(python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)[0]["Layers"]))' < "$work/manifest.json")
  echo "| all | | $total |"
done
exit "$status"
