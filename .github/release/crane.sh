#!/usr/bin/env bash
# Installs crane on a runner of GitHub, whose images have Go. Go's checksum database knows what belongs to this version.
set -euo pipefail

go install github.com/google/go-containerregistry/cmd/crane@v0.22.1
echo "$(go env GOPATH)/bin" >> "$GITHUB_PATH"
