#!/usr/bin/env bash
# Runs the Dockerfile's build of the program on just the files that .dockerignore lets into the image's build, so that a
# missing one is found without a container engine.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "tests/context.sh: $*" >&2; exit 1; }

# Applies the rules in their order, as the last one that matches a file decides. Only `*`, `PATH` and `!PATH` are
# understood: anything else that Docker knows fails here instead of being taken for something else.
fill() {
  local folder=$1 rule path emptied='' word='[A-Za-z0-9_.-]*[A-Za-z0-9_-]'
  while IFS= read -r rule || [ -n "$rule" ]; do
    path=${rule#!}
    if [[ -z $rule || $rule == '#'* ]]; then
      continue
    elif [[ $rule == '*' ]]; then
      find "$folder" -mindepth 1 -delete
      emptied=yes
    elif [[ ! $path =~ ^$word(/$word)*$ ]]; then
      fail "cannot read the rule \"$rule\" of .dockerignore"
    elif [[ -z $emptied ]]; then
      fail "the first rule of .dockerignore must be *, not \"$rule\""
    elif [[ $rule == '!'* ]]; then
      [ -e "$path" ] || fail ".dockerignore lets in \"$path\", which does not exist"
      # Times are kept, so that Cargo builds again only what changed.
      cp --archive --parents "$path" "$folder"
    else
      rm -rf "${folder:?}/$path"
    fi
  done < .dockerignore
  [ -n "$emptied" ] || fail ".dockerignore has no rule *"
}

build_command() {
  local commands
  commands=$(sed -n 's/^RUN \(cargo .*\)$/\1/p' Dockerfile)
  [[ -n $commands && $commands != *$'\n'* ]] || fail "expected one line \"RUN cargo …\" in the Dockerfile"
  [[ $commands != *'\' ]] || fail "cannot read a RUN line of the Dockerfile that goes on in the next one"
  echo "$commands"
}

# Outside of the repository, where Cargo would find a missing manifest or configuration in a parent folder. The path is
# the same in every run, because Cargo builds again what has moved.
context=${TMPDIR:-/tmp}/long-deploy-context-$(pwd | cksum | cut -d ' ' -f 1)
rm -rf "$context"
mkdir -p "$context"
trap 'rm -rf "$context"' EXIT
fill "$context"
command=$(build_command)

# Quicker than the image's build, which optimizes the program as a whole; the files that it reads are the same.
export CARGO_TARGET_DIR=$PWD/target/context
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=0
echo "$(find "$context" -type f | wc -l) files, $(du --summarize --human-readable "$context" | cut -f 1): $command"
(cd "$context" && bash -euo pipefail -c "$command")
"$CARGO_TARGET_DIR/release/long-deploy" --version
