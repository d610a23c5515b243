#!/usr/bin/env bash
# Runs the three ways in which the action is used, by act in place of GitHub, against the simulator: a workflow on a push
# with `uses: ./`, deploy.yml by hand, and deploy.yml called by another workflow, whose next job uses its outputs. The
# examples run as they are.
#
# Needs act (ACT, or on the PATH), Docker, and the image that tests/image/build.sh makes. What act does not do as GitHub
# does: it passes no STATE_ variables to the post step, and mounts the workspace at a path of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/image/docker.sh
source tests/image/docker.sh

IMAGE=localhost/long-deploy:test
# Simulated seconds in a real one.
SCALE=240

skip() { echo "SKIPPED: workflows are not run, as $*"; exit 0; }

find_act() {
  if [ -n "${ACT:-}" ]; then echo "$ACT"
  elif [ -x ../shared/tools/act/act ]; then realpath ../shared/tools/act/act
  else command -v act
  fi
}

act=$(find_act) || skip "act is not installed (https://nektosact.com)"
need_docker || skip "there is no Docker"
docker image inspect "$IMAGE" >/dev/null 2>&1 || skip "there is no image $IMAGE (tests/image/build.sh makes it)"

work=$(mktemp -d)
finish() {
  kill "$azure" 2>/dev/null || true
  rm -rf "$work"
  if [ -n "${DAEMON:-}" ]; then stop_daemon; fi
}
trap finish EXIT

start_azure() {
  # With all that the tests need, or Cargo would build the dependencies once more with other features.
  cargo test --quiet --locked --workspace --no-run
  target/debug/azure-simulator --time-scale "$SCALE" --resource-group rg-spoke > "$work/azure" &
  azure=$!
  until grep -q '^# resource group' "$work/azure"; do
    kill -0 "$azure" || exit
    sleep 0.1
  done
}

of_azure() { sed -n "s|^$1=||p" "$work/azure"; }

# The action's repository, but for two things: its cloud is the simulated one, for which GitHub's forms have no choice and
# the examples no inputs, and its image is the one that was tested, with the simulated authority's certificate.
make_action() {
  local folder=$work/action
  mkdir -p "$folder/.github/workflows"
  sed -e '/^  environment:/,/default:/s|"azureCloud"|"custom"|' \
    -e "/^  resource-manager-url:/,/description:/s|description:.*|&\n    default: \"$(of_azure INPUT_RESOURCE-MANAGER-URL)\"|" \
    -e "/^  authority-url:/,/description:/s|description:.*|&\n    default: \"$(of_azure INPUT_AUTHORITY-URL)\"|" \
    action.yml > "$folder/action.yml"
  cp "$(of_azure SSL_CERT_FILE)" "$folder/ca.pem"
  printf '%s\n' "FROM $IMAGE" 'COPY ca.pem /etc/ssl/certs/ca-certificates.crt' > "$folder/Dockerfile"
  # shellcheck disable=SC2016 # GitHub's expression, not the shell's
  sed 's|environment: ${{ inputs.azure-environment }}|environment: custom|' .github/workflows/deploy.yml \
    > "$folder/.github/workflows/deploy.yml"
  cp -r "$work/templates" "$folder/infra"
}

# What the examples deploy.
make_templates() {
  mkdir -p "$work/templates"
  cat > "$work/templates/hub.bicep" <<'BICEP'
param location string = 'westeurope'
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-hub'
  location: location
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
}
output vnetId string = vnet.id
output region string = location
BICEP
  cat > "$work/templates/spoke.bicep" <<'BICEP'
param hubVnetId string
output hub string = hubVnetId
BICEP
  cat > "$work/templates/main.json" <<'JSON'
{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": { "location": { "type": "string" } },
  "resources": [],
  "outputs": { "region": { "type": "string", "value": "[parameters('location')]" } }
}
JSON
  echo '{ "parameters": { "location": { "value": "overridden" } } }' > "$work/templates/production.json"
}

# A repository of somebody who uses the action.
make_caller() {
  mkdir -p "$work/caller/.github/workflows"
  cp -r "$work/templates" "$work/caller/infra"
  cp examples/deploy.yml examples/call-reusable.yml "$work/caller/.github/workflows"
  # As a release writes it: `./` would be the caller's repository.
  mkdir -p "$work/released"
  cp -r "$work/action/." "$work/released"
  sed -i 's|uses: \./$|uses: org/long-deploy-action@v1|' "$work/released/.github/workflows/deploy.yml"
}

