#!/usr/bin/env bash
# Verifies the signature and the attestations of an image, as docs/security.md tells its users:
# verify.sh IMAGE VERSION OWNER/REPOSITORY
set -euo pipefail

image=$1 workflow=$3/.github/workflows/release.yml ref=refs/tags/release/v$2

cosign verify "$image" --output text \
  --certificate-identity "https://github.com/$workflow@$ref" \
  --certificate-oidc-issuer https://token.actions.githubusercontent.com
for predicate in https://slsa.dev/provenance/v1 https://spdx.dev/Document/v2.3; do
  gh attestation verify "oci://$image" --repo "$3" --signer-workflow "$workflow" --source-ref "$ref" \
    --predicate-type "$predicate"
done
