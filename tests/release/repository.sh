# shellcheck shell=bash
# For tests/release.sh to source: the repositories of the rehearsal.

# Makes a copy of this repository as it is here, and a bare one as its origin: `make_repositories FOLDER OWNER/REPOSITORY`.
# Sets `maintainer` and `origin`, and `runner` for the checkout of the workflow.
make_repositories() {
  local folder=$1
  maintainer=$folder/maintainer
  # shellcheck disable=SC2034 # for who sources this
  runner=$folder/runner
  origin=$folder/$2.git
  export GIT_CONFIG_GLOBAL=$folder/gitconfig
  git config --file "$GIT_CONFIG_GLOBAL" user.name Maintainer
  git config --file "$GIT_CONFIG_GLOBAL" user.email maintainer@example.com
  git config --file "$GIT_CONFIG_GLOBAL" init.defaultBranch main
  git init --quiet --bare "$origin"
  write_hook "$origin/hooks/pre-receive"
  git init --quiet "$maintainer"
  git ls-files -z --cached --others --exclude-standard \
    | tar --create --null --files-from - --ignore-failed-read 2>/dev/null | tar --extract --directory "$maintainer"
  (
    cd "$maintainer" || exit
    # What a maintainer does on the day of the release.
    sed -i '/^## /s/ - unreleased$/ - 2026-01-01/' CHANGELOG.md
    git add --all
    git commit --quiet --message "All of it"
    git remote add origin "file://$origin"
    git push --quiet --set-upstream origin main
  )
}

# What GitHub refuses: to change a version's tag, by the ruleset that CONTRIBUTING.md asks for; and from a workflow
# (AS_WORKFLOW), whatever has other workflows than every branch.
write_hook() {
  cat > "$1" <<'HOOK'
#!/usr/bin/env bash
set -euo pipefail
none=0000000000000000000000000000000000000000
has_workflows_of_a_branch() {
  local branch
  for branch in $(git for-each-ref --format='%(objectname)' refs/heads); do
    if [ "$(git rev-parse "$branch:.github/workflows")" = "$(git rev-parse "$1:.github/workflows")" ]; then return; fi
  done
  return 1
}
while read -r old new reference; do
  if [[ $reference == refs/tags/v*.*.* && $old != "$none" ]]; then
    echo "refusing to change the tag of a version" >&2
    exit 1
  fi
  if [ -n "${AS_WORKFLOW:-}" ] && [ "$new" != "$none" ] && ! has_workflows_of_a_branch "$new"; then
    echo "refusing to let a workflow create or update a workflow" >&2
    exit 1
  fi
done
HOOK
  chmod +x "$1"
}