# A workflow of the action's own repository.
make_push() {
  cat > "$work/action/.github/workflows/push.yml" <<'YAML'
on: push
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-latest
    outputs:
      region: ${{ steps.deploy.outputs.region }}
    steps:
      - uses: actions/checkout@df4cb1c069e1874edd31b4311f1884172cec0e10 # v6.0.3
      - id: deploy
        uses: ./
        with:
          resource-group-name: rg-hub
          template-file: infra/main.json
          parameters: location=northeurope
  report:
    needs: deploy
    runs-on: ubuntu-latest
    steps:
      - env:
          REGION: ${{ needs.deploy.outputs.region }}
        run: echo "the next job knows $REGION"
YAML
}

# In place of actions/checkout: the repository is there already, as act mounts it.
make_checkout() {
  mkdir -p "$work/checkout"
  printf '%s\n' 'name: Checkout' 'runs:' '  using: composite' '  steps:' '    - run: test -d .git' '      shell: sh' \
    > "$work/checkout/action.yml"
  checkout=$(grep -h -o -m 1 'actions/checkout@[0-9a-f]*' .github/workflows/deploy.yml)
}

commit() {
  git -C "$1" init --quiet --initial-branch main
  git -C "$1" add --all
  git -C "$1" -c user.name=test -c user.email=test@example.com commit --quiet --message test
}

# Runs a workflow of a repository: FOLDER EVENT WORKFLOW WORDS, then arguments for act. The log must have the words.
run() {
  local folder=$1 event=$2 workflow=$3 words=$4 log=$work/log
  shift 4
  printf '\n== %s: %s of %s\n' "$event" "$workflow" "${folder##*/}"
  (cd "$folder" && "$act" "$event" --workflows ".github/workflows/$workflow" \
    --platform "ubuntu-latest=$(job_image)" --pull=false --network host --container-options "--network host" \
    --bind --no-cache-server --action-cache-path "$work/cache" --use-new-action-cache \
    --local-repository "$checkout=$work/checkout" \
    --local-repository "org/long-deploy-action@v1=$work/released" \
    --env "LONG_DEPLOY_TIME_SCALE=$SCALE" \
    --env "ACTIONS_ID_TOKEN_REQUEST_URL=$(of_azure ACTIONS_ID_TOKEN_REQUEST_URL)" \
    --env "ACTIONS_ID_TOKEN_REQUEST_TOKEN=$(of_azure ACTIONS_ID_TOKEN_REQUEST_TOKEN)" \
    --var "AZURE_CLIENT_ID=$(of_azure AZURE_CLIENT_ID)" --var "AZURE_TENANT_ID=$(of_azure AZURE_TENANT_ID)" \
    --var "AZURE_SUBSCRIPTION_ID=$(of_azure AZURE_SUBSCRIPTION_ID)" \
    --env "AZURE_CLIENT_ID=$(of_azure AZURE_CLIENT_ID)" --env "AZURE_TENANT_ID=$(of_azure AZURE_TENANT_ID)" \
    --env "AZURE_SUBSCRIPTION_ID=$(of_azure AZURE_SUBSCRIPTION_ID)" "$@") > "$log" 2>&1 || { cat "$log"; exit 1; }
  grep -F -m 1 -e "$words" "$log" || { cat "$log"; echo "\"$words\" is not in the log" >&2; exit 1; }
}

# A job needs a shell and tail; any Debian has them.
job_image() {
  local stand_in=localhost/long-deploy/debian:trixie
  if docker image inspect "$stand_in" >/dev/null 2>&1; then echo "$stand_in"; else sed -n 's/^ARG DEBIAN_IMAGE=//p' Dockerfile; fi
}

start_azure
make_templates
make_action
make_push
make_caller
make_checkout
for folder in action released caller checkout; do commit "$work/$folder"; done

run "$work/action" push push.yml 'the next job knows northeurope'
run "$work/action" workflow_dispatch deploy.yml 'Job succeeded' \
  --input resource-group-name=rg-hub --input template-file=infra/hub.bicep --input scope=resourceGroup
run "$work/caller" workflow_dispatch deploy.yml 'Succeeded after' --input location=northeurope
run "$work/caller" workflow_dispatch call-reusable.yml 'spoke Succeeded'
