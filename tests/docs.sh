#!/usr/bin/env bash
# Runs the blocks of commands in the documents that are marked `<!-- run by tests/docs.sh -->`, each in a shell of its
# own in the repository's folder. Keep them few and fast: the gate waits for them.
set -euo pipefail
cd "$(dirname "$0")/.."

MARK='<!-- run by tests/docs.sh -->'

# Writes the marked blocks of a document to files in a folder.
extract() {
  awk -v mark="$MARK" -v prefix="$2/$(basename "$1" .md)" '
    inside && /^```/ { inside = 0; close(file) }
    inside { print > file }
    before == mark && /^```sh$/ { inside = 1; file = sprintf("%s-%02d.sh", prefix, ++count) }
    { before = $0 }
  ' "$1"
}

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

for document in README.md CONTRIBUTING.md docs/*.md; do
  extract "$document" "$work"
done

marked=$(cat README.md CONTRIBUTING.md docs/*.md | grep -cxF "$MARK")
blocks=("$work"/*.sh)
if [ "${#blocks[@]}" -ne "$marked" ]; then
  echo "tests/docs.sh: $marked marks, but ${#blocks[@]} blocks of sh right after one" >&2
  exit 1
fi

for block in "${blocks[@]}"; do
  echo "== $(basename "$block" .sh)"
  cat "$block"
  if ! bash -euo pipefail "$block" > "$work/output" 2>&1; then
    cat "$work/output" >&2
    echo "tests/docs.sh: a command of this block failed" >&2
    exit 1
  fi
done
