#!/usr/bin/env bash
# Makes the pictures of README and docs from what `cargo demo` says and writes.
#
# Needs Node.js, Chromium (CHROMIUM names the program) with the fonts Liberation and Noto Color Emoji, and pngquant
# if the pictures are to be small. On Debian: apt-get install chromium fonts-liberation fonts-noto-color-emoji pngquant
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -d tests/render/node_modules ] || npm ci --prefix tests/render --ignore-scripts

work=$(mktemp -d)
# shellcheck disable=SC2064 # the folder of now
trap "rm -r '$work'" EXIT

cargo demo > "$work/demo.log"
# The log of the step itself, without what the demo says around it.
sed -e '1,/^$/d' -e '/^exit status /,$d' "$work/demo.log" > "$work/step.log"
node tests/render/picture.mjs log "$work/step.log" docs/pictures/log.png
node tests/render/picture.mjs summary target/tmp/demo/summary.md docs/pictures/summary.png
cp target/tmp/demo/trace.svg docs/pictures/trace.svg
cargo demo -- --terminal > "$work/screen"
node tests/render/picture.mjs terminal "$work/screen" docs/pictures/terminal.png

if command -v pngquant > /dev/null; then
  pngquant --force --ext .png --skip-if-larger docs/pictures/*.png
fi
