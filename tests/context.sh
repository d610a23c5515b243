#!/usr/bin/env bash
# Carries out the Dockerfile's stage `build` with just the files that .dockerignore lets into the image's build, so that a
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

# The instructions of the Dockerfile's stage `build`, one a line.
instructions() {
  sed -n '/^FROM .* AS build$/,/^FROM /{ /^ *#/d; /^FROM /d; p; }' Dockerfile | sed -e ':more' -e '/\\$/{ N; s/ *\\\n */ /; b more; }'
}

# Carries out one instruction in the folder `build`, with files from the folder `context`.
carry_out() {
  local instruction=$1 words
  case $instruction in
    '' | 'WORKDIR /build') ;;
    COPY\ *)
      read -r -a words <<< "${instruction#COPY }"
      # A folder's content is what Docker copies, files go into the folder that ends in a slash.
      if [ -d "$folder/context/${words[0]}" ]; then words[0]+=/.; fi
      mkdir -p "$folder/build/${words[-1]}"
      (cd "$folder/context" && cp --archive "${words[@]:0:${#words[@]}-1}" "$folder/build/${words[-1]}")
      ;;
    RUN\ *) (cd "$folder/build" && bash -euo pipefail -c "${instruction#RUN }") ;;
    *) fail "cannot carry out \"$instruction\" of the Dockerfile" ;;
  esac
}

# Outside of the repository, where Cargo would find a missing manifest or configuration in a parent folder. The path is
# the same in every run, because Cargo builds again what has moved.
folder=${TMPDIR:-/tmp}/long-deploy-context-$(pwd | cksum | cut -d ' ' -f 1)
rm -rf "$folder"
mkdir -p "$folder/context" "$folder/build"
trap 'rm -rf "$folder"' EXIT
fill "$folder/context"
echo "$(find "$folder/context" -type f | wc -l) files, $(du --summarize --human-readable "$folder/context" | cut -f 1)"

# Quicker than the image's build, which optimizes the program as a whole; the files that it reads are the same.
mkdir -p target/context
ln -s "$PWD/target/context" "$folder/build/target"
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=0
while IFS= read -r instruction; do
  carry_out "$instruction"
done < <(instructions)
"$folder/build/program/long-deploy-post" --version
