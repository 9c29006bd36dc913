#!/usr/bin/env bash
# Pins what the job installs, file by file: pin.sh PULUMI_VERSION, for a person, in the folder of this script.
#
# Writes requirements.txt, pulumi.sha256 and plugins.txt. Commit them, and run it again to renew them. It needs uv, curl
# and sha256sum, and no access to Azure.
set -euo pipefail
version=${1:?usage: pin.sh PULUMI_VERSION, for example 3.274.1}
releases=https://get.pulumi.com/releases
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo pulumi-crosstenant | uv pip compile --quiet --no-header --no-annotate --generate-hashes --python-version 3.12 \
  --python-platform x86_64-unknown-linux-gnu --only-binary :all: - --output-file requirements.txt

archive=pulumi-v$version-linux-x64.tar.gz
curl -fsSL --output "$scratch/$archive" "$releases/sdk/$archive"
(cd "$scratch" && sha256sum "$archive") >pulumi.sha256

for plugin in azuread azure-native; do
  number=$(sed -n "s/^pulumi-$plugin==\([^ ]*\).*/\1/p" requirements.txt)
  curl -fsSL --output "$scratch/plugin" "$releases/plugins/pulumi-resource-$plugin-v$number-linux-amd64.tar.gz"
  read -r digest _ < <(sha256sum "$scratch/plugin")
  echo "$plugin $number $digest"
done >"$scratch/plugins.txt"
mv "$scratch/plugins.txt" plugins.txt
