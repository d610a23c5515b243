#!/usr/bin/env bash
# Checks that a program starts where there is nothing but itself, and has the right version: alone.sh PROGRAM VERSION
#
# Needs root, or sudo without a password.
set -euo pipefail
# shellcheck source=.github/release/common.sh
. "$(dirname "$0")/common.sh"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
install -m 755 "$1" "$root/program"
if [ "$(id -u)" = 0 ]; then as_root=(); else as_root=(sudo); fi
found=$("${as_root[@]}" chroot "$root" /program --version) || fail "$1 does not start alone"
[ "$found" = "long-deploy $2" ] || fail "$1 is \"$found\", not long-deploy $2"
