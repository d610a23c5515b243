#!/usr/bin/env bash
# Lints the workflows, the examples and the code blocks of the guides: syntax, expressions, and each input and output
# against action.yml (actionlint), and security (zizmor). Where a tool is missing it says SKIPPED.
set -euo pipefail
cd "$(dirname "$0")/.."

# The release of zizmor that the project is known to pass, from PyPI.
ZIZMOR=1.32.0
# Guides whose code blocks must be as good as the examples, and documents whose blocks may be parts of workflows.
GUIDES=(examples/*.md)
DOCUMENTS=(README.md docs/*.md)

step() { printf '\n== %s\n' "$*"; }
fail() { echo "tests/lint-workflows.sh: $*" >&2; exit 1; }

find_actionlint() {
  if [ -x ../shared/tools/actionlint/actionlint ]; then
    realpath ../shared/tools/actionlint/actionlint
  else
    command -v actionlint
  fi
}

find_zizmor() {
  local folder=target/zizmor-$ZIZMOR
  if [ ! -x "$folder/bin/zizmor" ]; then
    python3 -m venv "$folder" && "$folder/bin/pip" install --quiet "zizmor==$ZIZMOR" || return
  fi
  realpath "$folder/bin/zizmor"
}

# What a called workflow hands on is written down three times, and nothing else compares it with the action.
check_callable() {
  local workflow=.github/workflows/deploy.yml output
  # A release replaces this line, and so must find it, and no other.
  [ "$(grep -c '^ *uses: \./$' "$workflow")" = 1 ] || fail "$workflow must have one line \"uses: ./\""
  while IFS= read -r output; do
    if ! grep -qF "value: \${{ jobs.deploy.outputs.$output }}" "$workflow" \
      || ! grep -qF " $output: \${{ steps.deploy.outputs.$output }}" "$workflow"; then
      fail "$workflow does not hand on the output $output"
    fi
  done < <(sed -n '/^outputs:/,/^runs:/s/^  \([a-z-]*\):$/\1/p' action.yml)
}

# Dependabot does not know the documents, so that their actions would stay behind.
check_pins() {
  local pins
  pins=$(cat .github/workflows/*.yml examples/*.yml "${GUIDES[@]}" "${DOCUMENTS[@]}" \
    | sed -n 's/^.*uses: \([^ ]*@[0-9a-f]\{40\} # v.*\)$/\1/p' | sort -u)
  if [ -n "$(cut -d @ -f 1 <<< "$pins" | uniq -d)" ]; then
    printf '%s\n' "$pins" >&2
    fail "workflows, examples and documents must have one version of each action"
  fi
}

# Writes each block of YAML in a Markdown file to a file of its own. Of a diff it takes what is there after the change.
extract_blocks() {
  local folder=$1 file
  shift
  for file in "$@"; do
    awk -v prefix="$folder/$(basename "$file" .md)" '
      /^ *```(yaml|diff)$/ { name = prefix "-" FNR ".yml"; diff = /diff/; printf "" > name; next }
      /^ *```$/ { if (name) close(name); name = ""; next }
      name && diff && /^-/ { next }
      name { if (diff) sub(/^[+ ]/, ""); print > name }
    ' "$file"
  done
}

# Makes a whole workflow of the steps or jobs in a file. Fails if they are neither.
complete() {
  local first indentation
  first=$(grep -v -m 1 -e '^ *#' -e '^ *$' "$1" || true)
  indentation=${first%%[! ]*}
  case ${first#"$indentation"} in
    name:* | on:*) ;;
    jobs:*) prepend "$1" "" "$indentation" ;;
    '- id:'* | '- if:'* | '- name:'* | '- uses:'* | '- parallel:'*)
      prepend "$1" '      ' "$indentation" '
jobs:
  block:
    name: Block
    runs-on: ubuntu-latest
    environment: production
    permissions:
      contents: read # to check out
      id-token: write # to sign in to Azure
    steps:'
      ;;
    *) return 1 ;;
  esac
}

prepend() {
  local file=$1 indent=$2 indentation=$3 jobs=${4:-}
  {
    cat <<END
name: Block
on: workflow_dispatch
permissions: {}
concurrency:
  group: block
  cancel-in-progress: false$jobs
END
    sed -e "s/^$indentation/$indent/" "$file"
  } > "$file.whole"
  mv "$file.whole" "$file"
}

# Parallel steps as steps one after the other, for actionlint does not know them.
flatten() {
  awk '
    match($0, /^ *- parallel:$/) { inner = index($0, "-"); next }
    inner && /[^ ]/ && match($0, /[^ ]/) && RSTART <= inner { inner = 0 }
    inner { sub(/^    /, "") }
    { print }
  ' "$1"
}

# actionlint checks inputs and outputs of a local action only, in a repository: this is one in which the action's name is
# `./`.
make_project() {
  local project=$1 file
  mkdir -p "$project/.git" "$project/.github/workflows"
  cp action.yml Dockerfile "$project"
  cp .github/workflows/deploy.yml "$project/.github/workflows/"
  shift
  for file in "$@"; do
    sed -e 's|uses: org/long-deploy-action@.*|uses: ./|' \
      -e 's|uses: org/long-deploy-action/\(.*\)@.*|uses: ./\1|' "$file" > "$project/.github/workflows/use-${file##*/}"
  done
}

run_actionlint() {
  # It takes the path in the image for one of the repository.
  "$actionlint" -ignore '^file "/long-deploy-post" does not exist in ' "$@"
}

# Parallel steps are linted twice: as they are without what actionlint says of the word itself, and flattened.
lint_project() (
  local file parallel=() others=() status=0
  cd "$1/.github/workflows"
  for file in use-*.yml; do
    if grep -q '^ *- parallel:$' "$file"; then
      parallel+=("$file")
      flatten "$file" > "flattened-$file"
      others+=("flattened-$file")
    else
      others+=("$file")
    fi
  done
  run_actionlint "${others[@]}" || status=1
  if [ ${#parallel[@]} != 0 ]; then
    run_actionlint -ignore '^step must run script with "run" section or run action with "uses" section$' "${parallel[@]}" \
      || status=1
  fi
  return "$status"
)

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
mkdir "$folder/guides" "$folder/documents"
extract_blocks "$folder/guides" "${GUIDES[@]}"
extract_blocks "$folder/documents" "${DOCUMENTS[@]}"
for block in "$folder"/guides/*.yml; do
  complete "$block" || fail "${block##*/} begins neither with steps nor with jobs"
done
for block in "$folder"/documents/*.yml; do
  complete "$block" || rm "$block"
done

step Workflows
check_callable
check_pins
if actionlint=$(find_actionlint); then
  run_actionlint .github/workflows/*.yml
  make_project "$folder/project" examples/*.yml "$folder"/guides/*.yml "$folder"/documents/*.yml
  lint_project "$folder/project"
else
  echo "SKIPPED: actionlint is not installed (https://github.com/rhysd/actionlint)"
fi

step Security of the workflows
if zizmor=$(find_zizmor); then
  "$zizmor" --quiet --persona auditor --offline --config .github/zizmor.yml \
    .github/workflows/*.yml .github/dependabot.yml action.yml examples/*.yml "$folder"/guides/*.yml
else
  echo "SKIPPED: zizmor needs python3 and PyPI (https://docs.zizmor.sh)"
fi
