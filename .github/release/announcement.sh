#!/usr/bin/env bash
# Prints the text of a release: announcement.sh VERSION OWNER/REPOSITORY IMAGE SLIM
set -euo pipefail

version=$1 repository=$2 image=$3 slim=$4
"$(dirname "$0")/notes.sh" "$version"
cat <<TEXT

## Images

| image | reference |
|---|---|
| with Bicep, which \`$repository@v$version\` runs | \`$image\` |
| without Bicep, for JSON templates | \`$slim\` |

Both are for linux/amd64 and linux/arm64. This verifies that the workflow of this repository built one of them, or a file below:

\`\`\`sh
image=$image
gh attestation verify "oci://\$image" --repo $repository \\
  --signer-workflow $repository/.github/workflows/release.yml --source-ref refs/tags/release/v$version
cosign verify "\$image" \\
  --certificate-identity https://github.com/$repository/.github/workflows/release.yml@refs/tags/release/v$version \\
  --certificate-oidc-issuer https://token.actions.githubusercontent.com
gh attestation verify long-deploy-v$version-linux-x86_64 --repo $repository
\`\`\`
TEXT
