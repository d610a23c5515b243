#!/usr/bin/env bash
# Prints a software bill of materials in SPDX 2.3 from what packages.sh found, on standard input, which may be of several
# platforms: sbom.sh NAME DIGEST VERSION
set -euo pipefail

created=$(TZ=UTC git show --no-patch --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd HEAD)
jq --slurp --arg name "$1" --arg digest "$2" --arg version "$3" --arg created "$created" '
  def purl: if .kind == "deb" then "pkg:deb/debian/\(.name)@\(.version | @uri)?arch=\(.architecture)"
    else "pkg:\(.kind)/\(.name)@\(.version)" end;
  def entry($id): {SPDXID: $id, name, versionInfo: .version, downloadLocation: "NOASSERTION", filesAnalyzed: false,
    licenseConcluded: "NOASSERTION", licenseDeclared: (if .license == "" then "NOASSERTION" else .license end),
    copyrightText: "NOASSERTION",
    externalRefs: [{referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: .purl}]};
  (map(.purl = purl) | unique_by(.purl) | to_entries | map(.value + {id: "SPDXRef-Package-\(.key + 1)"})) as $parts
  | {name: $name, version: $version, license: "MIT",
      purl: "pkg:oci/\($name | split("/") | last)@\($digest | @uri)?repository_url=\($name | @uri)"} as $image
  | {spdxVersion: "SPDX-2.3", dataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT", name: "\($name)@\($digest)",
    documentNamespace: "https://\($name)/sbom/\($version)/\($digest | ltrimstr("sha256:"))",
    creationInfo: {created: $created, creators: ["Tool: long-deploy-action-sbom.sh"]},
    packages: ([$image | entry("SPDXRef-Image") + {primaryPackagePurpose: "CONTAINER"}] + [$parts[] | entry(.id)]),
    relationships: ([{spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES",
        relatedSpdxElement: "SPDXRef-Image"}]
      + [$parts[] | {spdxElementId: "SPDXRef-Image", relationshipType: "CONTAINS", relatedSpdxElement: .id}])}'
